# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Make, save and load the open hand's template, models/open_hand.safetensors.

`python -m hoi_planner.hands.open_hand_template` remakes the file from config/open_hand.yaml.
"""

import argparse
import functools
import hashlib
import json
from pathlib import Path

from safetensors import safe_open
from safetensors.torch import save_file
import torch

from hoi_planner.assets import models_path, share_directory
from hoi_planner.hands.hand_description import DESCRIPTION_FILE, load_description
from hoi_planner.hands.linear_blend_skinning import SkinnedTemplate
from hoi_planner.hands.open_hand_anchors import find_tips, place_anchors
from hoi_planner.hands.open_hand_mesh import build_mesh
from hoi_planner.hands.open_hand_skinning import (
    joint_regressor, pose_directions, shape_directions, skinning_weights)

TEMPLATE_FILE = 'open_hand.safetensors'      # in models/
SMALLEST_CORRECTION = 2e-5      # metres; smaller pose corrections of a joint are left out


def description_digest() -> str:
    """Return the SHA-256 of what the description says, whatever its comments."""
    words = json.dumps(load_description().words, sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()


def build_template() -> dict[str, torch.Tensor]:
    """
    Build the arrays of the template from the description; about half a minute, always the same.

    Lengths are rounded to 0.1 micrometre, so that last bits of a processor do not matter.
    """
    description = load_description()
    vertices, faces = build_mesh(description)
    vertices = vertices.mul(1e7).round().div(1e7)
    weights = skinning_weights(vertices, faces.numpy(), description)
    directions = shape_directions(vertices, description).mul(1e7).round().div(1e7)
    regressor = joint_regressor(vertices, directions, description)
    corrections = pose_directions(vertices, weights, description)
    pairs, blocks = _pack_corrections(corrections)
    anchor_faces, anchor_weights = place_anchors(vertices, faces, description)
    return {
        'vertices': vertices,
        'faces': faces.to(torch.int32),
        'weights': weights.float(),
        'shape_directions': directions.float(),
        'joint_regressor': regressor,
        'correction_pairs': pairs,
        'corrections': blocks,
        'tips': find_tips(vertices, description),
        'anchor_faces': anchor_faces,
        'anchor_weights': anchor_weights,
    }


def _pack_corrections(corrections: torch.Tensor):
    """Return (joint, vertex) pairs (N, 2) int32 and blocks (N, 9, 3) float32 of (135, V, 3)."""
    blocks = corrections.reshape(15, 9, -1, 3).permute(0, 2, 1, 3)
    pairs = (blocks.abs().amax(dim=(2, 3)) > SMALLEST_CORRECTION).nonzero()
    return pairs.to(torch.int32), blocks[pairs[:, 0], pairs[:, 1]].mul(1e6).round().div(1e6).float()


def unpack_corrections(pairs: torch.Tensor, blocks: torch.Tensor, count: int) -> torch.Tensor:
    """Return pose directions (135, V, 3) float64 from what `build_template` packed."""
    full = torch.zeros(15, count, 9, 3, dtype=torch.float64)
    full[pairs[:, 0].long(), pairs[:, 1].long()] = blocks.double()
    return full.permute(0, 2, 1, 3).reshape(135, count, 3)


def save_template(path: Path) -> None:
    """
    Build the template and write it as safetensors, with the digest of its description.

    One thread: sums split among several threads would differ in their last bits.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        arrays = {name: array.contiguous() for name, array in build_template().items()}
    finally:
        torch.set_num_threads(threads)
    save_file(arrays, str(path), metadata={'description_sha256': description_digest()})


@functools.cache
def load_template() -> dict[str, torch.Tensor]:
    """
    Load the arrays of the right hand.

    :raises FileNotFoundError: no template file
    :raises ValueError: the file was made from another description
    """
    path = models_path(TEMPLATE_FILE)
    with safe_open(str(path), framework='pt') as file:
        digest = (file.metadata() or {}).get('description_sha256')
        if digest != description_digest():
            raise ValueError(
                f'{path} was made from another {DESCRIPTION_FILE} (sha256 {digest}); remake it '
                'with python -m hoi_planner.hands.open_hand_template')
        return {name: file.get_tensor(name) for name in file.keys()}


def skinned_template(arrays: dict[str, torch.Tensor]) -> SkinnedTemplate:
    """Return the right hand's arrays in float64, as linear blend skinning takes them."""
    weights = arrays['weights'].double()
    return SkinnedTemplate(
        vertices=arrays['vertices'].double(),
        shape_directions=arrays['shape_directions'].double(),
        pose_directions=unpack_corrections(
            arrays['correction_pairs'], arrays['corrections'], len(weights)),
        joint_regressor=arrays['joint_regressor'].double(),
        weights=weights / weights.sum(dim=1, keepdim=True),
    )


def main() -> None:
    """Remake the template file."""
    parser = argparse.ArgumentParser(description='Remake the open hand template.')
    parser.add_argument('--out', type=Path, help='default: models/open_hand.safetensors')
    options = parser.parse_args()
    if options.out is None:
        options.out = share_directory() / 'models' / TEMPLATE_FILE
    save_template(options.out)
    print(f'{options.out}: {hashlib.sha256(options.out.read_bytes()).hexdigest()}')


if __name__ == '__main__':
    main()
