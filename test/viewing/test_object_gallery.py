# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The gallery of objects: everything in the picture, nothing drawn twice."""

from hoi_planner.objects.loading import load_object
from hoi_planner.viewing.object_gallery import write_object_gallery
import numpy as np
from PIL import Image
import pytest


def test_objects_stand_apart_in_the_picture(tmp_path):
    names = ['drum', 'mug', 'spoon']
    path = write_object_gallery(
        tmp_path / 'objects.png', [load_object(f'library://{name}') for name in names])
    picture = np.asarray(Image.open(path), dtype=float)
    saturation = picture.max(axis=2) - picture.min(axis=2)
    columns = (saturation > 25).any(axis=0)
    # One block of coloured columns for each object, and none is cut off by the border.
    assert (np.diff(columns.astype(int)) == 1).sum() == 3
    assert not columns[[0, -1]].any() and not (saturation > 25)[[0, -1]].any()


def test_it_refuses_what_it_cannot_draw(tmp_path):
    with pytest.raises(ValueError, match='objects is empty'):
        write_object_gallery(tmp_path / 'x.png', [])
    with pytest.raises(ValueError, match='2 names for 1 objects'):
        write_object_gallery(tmp_path / 'x.png', [load_object('library://drum')], ['a', 'b'])
