# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Does a grasp hold when it is moved? A lift and two tilts in physics, remembered on disk."""

import math

from hoi_planner.demonstrations.grasps.proof import FPS, NAME
from hoi_planner.demonstrations.scripting.frames import product, turn
from hoi_planner.demonstrations.scripting.grips import Grip
from hoi_planner.demonstrations.scripting.hand_paths import hand_motion, Span
from hoi_planner.demonstrations.scripting.profiles import step
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.geometry.array_cache import cached_arrays
from hoi_planner.geometry.meshes import content_hash
from hoi_planner.geometry.transforms import compose, rotate_vectors
from hoi_planner.hands.contract import NUM_SHAPE
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.objects.model import ObjectModel
from hoi_planner.objects.standing import standing_pose
from hoi_planner.physics.scene import PhysicsScene
from hoi_planner.physics.tracking import TrackingSimulation
import numpy as np
import torch

VERSION = 1
HEIGHT = 0.18               # metres
ANGLE = math.radians(75)
LIFTED, TILT, BACK = 1.35, 0.6, 0.6     # seconds: when it is up, of a tilt, of the way back
CLOSED = 0.65
LENGTH = LIFTED + 2 * (TILT + BACK)
STOP = 0.03                 # metres: what moved so far is lost
FAILED = 1.0                # metres and radians that stand for a simulation that failed


def trial(model: ObjectModel, grip: Grip, hand_model: str) -> tuple[float, float]:
    """
    Return how far, metres, and by what angle, radians, the object left a lifted and tilted hand.

    Tilts of 75 degrees, one to the side and one to the front, at the speed of a pour. Played once
    for the same object and grip.
    """
    key = {'version': VERSION, 'hand_model': hand_model, 'side': grip.side,
           'mesh': content_hash(model.mesh), 'mass': model.mass,
           'grip': [round(float(x), 6) for tensor in (
               grip.wrist, grip.pregrasp, grip.fingers, grip.open_fingers)
               for x in tensor.flatten()]}
    moved = cached_arrays(
        'grasp_trial', key, lambda: {'moved': np.array(played(model, grip, hand_model))})['moved']
    return float(moved[0]), float(moved[1])


def played(model: ObjectModel, grip: Grip, hand_model: str) -> tuple[float, float]:
    """Return the largest displacement, metres, and rotation, radians, of a trial."""
    motion = trial_motion(model, grip, hand_model)
    scene = PhysicsScene({NAME: model}, hand_model)
    worst = np.zeros(2)
    try:
        with TrackingSimulation(scene, motion) as simulation:
            while simulation.frame + 1 < motion.num_frames and worst[0] < STOP:
                state = simulation.advance_frame()
                now = np.array([state.displacement[0], state.rotation[0]])
                worst = np.maximum(worst, np.nan_to_num(now))
    except HoiPlannerError as error:
        if error.code is not FailureCode.SIMULATION_FAILED:
            raise
        return FAILED, FAILED
    return float(worst[0]), float(worst[1])


def trial_motion(model: ObjectModel, grip: Grip, hand_model: str) -> HandObjectMotion:
    """Return the motion of a trial: the hand never lets go."""
    start = standing_pose(model, 0.4, 0.0)
    times = torch.arange(int(LENGTH * FPS) + 1, dtype=torch.float64) / FPS
    lift = HEIGHT * step(times, CLOSED, LIFTED)
    rotation = start[3:].expand(len(times), 4)
    for number, axis in enumerate((0, 1)):
        begin = LIFTED + number * (TILT + BACK)
        angle = ANGLE * (step(times, begin, begin + TILT)
                         - step(times, begin + TILT, begin + TILT + BACK))
        rotation = product(turn(axis, angle), rotation)
    # About the centre of mass: what counts is the grip, not how far the object swings.
    center = torch.tensor(model.center_of_mass).expand(len(times), 3)
    middle = start[:3] + rotate_vectors(start[3:].expand(len(times), 4), center)
    middle = middle + lift[:, None] * torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64)
    path = torch.cat([middle - rotate_vectors(rotation, center), rotation], dim=1)
    later = LENGTH + 1.0
    span = Span(0.0, 0.1, 0.35, CLOSED, later, later, later, later)
    first = compose(start, grip.pregrasp)
    wrists, fingers = hand_motion(grip, path, times, span, first, first)
    return HandObjectMotion(
        fps=FPS, task='trial', hand_model=hand_model, object_ids=(NAME,), sides=(grip.side,),
        object_poses=path[None], wrist_poses=wrists[None], finger_poses=fingers[None],
        shapes=torch.zeros(1, NUM_SHAPE))
