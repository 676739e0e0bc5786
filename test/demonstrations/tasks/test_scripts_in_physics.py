# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Every task's script, with the grasp library, played in physics."""

import functools

import pytest
import torch

from hoi_planner.cancellation import CancelToken
from hoi_planner.demonstrations.layouts import draw_layout
from hoi_planner.demonstrations.scene import TaskScene
from hoi_planner.demonstrations.tasks.registry import TASKS
from hoi_planner.failures import Canceled, FailureCode, HoiPlannerError
from hoi_planner.geometry.transforms import relative, rotation_angle
from hoi_planner.motion.record import MAX_FRAMES
from hoi_planner.physics.limits import PlanLimits
from hoi_planner.physics.scene import PhysicsScene
from hoi_planner.physics.validation import validate_plan

SEEDS = range(6)


def scripted_anew(name, seed):
    """Return scene and motion of a seed, instance 0 of each family; None where it finds no way."""
    generator = torch.Generator().manual_seed(seed)
    scene = TaskScene(draw_layout(TASKS[name], generator, [0]))
    try:
        return scene, TASKS[name].script(scene, generator, CancelToken())
    except HoiPlannerError as error:
        assert error.code is FailureCode.NO_CANDIDATE
        assert len(error.message) > 20
        return scene, None


scripted = functools.cache(scripted_anew)


def first_motion(name):
    """Return the first seed that finds a way, with its scene and motion."""
    for seed in SEEDS:
        scene, motion = scripted(name, seed)
        if motion is not None:
            return seed, scene, motion
    pytest.fail(f'{name}: none of {len(SEEDS)} seeds finds a way')


@pytest.mark.slow
@pytest.mark.parametrize('name', sorted(TASKS))
def test_physics_keeps_some_of_the_motions(name):
    kept = 0
    for seed in SEEDS:
        scene, motion = scripted(name, seed)
        if motion is None:
            continue
        models = {placed.id: placed.model for placed in scene.objects}
        report = validate_plan(PhysicsScene(models), motion, limits=PlanLimits(displacement=0.01))
        kept += report.verdict.accepted
        if kept:
            return
    pytest.fail(f'{name}: physics keeps none of {len(SEEDS)} seeds')


@pytest.mark.slow
@pytest.mark.parametrize('name', sorted(TASKS))
def test_motions_are_smooth_and_short_enough(name):
    _, scene, motion = first_motion(name)
    assert motion.num_frames <= MAX_FRAMES
    assert motion.object_ids == tuple(placed.id for placed in scene.objects)
    for poses in (motion.object_poses, motion.wrist_poses):
        assert (poses[:, 1:, :3] - poses[:, :-1, :3]).norm(dim=-1).max() < 0.07     # 2.1 m/s
        assert rotation_angle(poses[:, 1:, 3:], poses[:, :-1, 3:]).max() < 0.45
    start = torch.stack([placed.pose[:3] for placed in scene.objects])
    torch.testing.assert_close(motion.object_poses[:, 0, :3], start, rtol=0.0, atol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize('name', sorted(TASKS))
def test_an_object_moves_only_with_a_hand(name):
    _, scene, motion = first_motion(name)
    for poses in motion.object_poses:
        moving = (poses[1:, :3] - poses[:-1, :3]).norm(dim=-1) > 1e-4
        rigid = torch.zeros_like(moving)
        for wrists in motion.wrist_poses:
            inside = relative(poses, wrists)
            rigid |= (inside[1:, :3] - inside[:-1, :3]).norm(dim=-1) < 1e-3
        assert (rigid | ~moving).all()


@pytest.mark.slow
@pytest.mark.parametrize('name', ['whisk', 'carry'])
def test_the_same_seed_is_the_same_motion(name):
    seed, _, motion = first_motion(name)
    _, again = scripted_anew(name, seed)
    for field in ('object_poses', 'wrist_poses', 'finger_poses'):
        assert torch.equal(getattr(motion, field), getattr(again, field))


@pytest.mark.slow
def test_a_cancelled_token_stops_it():
    seed, scene, _ = first_motion('whisk')
    token = CancelToken()
    token.cancel()
    with pytest.raises(Canceled):
        TASKS['whisk'].script(scene, torch.Generator().manual_seed(seed), token)
