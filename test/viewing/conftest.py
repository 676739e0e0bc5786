# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A small plan for the tests: a real open hand on each side of a box that moves along x."""

import numpy as np
import pytest
import torch
import trimesh

from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.objects.model import ObjectModel
from hoi_planner.viewing.plan_view import plan_view, PlanView

EXTENTS = (0.16, 0.2, 0.12)
# Fingers along +y, the palm towards the box: columns are the images of the model's axes.
QUATERNIONS = {
    'left': (0.5, 0.5, 0.5, 0.5), 'right': (0.5, -0.5, -0.5, 0.5),
}


def make_box_model() -> ObjectModel:
    """Return a box whose origin is at its centre."""
    mesh = trimesh.creation.box(EXTENTS)
    return ObjectModel('library://box', 'carton', mesh, (np.asarray(mesh.vertices),), 0.5)


def make_box_motion(frames: int = 13, fps: float = 30.0) -> HandObjectMotion:
    """Return a motion in which box and hands go 0.2 m along x together."""
    x = torch.linspace(-0.1, 0.1, frames, dtype=torch.float64)
    objects = torch.zeros(1, frames, 7, dtype=torch.float64)
    objects[0, :, 0], objects[0, :, 2], objects[0, :, 6] = x, EXTENTS[2] / 2, 1.0
    wrists = torch.zeros(2, frames, 7, dtype=torch.float64)
    for row, (side, sign) in enumerate((('left', -1), ('right', 1))):
        wrists[row, :, 0] = x + sign * 0.12
        wrists[row, :, 1], wrists[row, :, 2] = -0.05, 0.08
        wrists[row, :, 3:] = torch.tensor(QUATERNIONS[side], dtype=torch.float64)
    return HandObjectMotion(
        fps, 'carry', 'open_hand', ('box',), ('left', 'right'), objects, wrists,
        torch.zeros(2, frames, 15, 3), torch.zeros(2, 10))


def make_box_view(frames: int = 13, **changes) -> PlanView:
    """Return the view of that motion; the box is 2 mm off the plan after the release."""
    displacement = np.full(frames, 0.002)
    displacement[:frames // 4] = np.nan
    arguments = {
        'displacement': displacement, 'limit': 0.005, 'table_height': 0.0,
        'title': ('carry box', 'seed 1'), **changes,
    }
    return plan_view(make_box_motion(frames), {'box': make_box_model()}, **arguments)


@pytest.fixture(scope='session')
def box_model():
    """Hand the maker to the tests; a conftest cannot be imported."""
    return make_box_model


@pytest.fixture(scope='session')
def box_motion():
    """Hand the maker to the tests; a conftest cannot be imported."""
    return make_box_motion


@pytest.fixture(scope='session')
def box_view():
    """Hand the maker to the tests; a conftest cannot be imported."""
    return make_box_view
