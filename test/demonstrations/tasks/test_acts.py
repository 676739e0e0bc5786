# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Each act does what its name says, in the frames of real objects, and fits its target."""

import functools

import pytest
import torch

from hoi_planner.demonstrations.layouts import draw_layout
from hoi_planner.demonstrations.scripting.draw import Draw
from hoi_planner.demonstrations.scripting.fitting import fit_act
from hoi_planner.demonstrations.scripting.frames import direction
from hoi_planner.demonstrations.scripting.tool_paths import act_motion, ENTRY_TIME
from hoi_planner.demonstrations.scripting.tool_task import meeting_of, situation_of
from hoi_planner.demonstrations.tasks.registry import TASKS
from hoi_planner.geometry.signed_distance import exact_signed_distance
from hoi_planner.geometry.transforms import compose, inverse, transform_points

PAIRS = {'pour': ('bottle', 'bowl'), 'stir': ('spoon', 'pan'), 'whisk': ('whisk', 'bowl'),
         'cut': ('knife', 'cutting_board'), 'scrape': ('spatula', 'plate'),
         'brush': ('brush', 'cutting_board'), 'hammer': ('hammer', 'cutting_board'),
         'scoop': ('scoop', 'pan')}


@functools.cache
def played(name, seed=0):
    """Return act, meeting and the tool in the target's mesh (T, 7), entry and exit included."""
    task = TASKS[name]
    generator = torch.Generator().manual_seed(seed)
    objects = draw_layout(task, generator, [0], PAIRS[name])
    work, draw = task.script.args[0], Draw(generator)
    meeting = meeting_of(work, *objects)
    act = work.act(draw, situation_of(meeting, *objects))
    for poise in act.poises(draw, 60):
        fit = fit_act(act, poise, meeting)
        if fit is not None:
            break
    assert fit is not None
    times = torch.arange(0, act.duration + 2 * ENTRY_TIME, 1 / 60, dtype=torch.float64)
    return act, meeting, act_motion(act, poise, fit, times, meeting), times


def in_frames(name):
    """Return the tool's frame in the target's (T, 7)."""
    _, meeting, poses, times = played(name)
    return compose(compose(inverse(meeting.target_frame), poses), meeting.tool_frame), times


@pytest.mark.parametrize('name', PAIRS)
def test_the_tool_stays_outside_the_target_and_comes_near_it(name):
    act, meeting, poses, _ = played(name)
    points = transform_points(poses[::4], meeting.tool.points)
    gap = exact_signed_distance(meeting.target.model.mesh, points.reshape(-1, 3).numpy()).min()
    assert gap > 0
    if not act.follows:
        assert gap < 0.010


@pytest.mark.parametrize('name', PAIRS)
def test_an_act_begins_and_ends_at_rest_without_jumps(name):
    _, _, poses, _ = played(name)
    steps = poses.diff(dim=0).norm(dim=1)
    assert steps[0] < 2e-3 and steps[-1] < 2e-3
    assert steps.max() < 0.09
    # The quaternion keeps its sign.
    assert (poses[1:, 3:] * poses[:-1, 3:]).sum(dim=1).min() > 0.9


def test_pouring_tilts_the_opening_over_the_targets_opening():
    frames, _ = in_frames('pour')
    up = direction(frames, 2)[:, 2]
    assert up[0] > 0.999 and up[-1] > 0.999
    lowest = int(up.argmin())
    assert up[lowest] < 0.1                     # horizontal, or below
    assert frames[lowest, :2].norm() < 0.06     # the lip is over the opening
    assert 0.005 < frames[lowest, 2] < 0.08


@pytest.mark.parametrize('name', ['stir', 'whisk'])
def test_stirring_goes_round_inside_the_vessel(name):
    act, meeting, poses, times = played(name)
    inside = compose(inverse(meeting.target_frame), poses)
    during = (times > ENTRY_TIME + 0.3) & (times < times[-1] - ENTRY_TIME - 0.3)
    points = transform_points(inside[during], meeting.tool.points)
    depth = points[..., 2].amin(dim=1)
    assert (depth < act.highest + 0.002).all()
    lowest = points[torch.arange(len(points)), points[..., 2].argmin(dim=1)]
    widths = torch.tensor(meeting.target.model.mesh.extents[:2].copy())
    assert lowest[:, :2].norm(dim=1).max() < widths.min() / 2
    moved = inside[during, :2]
    assert (moved.amax(dim=0) - moved.amin(dim=0)).max() > 0.004


def test_the_knife_moves_along_its_edge_with_the_blade_down():
    frames, times = in_frames('cut')
    assert direction(frames, 2)[:, 2].max() < -0.9
    during = (times > 0.6) & (times < times[-1] - 0.6)
    edge = direction(frames[during], 0)[:, :2].mean(dim=0)
    moved = frames[during, :2] - frames[during, :2].mean(dim=0)
    along = moved @ (edge / edge.norm())
    aside = moved @ torch.stack([-edge[1], edge[0]]) / edge.norm()
    assert along.max() - along.min() > 0.025
    # It saws to and fro along the edge; aside it only moves on.
    assert (along.diff().sign().diff() != 0).sum() >= 3
    assert (aside.diff().sign().diff() != 0).sum() <= 2


@pytest.mark.parametrize('name', ['scrape', 'brush'])
def test_a_surface_is_swept_to_and_fro_by_the_working_end(name):
    frames, times = in_frames(name)
    during = (times > 0.6) & (times < times[-1] - 0.6)
    assert direction(frames[during], 2)[:, 2].max() < -0.5
    moved = frames[during, :2] - frames[during, :2].mean(dim=0)
    assert moved.norm(dim=1).max() > 0.015
    _, _, axes = torch.linalg.svd(moved)
    assert ((moved @ axes[0]).diff().sign().diff() != 0).sum() >= 3


def test_the_hammer_taps_flat_and_swings_up_between():
    act, meeting, poses, times = played('hammer')
    frames, _ = in_frames('hammer')
    during = (times > ENTRY_TIME) & (times < times[-1] - ENTRY_TIME)
    height, flat = frames[during, 2], direction(frames[during], 2)[:, 2]
    taps = height < height.min() + 0.003
    assert flat[taps].max() < -0.995
    assert height.max() - height.min() > 0.02
    assert (taps.int().diff() == 1).sum() >= 2


def test_the_scoop_dips_in_and_comes_up_level():
    frames, times = in_frames('scoop')
    up = direction(frames, 2)[:, 2]
    assert up.min() > 0.3                       # it never turns over
    during = (times > ENTRY_TIME) & (times < times[-1] - ENTRY_TIME)
    assert frames[during, 2].max() - frames[during, 2].min() > 0.01


@pytest.mark.parametrize('name', PAIRS)
def test_the_strokes_lie_in_the_band_of_human_hands(name):
    act, _, _, _ = played(name)
    assert 1.0 <= act.rate <= 2.3
