# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Pushing out looks only where a gap may have closed, and comes to the same path."""

import math

from hoi_planner.demonstrations.scripting.clearance import Shape
from hoi_planner.geometry.transforms import pose_from_rotvec, transform_points
from hoi_planner.refinement import push_out
from hoi_planner.refinement.push_out import lowest_points, Neighbours, pushed_out
import pytest
from scenes import standing
import torch

FRAMES = 120
KEPT = [torch.full((FRAMES,), 0.004, dtype=torch.float64)]


def swing(tool, over, turns):
    """Return a path (N, 7) of a tool from its place down into what stands at `over` and back."""
    share = torch.sin(torch.linspace(0, math.pi, FRAMES, dtype=torch.float64)) ** 2
    path = tool.pose.expand(FRAMES, 7).clone()
    path[:, :3] += share[:, None] * (over - tool.pose[:3])
    path[:, 2] += 0.1 * torch.sin(2 * math.pi * share).abs()
    rotvec = share[:, None] * torch.tensor(turns, dtype=torch.float64)
    turned = pose_from_rotvec(torch.zeros(FRAMES, 3).double(), rotvec)
    return torch.cat([path[:, :3], turned[:, 3:]], dim=1)


@pytest.mark.parametrize('family, target, turns', [
    ('spoon', 'bowl', (0.0, 0.9, 0.3)), ('mug', 'carton', (1.2, 0.0, 0.0)),
    ('ball', 'plate', (0.0, 0.0, 2.0))])
def test_the_path_is_as_if_every_frame_were_looked_at_in_every_round(
        monkeypatch, family, target, turns):
    tool = standing(f'library://{family}', x=0.35, y=-0.2)
    vessel = standing(f'library://{target}', x=0.45, y=0.1, name='other')
    still = vessel.pose.expand(FRAMES, 7)
    path = swing(tool, vessel.pose[:3] + torch.tensor([0.0, 0.0, 0.01]), turns)
    shapes, looked = (Shape(tool.model), Shape(vessel.model)), []
    out_of = Neighbours._out_of

    def counted(self, frames, *rest):
        looked[-1] += len(frames)
        return out_of(self, frames, *rest)

    monkeypatch.setattr(Neighbours, '_out_of', counted)
    found = []
    for lipschitz, error in ((push_out.LIPSCHITZ, push_out.GRID_ERROR), (1e9, 1e9)):
        monkeypatch.setattr(push_out, 'LIPSCHITZ', lipschitz)
        monkeypatch.setattr(push_out, 'GRID_ERROR', error)
        looked.append(0)
        found.append(pushed_out(path, shapes[0], [(shapes[1], still)], 0.0, KEPT))
    assert (found[0][:, :3] - path[:, :3]).norm(dim=1).max() > 0.005
    torch.testing.assert_close(found[0], found[1], atol=1e-9, rtol=0)
    assert looked[0] < 0.9 * looked[1]


def test_the_lowest_point_is_that_of_all_points():
    tool = standing('library://whisk')
    path = swing(tool, tool.pose[:3] + 0.1, (0.7, -1.1, 0.4))
    points = Shape(tool.model).points
    torch.testing.assert_close(
        lowest_points(path, points), transform_points(path, points)[..., 2].amin(dim=1))
