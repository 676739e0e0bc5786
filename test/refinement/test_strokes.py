# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A lid is turned in strokes: the hand lets go in between, and the lid rests meanwhile."""

from dataclasses import replace
import functools
import math

from noisy_motions import scripted
import pytest
import torch

from hoi_planner.demonstrations.scripting.clearance import Shape
from hoi_planner.geometry.transforms import compose, pose_from_rotvec, relative
from hoi_planner.refinement.config import RefinementConfig
from hoi_planner.refinement.holds import find_holds, Hold
from hoi_planner.refinement.object_motion import without_drift
from hoi_planner.refinement.refine import refine, standing_vessels
from hoi_planner.refinement.resting import seat_of
from hoi_planner.refinement.strokes import (
    find_strokes, HURRIED, REGRIP, shared_out, STROKE, strokes_of, turned_on_seat, turns_about_z,
    with_strokes)
from hoi_planner.refinement.uses import assignments, Use

JAR, LID = 0, 1


@functools.cache
def truth(name='open_lid'):
    """Return scene and motion of a jar whose lid is opened or closed, as scripted."""
    return scripted(name, categories=('jar', 'jar_lid'))


def on_seat(scene, motion):
    """Return the lid's path (N, 7) in the frame of its seat."""
    seat = seat_of(scene.objects[JAR], motion.object_poses[JAR], scene.objects[LID])
    return relative(seat, motion.object_poses[LID])


def running_together(name='open_lid'):
    """Return the scene, and its motion as samples have it: strokes and new grips run together."""
    scene, motion = truth(name)
    lid, wrists = motion.object_poses.clone(), motion.wrist_poses.clone()
    local = on_seat(scene, motion)
    turn = turns_about_z(local)
    moving = torch.nonzero((turn[1:] - turn[:-1]).abs() > 1e-3)[:, 0]
    first, last = int(moving[0]), int(moving[-1]) + 1
    even = turn.clone()
    even[first:last + 1] = torch.linspace(0, 1, last + 1 - first).double() * (
        turn[last] - turn[first]) + turn[first]
    back = [torch.zeros(3, dtype=torch.float64).expand(len(turn), 3),
            torch.stack([0 * turn, 0 * turn, even - turn], dim=1)]
    seat = seat_of(scene.objects[JAR], motion.object_poses[JAR], scene.objects[LID])
    lid[LID] = compose(seat, compose(pose_from_rotvec(*back), local))
    use = lid_use(scene, motion)
    # The hand creeps back at an even pace, too.
    rest = relative(motion.object_poses[LID], motion.wrist_poses[use.hand])
    ends = rest[[first, last]]
    creep = (turns_about_z(ends)[1] - turns_about_z(ends)[0]) * torch.linspace(
        0, 1, last + 1 - first).double()
    held = ends[:1].expand(len(creep), 7)
    turned = compose(pose_from_rotvec(torch.zeros(len(creep), 3).double(), torch.stack(
        [0 * creep, 0 * creep, creep], dim=1)), held)
    wrists[use.hand, first:last + 1] = compose(lid[LID, first:last + 1], turned)
    return scene, motion.with_(object_poses=lid, wrist_poses=wrists)


def lid_use(scene, motion):
    """Return the use of the hand on the lid."""
    shapes = [Shape(placed.model) for placed in scene.objects]
    uses = assignments(find_holds(motion, shapes))[0]
    return next(use for use in uses if use.body == LID)


@pytest.mark.parametrize('name', ['open_lid', 'close_lid'])
def test_strokes_that_run_together_are_found(name):
    scene, sample = running_together(name)
    use = lid_use(*truth(name))
    strokes = find_strokes(sample, scene, use)
    assert strokes is not None and strokes.vessel == JAR
    turn = turns_about_z(on_seat(scene, sample))
    total = (turn[use.end] - turn[use.start]).item()
    assert strokes.angles[-1] == pytest.approx(total, rel=0.1)
    assert list(strokes.keys) == sorted(strokes.keys)
    assert use.start / sample.fps <= strokes.keys[0]
    assert strokes.keys[-1] <= use.end / sample.fps
    parts = with_strokes(use, strokes, sample.fps)
    assert len(parts.holds) == len(strokes.regrips()) + 1 in (2, 3)
    assert (parts.start, parts.end) == (use.start, use.end)
    assert all(a.end < b.start for a, b in zip(parts.holds, parts.holds[1:]))


