# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The contact-aware pass: what physics refused it accepts after, and the same twice."""

import functools

from noisy_motions import carried, perturbed, scripted, truth_frames, verdict
import pytest
from scenes import scene_of, standing
import torch

from hoi_planner.geometry.transforms import compose, pose_from_rotvec, relative, transform_points
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.refinement import grip_search
from hoi_planner.refinement.config import RefinementConfig
from hoi_planner.refinement.refine import refine, RefinementFailure

QUICK = RefinementConfig()


def noisy(seed):
    """Return the scene of the carried ball, and its motion with noise."""
    scene, motion = carried()
    return scene, perturbed(motion, torch.Generator().manual_seed(seed))


@functools.cache
def refined(seed=1):
    """Return scene, noisy motion and what refining makes of it."""
    scene, motion = noisy(seed)
    result = refine(motion, scene, QUICK)
    assert isinstance(result, HandObjectMotion), result.reason
    return scene, motion, result


def test_physics_refuses_the_noisy_motion_and_accepts_the_refined_one():
    scene, motion, result = refined()
    assert not verdict(scene, motion).accepted
    report = verdict(scene, result)
    assert report.accepted, report.message


def test_the_hand_does_not_move_in_the_frame_of_what_it_holds():
    _, _, result = refined()
    start, end = truth_frames()
    wrist = relative(result.object_poses[0], result.wrist_poses[0])[start + 12:end - 20]
    torch.testing.assert_close(wrist, wrist[:1].expand_as(wrist), rtol=0.0, atol=1e-9)


def test_objects_begin_where_they_stand_and_end_on_the_table():
    scene, motion, result = refined()
    placed = scene.objects[0]
    torch.testing.assert_close(
        result.object_poses[0, 0], placed.pose, rtol=0.0, atol=1e-9)
    last = transform_points(
        result.object_poses[0, -1], torch.tensor(placed.model.mesh.vertices))
    assert abs(last[:, 2].min().item() - scene.table_height) < 1e-3
    assert (result.object_poses[0, -1, :2] - motion.object_poses[0, -1, :2]).norm() < 0.05


def test_it_stays_near_the_sample():
    _, motion, result = refined()
    frames = motion.num_frames
    far = (result.object_poses[0, :frames, :3] - motion.object_poses[0, :, :3]).norm(dim=-1)
    assert far.max() < 0.06
    assert far.mean() < 0.025


def test_the_same_sample_is_refined_the_same():
    scene, motion, result = refined()
    again = refine(motion, scene, QUICK)
    for field in ('object_poses', 'wrist_poses', 'finger_poses'):
        assert torch.equal(getattr(result, field), getattr(again, field))


def test_a_hand_that_no_grasp_is_near_is_a_clear_failure():
    scene, motion = carried()
    # Held from below, through the table: the back of the hand upwards, under the object.
    flip = pose_from_rotvec(torch.zeros(3, dtype=torch.float64),
                            torch.tensor([3.1, 0.0, 0.0], dtype=torch.float64))
    inside = compose(flip, relative(motion.object_poses[0], motion.wrist_poses[0]))
    turned = motion.with_(wrist_poses=compose(motion.object_poses[0], inside)[None])
    result = refine(turned, scene, RefinementConfig(farthest=0.03))
    assert isinstance(result, RefinementFailure)
    assert "the nearest grasp of object 'thing' by the right hand is" in result.reason
    assert 'limit 30 mm' in result.reason


def test_a_motion_without_a_hold_is_a_clear_failure():
    scene, motion = carried()
    up = torch.tensor([0.0, 0.0, 0.2, 0.0, 0.0, 0.0, 0.0])
    result = refine(motion.with_(wrist_poses=motion.wrist_poses + up), scene, QUICK)
    assert result == RefinementFailure('no hand holds an object')


def test_what_moves_and_no_hand_holds_is_a_clear_failure():
    scene, motion = carried()
    other = standing('library://mug', x=0.4, y=0.4, name='mug')
    rising = other.pose.expand(motion.num_frames, 7).clone()
    rising[:, 2] += torch.linspace(0.0, 0.1, motion.num_frames, dtype=torch.float64)
    both = motion.with_(object_poses=torch.cat([motion.object_poses, rising[None]]),
                        object_ids=(*motion.object_ids, 'mug'))
    result = refine(both, scene_of(*scene.objects, other), QUICK)
    assert result == RefinementFailure("object 'mug' moves and no hand holds it")
    still = both.with_(object_poses=torch.cat(
        [motion.object_poses, other.pose.expand(1, motion.num_frames, 7)]))
    assert isinstance(refine(still, scene_of(*scene.objects, other), QUICK), HandObjectMotion)


def test_a_grip_is_looked_at_once_and_not_with_every_grip_of_the_other_hand(monkeypatch):
    looked = []
    real = grip_search.find_hand_collision
    monkeypatch.setattr(grip_search, 'find_hand_collision', lambda scene, motion, *rest: (
        looked.append(motion.sides[0]), real(scene, motion, *rest))[1])
    scene, motion = scripted('scrape')
    sample = perturbed(motion, torch.Generator().manual_seed(0))
    refine(sample, scene, RefinementConfig(grips=8))
    assert 2 <= len(looked) <= 16 and {'left', 'right'} >= set(looked)


def test_a_motion_of_another_scene_is_refused():
    scene, motion = carried()
    with pytest.raises(ValueError, match="'other'"):
        refine(motion.with_(object_ids=('other',)), scene)


@pytest.mark.parametrize('name', ['farthest', 'grips', 'tries', 'clearance'])
def test_numbers_must_be_above_zero(name):
    with pytest.raises(ValueError, match=f'{name} is 0'):
        RefinementConfig(**{name: 0})


@pytest.mark.slow
@pytest.mark.parametrize('name, categories', [
    ('carry', ('carton',)), ('scrape', None), ('whisk', None)])
def test_tasks_are_refined_into_what_physics_accepts(name, categories):
    scene, motion = scripted(name, categories=categories)
    accepted = 0
    for seed in range(4):
        sample = perturbed(motion, torch.Generator().manual_seed(seed))
        assert not verdict(scene, sample).accepted
        result = refine(sample, scene)
        accepted += isinstance(result, HandObjectMotion) and verdict(scene, result).accepted
    assert accepted >= 2
