# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Does a grasp hold when it is moved? There, back and let go in physics, remembered on disk."""

from dataclasses import dataclass
from hoi_planner.demonstrations.grasps.proof import NAME
from hoi_planner.demonstrations.scripting.frames import product
from hoi_planner.demonstrations.scripting.grips import Grip
from hoi_planner.demonstrations.scripting.hand_paths import hand_motion, Span
from hoi_planner.demonstrations.scripting.object_paths import (
    LIFT, raised_path, transport_time)
from hoi_planner.demonstrations.scripting.timing import FPS, frame_times, LONGEST
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

VERSION = 9
CLOSED, PAUSE, OPEN, LEAVE, REST = 0.65, 0.15, 0.25, 0.25, 0.2      # seconds
QUICK = 0.7                 # seconds of the way at least
RISE = 0.18                 # metres that it is lifted at least
STOP = 0.03                 # metres: what moved so far is lost
FAILED = 1.0                # metres and radians that stand for a simulation that failed
# Ways are rounded, so that trials are shared.
TURN_STEP, WAY_STEP = 0.35, 0.08        # radians, metres


@dataclass(frozen=True)
class Way:
    """
    Where an object is moved from its rest, as it rests at yaw 0.

    turn: axis-angle, whole steps of TURN_STEP; offset: whole steps of WAY_STEP
    """

    turn: tuple[int, int, int]
    offset: tuple[int, int, int]

    def end(self, start: torch.Tensor) -> torch.Tensor:
        """Return the (7,) pose at the end of the way from a pose at rest and at yaw 0."""
        turned = roma.rotvec_to_unitquat(TURN_STEP * torch.tensor(self.turn, dtype=torch.float64))
        offset = WAY_STEP * torch.tensor(self.offset, dtype=torch.float64)
        offset[2] = offset[2].clamp_min(RISE)
        return torch.cat([start[:3] + offset, product(turned, start[3:])])


def way_of(model: ObjectModel, path: torch.Tensor) -> Way:
    """Return the way of a path (N, 7) that begins at rest: to where it is turned most."""
    rest = torch.tensor(model.affordances.rest_rotation)
    unyaw = product(rest, roma.quat_conjugation(path[0, 3:]))
    turned = product(path[:, 3:], roma.quat_conjugation(path[0, 3:]))
    angle = 2 * torch.atan2(turned[:, :3].norm(dim=1), turned[:, 3].abs())
    offset = path[:, :3] - path[0, :3]
    # Of several with the same turn the farthest.
    frame = int((angle + 0.1 * offset.norm(dim=1)).argmax())
    rotvec = rotate_vectors(unyaw, roma.unitquat_to_rotvec(turned[frame]))
    local = rotate_vectors(unyaw, offset[frame])
    return Way(tuple(int(x) for x in (rotvec / TURN_STEP).round()),
               tuple(int(x) for x in (local / WAY_STEP).round()))


def trial(
    model: ObjectModel, grip: Grip, hand_model: str, way: Way,
) -> tuple[float, float]:
    """
    Return how far, metres, and by what angle, radians, the object leaves its planned way.

    It is carried there and back as in a task, set down and let go. Played once for the same object,
    grip and way.
    """
    key = {'version': VERSION, 'hand_model': hand_model, 'side': grip.side,
           'way': [way.turn, way.offset],
           'mesh': content_hash(model.mesh), 'mass': model.mass,
           'grip': [round(float(x), 6) for tensor in (
               grip.wrist, grip.pregrasp, grip.fingers, grip.open_fingers)
               for x in tensor.flatten()]}
    moved = cached_arrays('grasp_trial', key, lambda: {
        'moved': np.array(played(model, grip, hand_model, way))})['moved']
    return float(moved[0]), float(moved[1])


def played(
    model: ObjectModel, grip: Grip, hand_model: str, way: Way,
) -> tuple[float, float]:
    """Return the largest displacement, metres, and rotation, radians, of a trial."""
    motion = trial_motion(model, grip, hand_model, way)
    scene = PhysicsScene({NAME: model}, hand_model)
    try:
        with TrackingSimulation(scene, motion) as simulation:
            body = simulation.run(drop_limit=STOP, stop_at_drop=True).objects[0]
    except HoiPlannerError as error:
        if error.code is not FailureCode.SIMULATION_FAILED:
            raise
        return FAILED, FAILED
    return float(np.nanmax(body.displacement)), float(np.nanmax(body.rotation))


def trial_motion(
    model: ObjectModel, grip: Grip, hand_model: str, way: Way,
) -> HandObjectMotion:
    """Return the motion of a trial."""
    start = standing_pose(model, 0.4, 0.0)
    end = way.end(start)
    there = CLOSED + transport_time(start, end, LIFT, QUICK)
    back = there + PAUSE
    down = back + there - CLOSED
    opened = down + OPEN
    length = min(opened + LEAVE + REST, LONGEST)
    times = frame_times(length)
    center = torch.tensor(model.center_of_mass)
    up = raised_path(start, end, LIFT, center, times, CLOSED, there)
    lowered = raised_path(start, end, LIFT, center, back + down - times, back, down)
    path = torch.where((times < back)[:, None], up, lowered)
    span = Span(0.0, 0.1, 0.35, CLOSED, down, opened, opened + LEAVE, opened + LEAVE + REST)
    first = compose(start, grip.pregrasp)
    wrists, fingers = hand_motion(grip, path, times, span, first, first)
    return HandObjectMotion(
        fps=FPS, task='trial', hand_model=hand_model, object_ids=(NAME,), sides=(grip.side,),
        object_poses=path[None], wrist_poses=wrists[None], finger_poses=fingers[None],
        shapes=torch.zeros(1, NUM_SHAPE))