@pytest.mark.parametrize('name', ['open_lid', 'close_lid'])
def test_the_lid_rests_on_its_seat_while_the_hand_turns_back(name):
    scene, sample = running_together(name)
    strokes = find_strokes(sample, scene, lid_use(*truth(name)))
    seat = seat_of(scene.objects[JAR], sample.object_poses[JAR], scene.objects[LID])
    path = turned_on_seat(sample.object_poses[LID], seat, sample.times, strokes)
    local = relative(seat, path)
    turn = turns_about_z(local)
    during = (sample.times >= strokes.keys[0]) & (sample.times <= strokes.keys[-1])
    assert local[during, :3].norm(dim=1).max() < 1e-3
    for begin, finish in strokes.regrips():
        still = turn[(sample.times >= begin) & (sample.times <= finish)]
        assert (still - still[0]).abs().max() < 1e-9
    begun, ended = (int(torch.searchsorted(sample.times, key)) for key in
                    (strokes.keys[0], strokes.keys[-1]))
    assert (turn[ended] - turn[begun]).item() == pytest.approx(strokes.angles[-1], abs=0.05)
    torch.testing.assert_close(path[[0, -1]], sample.object_poses[LID][[0, -1]])


def test_a_refined_hand_turns_less_than_the_lid():
    scene, sample = running_together()
    result = refine(sample, scene)
    assert not hasattr(result, 'reason'), result.reason
    use = lid_use(scene, sample)
    lid = turns_about_z(on_seat(scene, result))
    hand = turns_about_z(relative(result.object_poses[LID], result.wrist_poses[use.hand]))
    held = slice(use.start, use.end)
    assert (lid[held].amax() - lid[held].amin()) > math.radians(50)
    # By the world the hand turns as far as one stroke does, not as far as the lid.
    assert abs((lid + hand)[use.end] - (lid + hand)[use.start]) < 0.75 * abs(
        lid[use.end] - lid[use.start])


def test_a_lid_that_is_only_carried_has_no_strokes():
    scene, motion = truth()
    turn = turns_about_z(on_seat(scene, motion))
    back = pose_from_rotvec(torch.zeros(len(turn), 3).double(),
                            torch.stack([0 * turn, 0 * turn, turn[0] - turn], dim=1))
    paths = motion.object_poses.clone()
    paths[LID] = compose(paths[LID], back)
    assert find_strokes(motion.with_(object_poses=paths), scene, lid_use(scene, motion)) is None


def test_what_has_no_seat_has_no_strokes():
    scene, motion = truth()
    shapes = [Shape(placed.model) for placed in scene.objects]
    for use in assignments(find_holds(motion, shapes))[0]:
        if use.body == JAR:
            assert find_strokes(motion, scene, use) is None
    both = [Use(hand, LID, (Hold(hand, LID, 30, 90),)) for hand in range(2)]
    assert strokes_of(motion, scene, both) == {}


@pytest.mark.parametrize(('seconds', 'regrips'), [(2.5, 2), (1.2, 1), (0.5, 1)])
def test_time_decides_how_often_a_hand_takes_hold_anew(seconds, regrips):
    strokes = shared_out(0, -1.5, 2, 2.0, 2.0 + seconds, (0.0, 6.0))
    assert len(strokes.regrips()) == regrips
    assert strokes.angles[0] == 0.0 and strokes.angles[-1] == pytest.approx(-1.5)
    shortest = min(end - begin for begin, end in strokes.regrips())
    assert shortest >= HURRIED * REGRIP - 1e-9


def test_a_hold_that_is_too_short_for_two_strokes_has_none():
    assert shared_out(0, 1.5, 2, 2.0, 2.4, (1.9, 2.0 + HURRIED * (STROKE + REGRIP))) is None


def test_what_is_done_at_a_vessel_that_wanders_is_done_where_it_stands():
    scene, motion = truth()
    drift = torch.zeros(motion.num_frames, 7, dtype=torch.float64)
    drift[:, 0] = torch.linspace(0.0, 0.1, motion.num_frames)
    wandering = motion.with_(object_poses=motion.object_poses + drift,
                             wrist_poses=motion.wrist_poses + drift)
    back = without_drift(wandering, scene, JAR)
    torch.testing.assert_close(back.object_poses, motion.object_poses, rtol=0.0, atol=1e-9)
    torch.testing.assert_close(back.wrist_poses, motion.wrist_poses, rtol=0.0, atol=1e-9)


def test_a_vessel_with_a_target_is_not_kept_where_it_stands():
    scene, sample = running_together()
    strokes = {LID: find_strokes(sample, scene, lid_use(*truth()))}
    assert standing_vessels(sample, scene, strokes, RefinementConfig()) == {JAR}
    jar = scene.objects[JAR]
    aimed = replace(scene, targets={jar.id: jar.pose})
    assert standing_vessels(sample, aimed, strokes, RefinementConfig()) == set()
