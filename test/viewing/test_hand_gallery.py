# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The gallery of the open hand, and the drawn axes."""

import numpy as np
import pytest
import torch
from PIL import Image

from hoi_planner.hands.registry import load_hand_model
from hoi_planner.viewing.frame_axes import axis_arrows
from hoi_planner.viewing.hand_gallery import CELL, HEADER, PAIR_HEIGHT, write_hand_gallery


def test_a_row_for_each_posture_and_the_pair_below(tmp_path):
    right, left = (load_hand_model('open_hand', side) for side in ('right', 'left'))
    postures = {'straight': torch.zeros(15, 3)}
    path = write_hand_gallery(tmp_path / 'hand.png', right, left, postures)
    with Image.open(path) as image:
        assert image.size == (3 * CELL, HEADER + CELL + PAIR_HEIGHT)
        pixels = np.asarray(image).astype(int)
    skin = (pixels[..., 0] - pixels[..., 2] > 30) & (pixels[..., 1] > 70)
    drawn = np.abs(pixels - pixels[HEADER + CELL - 4, 4]).max(axis=2) > 12
    row = drawn[HEADER + 40:HEADER + CELL]
    palm, back, thumb = (row[:, k * CELL:(k + 1) * CELL] for k in range(3))
    # Seen from the palm and from the back the outlines are each other's mirror image, up to the
    # place in the cell and a little perspective.
    shifts = [(y, x) for y in range(-12, 13, 2) for x in range(-12, 13, 2)]
    unlike = min(np.mean(np.roll(palm[:, ::-1], shift, (0, 1)) ^ back) for shift in shifts)
    assert unlike < 0.03 < np.mean(palm ^ back)
    # The thumb of a right hand stands on the right when one looks into its palm.
    assert np.flatnonzero(palm.any(axis=0)).mean() > CELL / 2 - 25
    assert 0 < thumb.sum() < palm.sum()
    pair = skin[HEADER + CELL:]
    assert pair[:, :3 * CELL // 2].any() and pair[:, 3 * CELL // 2:].any()


def test_arrows_lie_along_the_frames_axes():
    frame = np.eye(4)
    frame[:3, :3] = [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    frame[:3, 3] = (1.0, 2.0, 3.0)
    for column, arrow in enumerate(axis_arrows(frame, 0.1)):
        far = arrow.vertices[np.argmax(np.linalg.norm(arrow.vertices - frame[:3, 3], axis=1))]
        assert np.allclose(far - frame[:3, 3], 0.1 * frame[:3, column], atol=1e-5)


def test_sides_and_empty_postures_are_refused(tmp_path):
    right, left = (load_hand_model('open_hand', side) for side in ('right', 'left'))
    with pytest.raises(ValueError, match="model_right is a 'left' hand"):
        write_hand_gallery(tmp_path / 'hand.png', left, right)
    with pytest.raises(ValueError, match='postures is empty'):
        write_hand_gallery(tmp_path / 'hand.png', right, left, {})
