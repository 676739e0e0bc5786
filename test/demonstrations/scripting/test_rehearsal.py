# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What a script hands out has passed physics; what it lost is noted."""

import functools

import pytest
from scenes import scene_of, standing
import torch

from hoi_planner.cancellation import CancelToken
from hoi_planner.demonstrations.scripting.draw import Draw
from hoi_planner.demonstrations.scripting.holding import Holds
from hoi_planner.demonstrations.scripting.rehearsal import (
    as_stored, falls_short, LIMITS, rehearsed, verdicts_noted)
from hoi_planner.demonstrations.scripting.supply import supply
from hoi_planner.demonstrations.tasks.registry import TASKS
from hoi_planner.failures import Canceled
from hoi_planner.physics.scene import PhysicsScene
from hoi_planner.physics.validation import validate_plan


@functools.cache
def carried():
    """Return a scene and a scripted carry of one hand or both in proven grasps."""
    scene = scene_of(standing('library://ball', name='ball'))
    motion = TASKS['carry'].script(scene, torch.Generator().manual_seed(2), CancelToken())
    return scene, motion


def drawn(scene, count=4):
    placed = scene.objects[0]
    draw = Draw(torch.Generator().manual_seed(0))
    return Holds.drawn(supply(scene, placed, 'right'), placed, draw, count)


def test_what_a_script_returns_passes_the_validator_within_its_limits():
    scene, motion = carried()
    models = {placed.id: placed.model for placed in scene.objects}
    report = validate_plan(PhysicsScene(models), as_stored(motion), limits=LIMITS)
    assert report.verdict.accepted
    assert report.metrics.displacement_max == rehearsed(
        scene, motion, CancelToken()).metrics.displacement_max


def test_the_last_motion_is_not_played_again():
    scene, motion = carried()
    first = rehearsed(scene, motion, CancelToken())
    assert rehearsed(scene, motion, CancelToken()) is first
    moved = motion.with_(wrist_poses=motion.wrist_poses.clone())
    assert rehearsed(scene, moved, CancelToken()) is not first


def test_verdicts_are_noted_once_a_motion_and_only_where_asked_for():
    scene, motion = carried()
    away = motion.with_(wrist_poses=motion.wrist_poses + torch.tensor([0, 0, .15, 0, 0, 0, 0]))
    with verdicts_noted() as outer:
        with verdicts_noted() as codes:
            for each in (away, motion.with_(task='carry'), away):
                rehearsed(scene, each, CancelToken())
                rehearsed(scene, each, CancelToken())
        assert outer == []
    rehearsed(scene, motion.with_(task='carry'), CancelToken())
    assert codes == [codes[0], 'NONE', codes[0]] and codes[0] != 'NONE'


def test_hands_that_pass_by_lose_the_object_and_the_grasp_is_noted():
    scene, motion = carried()
    wrists = motion.wrist_poses.clone()
    wrists[..., 2] += 0.15
    holds = drawn(scene)
    reason = falls_short(
        scene, motion.with_(wrist_poses=wrists), 1, {'ball': (holds,)}, CancelToken())
    assert "object 'ball'" in reason
    assert holds.lost[int(holds.index[1])] == 1
    assert sum(holds.lost.values()) == 1


def test_a_motion_that_holds_notes_nothing():
    scene, motion = carried()
    holds = drawn(scene)
    assert falls_short(scene, motion, 0, {'ball': (holds,)}, CancelToken()) is None
    assert not holds.lost


def test_it_can_be_canceled():
    scene, motion = carried()
    token = CancelToken()
    token.cancel()
    with pytest.raises(Canceled):
        rehearsed(scene, motion.with_(wrist_poses=motion.wrist_poses.clone()), token)
