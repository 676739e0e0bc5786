# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""True motions for the tests of the contact-aware pass, and smooth noise on them."""

import functools
import math

from hoi_planner.cancellation import CancelToken
from hoi_planner.demonstrations.carry_path import carried_path
from hoi_planner.demonstrations.grasps.library import grasps_for
from hoi_planner.demonstrations.layouts import draw_layout
from hoi_planner.demonstrations.scene import TaskScene
from hoi_planner.demonstrations.scripting.assembly import assemble, Hold
from hoi_planner.demonstrations.scripting.draw import Draw
from hoi_planner.demonstrations.scripting.grips import grip_of
from hoi_planner.demonstrations.scripting.hand_paths import Span
from hoi_planner.demonstrations.scripting.timing import FPS, frame_times
from hoi_planner.demonstrations.tasks.registry import find_task
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.physics.limits import PlanLimits
from hoi_planner.physics.scene import PhysicsScene
from hoi_planner.physics.validation import screen_plan
import roma
from scenes import scene_of, standing
import torch

CLOSED, LOOSEN = 1.2, 3.6           # seconds, of the carried ball
FREQUENCIES = (0.0, 0.15, 0.3, 0.5)     # Hz


def truth_frames():
    """Return the frames between which the ball is held."""
    return round(CLOSED * FPS), round(LOOSEN * FPS)


@functools.cache
def carried(resource='library://ball', side='right'):
    """Return scene and motion of an object that one hand carries by the library's best grasp."""
    y = -0.12 if side == 'right' else 0.12
    scene = scene_of(standing(resource, x=0.4, y=y, name='thing'))
    placed = scene.objects[0]
    grasps = grasps_for(placed.model, side)
    grip = grip_of(grasps, int(grasps.lift.argmin()))
    end = placed.pose.clone()
    end[:2] += torch.tensor([0.08, 0.18 if side == 'right' else -0.18])
    times = frame_times(4.7)
    path = carried_path(placed.pose, end, 0.12, times - CLOSED, LOOSEN - CLOSED)
    span = Span(0.05, 0.65, 0.92, CLOSED, LOOSEN, 3.85, 4.1, 4.6)
    draw = Draw(torch.Generator().manual_seed(0))
    return scene, assemble(scene, 'carry', times, [path], [Hold(0, grip, span)], draw)


def scripted(name, seeds=range(6), categories=None):
    """Return scene and motion of the first seed of a task that physics accepts."""
    task = find_task(name)
    for seed in seeds:
        generator = torch.Generator().manual_seed(seed)
        try:
            scene = TaskScene(draw_layout(task, generator, [0], categories))
            motion = task.script(scene, generator, CancelToken())
        except HoiPlannerError as error:
            assert error.code is FailureCode.NO_CANDIDATE
            continue
        if verdict(scene, motion, PlanLimits(displacement=0.01)).accepted:
            return scene, motion
    raise AssertionError(f'{name}: physics accepts none of the seeds {seeds}')


def verdict(scene, motion, limits=PlanLimits()):
    """Return what physics says of a motion."""
    models = {placed.id: placed.model for placed in scene.objects}
    return screen_plan(PhysicsScene(models, motion.hand_model), motion, limits=limits).verdict


def waves(times, size, generator, *shape):
    """Return smooth noise (*shape, N) of a standard deviation."""
    count = len(FREQUENCIES)
    weight = torch.randn(*shape, count, 1, generator=generator, dtype=torch.float64)
    phase = torch.rand(*shape, count, 1, generator=generator, dtype=torch.float64)
    rate = torch.tensor(FREQUENCIES, dtype=torch.float64)[:, None]
    total = (weight * torch.sin(2 * math.pi * (rate * times + phase))).sum(dim=-2)
    return size * total / math.sqrt(count / 2)


def perturbed(motion, generator, size=0.007, turn=math.radians(3)):
    """
    Return a motion with smooth noise: the size, metres, of each axis; the angle, radians, likewise.

    Of three axes that makes 12 mm and 5 degrees, and of a hand and its object together 17 mm and 7.
    """
    times = motion.times

    def shaken(poses):
        shift, tilt = (waves(times, amount, generator, len(poses), 3).transpose(1, 2)
                       for amount in (size, turn))
        rotation = roma.quat_product(roma.rotvec_to_unitquat(tilt), poses[..., 3:])
        return torch.cat([poses[..., :3] + shift, rotation], dim=-1)

    fingers = waves(times, turn, generator, len(motion.sides), 15, 3).permute(0, 3, 1, 2)
    return motion.with_(
        object_poses=shaken(motion.object_poses), wrist_poses=shaken(motion.wrist_poses),
        finger_poses=motion.finger_poses + fingers)
