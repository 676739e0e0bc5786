# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Does a grasp hold when it is moved? Lift, tilts, set-down and release, remembered on disk."""

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
import roma
import torch

VERSION = 3
HEIGHT = 0.18               # metres
LIFTED, TILT, BACK = 1.35, 0.7, 0.7     # seconds: when it is up, of a tilt, of the way back
CLOSED = 0.65
LOWER = LIFTED + TILT + BACK
DOWN, OPENED, LEFT = LOWER + 0.6, LOWER + 0.85, LOWER + 1.15
LENGTH = LEFT + 0.2
STOP = 0.03                 # metres: what moved so far is lost
FAILED = 1.0                # metres and radians that stand for a simulation that failed
# Tilts are rounded, up to the next angle and to the nearest azimuth, so that trials are shared.
ANGLE_STEP, AZIMUTH_STEP = math.radians(15), math.radians(30)


def largest_tilt(model: ObjectModel, path: torch.Tensor) -> tuple[int, int]:
    """
    Return how far a path (N, 7) tilts an object from its rest: steps of angle and of azimuth.

    The azimuth is that towards which its top leans, as it rests at yaw 0.
    """
    rest = torch.tensor(model.affordances.rest_rotation)
    up = torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64)
    # Up as the mesh sees it all along the path, then as the object at rest would see it.
    seen = rotate_vectors(rest, rotate_vectors(roma.quat_conjugation(path[:, 3:]), up))
    frame = int(seen[:, 2].argmin())
    x, y, z = seen[frame].tolist()
    angle = math.ceil(math.acos(max(-1.0, min(1.0, z))) / ANGLE_STEP - 0.2)
    if angle == 0:
        return 0, 0
    # Where up is seen to go the other side leans down.
    azimuth = round(math.atan2(-y, -x) / AZIMUTH_STEP) % round(2 * math.pi / AZIMUTH_STEP)
    return angle, azimuth


def trial(
    model: ObjectModel, grip: Grip, hand_model: str, tilt: tuple[int, int],
) -> tuple[float, float]:
    """
    Return how far, metres, and by what angle, radians, the object leaves its planned way.

    It is lifted, tilted at the speed of a pour, set down and let go. Played once for the same
    object, grip and tilt.

    :param tilt: as largest_tilt gives it
    """
    key = {'version': VERSION, 'hand_model': hand_model, 'side': grip.side, 'tilt': tilt,
           'mesh': content_hash(model.mesh), 'mass': model.mass,
           'grip': [round(float(x), 6) for tensor in (
               grip.wrist, grip.pregrasp, grip.fingers, grip.open_fingers)
               for x in tensor.flatten()]}
    moved = cached_arrays('grasp_trial', key, lambda: {
        'moved': np.array(played(model, grip, hand_model, tilt))})['moved']
    return float(moved[0]), float(moved[1])


def played(
    model: ObjectModel, grip: Grip, hand_model: str, tilt: tuple[int, int],
) -> tuple[float, float]:
    """Return the largest displacement, metres, and rotation, radians, of a trial."""
    motion = trial_motion(model, grip, hand_model, tilt)
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


def trial_motion(
    model: ObjectModel, grip: Grip, hand_model: str, tilt: tuple[int, int],
) -> HandObjectMotion:
    """Return the motion of a trial."""
    start = standing_pose(model, 0.4, 0.0)
    times = torch.arange(int(LENGTH * FPS) + 1, dtype=torch.float64) / FPS
    lift = HEIGHT * (step(times, CLOSED, LIFTED) - step(times, LOWER, DOWN))
    lean = step(times, LIFTED, LIFTED + TILT) - step(times, LIFTED + TILT, LOWER)
    azimuth = torch.tensor(tilt[1] * AZIMUTH_STEP, dtype=torch.float64)
    rotation = product(turn(2, azimuth), turn(1, tilt[0] * ANGLE_STEP * lean),
                       turn(2, -azimuth), start[3:])
    # About the centre of mass: what counts is the grip, not how far the object swings.
    center = torch.tensor(model.center_of_mass).expand(len(times), 3)
    middle = start[:3] + rotate_vectors(start[3:].expand(len(times), 4), center)
    middle = middle + lift[:, None] * torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64)
    path = torch.cat([middle - rotate_vectors(rotation, center), rotation], dim=1)
    span = Span(0.0, 0.1, 0.35, CLOSED, DOWN, OPENED, LEFT, LENGTH)
    first = compose(start, grip.pregrasp)
    wrists, fingers = hand_motion(grip, path, times, span, first, first)
    return HandObjectMotion(
        fps=FPS, task='trial', hand_model=hand_model, object_ids=(NAME,), sides=(grip.side,),
        object_poses=path[None], wrist_poses=wrists[None], finger_poses=fingers[None],
        shapes=torch.zeros(1, NUM_SHAPE))
