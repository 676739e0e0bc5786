# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Carry a box-like object between two palms: approach, press, lift, move, lower, retreat."""

import math
from dataclasses import dataclass

import torch

from hoi_planner.cancellation import CancelToken
from hoi_planner.demonstrations.carry_path import carried_path, lift_height
from hoi_planner.demonstrations.palm_contacts import PalmContactConfig, find_palm_contacts
from hoi_planner.demonstrations.palm_grasp import PalmGrasp, PalmGraspConfig, solve_palm_grasps
from hoi_planner.demonstrations.scene import TaskScene
from hoi_planner.demonstrations.scripting.draw import Draw
from hoi_planner.demonstrations.scripting.profiles import piecewise_minimum_jerk
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.geometry.transforms import compose, relative
from hoi_planner.geometry.transforms import pose_from_rotvec
from hoi_planner.hands.contract import NUM_SHAPE, SIDES
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.motion.record import MAX_FRAMES, HandObjectMotion


@dataclass(frozen=True)
class CarryConfig:
    """
    Ranges that a seed draws from, metres, radians, seconds; and what stays fixed.

    clearance: how far off the face a hand moves squarely before it moves sideways
    standoff: how far off the face the hands start and end
    opening: how far the fingers open on the way in and out
    speed_limit: of the object; longer ways take more time
    press_per_kilogram: how deep the hands press for each kilogram: people grip as hard as the
        weight needs, not as hard as they can
    press_depth: smallest and largest depth, whatever the weight
    reach: x and y range where a target is put when none is given
    """

    fps: float = 30.0
    approach_time: tuple[float, float] = (0.8, 1.1)
    press_time: float = 0.3
    move_time: tuple[float, float] = (2.4, 3.0)
    retreat_time: float = 0.8
    lift: tuple[float, float] = (0.10, 0.16)
    standoff: tuple[float, float] = (0.08, 0.12)
    finger_pitch: tuple[float, float] = (0.05, 0.40)
    contact_height: tuple[float, float] = (-0.005, 0.02)
    press_per_kilogram: tuple[float, float] = (0.6e-3, 0.9e-3)
    press_depth: tuple[float, float] = (0.4e-3, 2.5e-3)
    clearance: float = 0.006
    opening: float = 0.15
    reach_x: tuple[float, float] = (0.35, 0.60)
    reach_y: tuple[float, float] = (-0.22, 0.22)
    target_yaw: float = math.radians(30)
    shortest_way: float = 0.15
    speed_limit: float = 0.6
    contacts: PalmContactConfig = PalmContactConfig()
    grasp: PalmGraspConfig = PalmGraspConfig()


def two_palm_carry(
    scene: TaskScene, generator: torch.Generator, token: CancelToken,
    config: CarryConfig = CarryConfig(),
) -> HandObjectMotion:
    """
    Make one carry of the scene's first object; its other objects stay where they are.

    :param generator: draws timing, heights, finger direction and, without a target, the target
    :raises HoiPlannerError: NO_CANDIDATE when two palms cannot hold the object or the way is long
    """
    draw = Draw(generator)
    carried = scene.objects[0]
    target = scene.targets.get(carried.id)
    if target is None:
        target = draw_target(carried.pose, draw, config)
    grasps = press_both_sides(scene, draw, config, token)
    lift = lift_height(scene, target, draw.uniform(*config.lift))
    move_time = draw.uniform(*config.move_time)
    # Minimum jerk peaks at 15/8 of its mean speed.
    distance = (target[:3] - carried.pose[:3]).norm().item() + 2 * lift
    move_time = max(move_time, 15 / 8 * distance / config.speed_limit)
    phases = _Phases(draw.uniform(*config.approach_time), config.press_time, move_time,
                     config.retreat_time)
    frames = math.ceil(phases.total * config.fps) + 1
    if frames > MAX_FRAMES:
        raise HoiPlannerError(
            FailureCode.NO_CANDIDATE,
            f"carrying object '{carried.id}' {distance:.2f} m takes {phases.total:.1f} s, limit "
            f'{(MAX_FRAMES - 1) / config.fps:.1f} s')
    times = torch.arange(frames, dtype=torch.float64) / config.fps
    path = carried_path(carried.pose, target, lift, times - phases.move_start, phases.move)
    standoff = draw.uniform(*config.standoff)
    wrists, fingers = zip(*(
        hand_motion(grasp, path, times, phases, standoff, config) for grasp in grasps))
    still = [other.pose.expand(frames, 7) for other in scene.objects[1:]]
    return HandObjectMotion(
        fps=config.fps, task='carry', hand_model=scene.hand_model,
        object_ids=tuple(placed.id for placed in scene.objects), sides=SIDES,
        object_poses=torch.stack([path, *still]), wrist_poses=torch.stack(wrists),
        finger_poses=torch.stack(fingers), shapes=torch.zeros(len(SIDES), NUM_SHAPE))


@dataclass(frozen=True)
class _Phases:
    approach: float
    press: float
    move: float
    retreat: float

    @property
    def move_start(self) -> float:
        return self.approach + self.press

    @property
    def release_start(self) -> float:
        return self.move_start + self.move

    @property
    def total(self) -> float:
        return self.release_start + self.press + self.retreat


def draw_target(start: torch.Tensor, draw: Draw, config: CarryConfig) -> torch.Tensor:
    """Return a (7,) pose on the same height, within reach, turned about z, not at the start."""
    while True:
        target = start.clone()
        target[0] = draw.uniform(*config.reach_x)
        target[1] = draw.uniform(*config.reach_y)
        if (target[:3] - start[:3]).norm() >= config.shortest_way:
            break
    yaw = draw.uniform(-config.target_yaw, config.target_yaw)
    turn = pose_from_rotvec(torch.zeros(3, dtype=torch.float64),
                            torch.tensor([0.0, 0.0, yaw], dtype=torch.float64))
    target[3:] = compose(turn, start)[3:]
    return target


def press_both_sides(
    scene: TaskScene, draw: Draw, config: CarryConfig, token: CancelToken
) -> list[PalmGrasp]:
    """Return the left and the right hand, pressed on opposite faces of the first object."""
    carried = scene.objects[0]
    pair = find_palm_contacts(
        carried, scene.table_height, config.contacts, draw.uniform(*config.contact_height))
    pitch = draw.uniform(*config.finger_pitch)
    up = torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64)
    forward = math.cos(pitch) * torch.linalg.cross(pair.axis, up) - math.sin(pitch) * up
    depth = draw.uniform(*config.press_per_kilogram) * carried.model.mass
    depth = min(max(depth, config.press_depth[0]), config.press_depth[1])
    grasp_config = PalmGraspConfig(**{**vars(config.grasp), 'press_depth': depth})
    token.check('the grasp of both hands')
    return solve_palm_grasps(
        [load_hand_model(scene.hand_model, side) for side in ('left', 'right')], carried,
        (pair.left, pair.right), (-pair.axis, pair.axis), forward, scene.table_height,
        grasp_config)


def hand_motion(
    grasp: PalmGrasp, path: torch.Tensor, times: torch.Tensor, phases: _Phases, standoff: float,
    config: CarryConfig,
) -> tuple[torch.Tensor, torch.Tensor]:
    """
    Return wrist poses (N, 7) and finger poses (N, 15, 3): in, on the object, and out again.

    Between contact and release the wrist is fixed in the object's frame. distance is the way back
    along the press direction, in that frame too, so that the hand leaves a turned object squarely.
    """
    clearance = grasp.press_depth + config.clearance
    keys = [0.0, phases.approach, phases.move_start, phases.release_start,
            phases.release_start + phases.press, phases.total]
    off = [standoff, clearance, 0.0, 0.0, clearance, standoff]
    distance = piecewise_minimum_jerk(times, keys, off)
    away = piecewise_minimum_jerk(times, keys, [1.0, 0.0, 0.0, 0.0, 0.0, 1.0])
    # The hands come from behind and above, as arms do.
    back = -0.4 * grasp.forward * standoff
    back[2] = back[2].abs() + 0.2 * standoff
    offset = -distance[:, None] * grasp.inward + away[:, None] * back
    wrists = torch.cat([grasp.wrist[:3] + offset, grasp.wrist[3:].expand(len(times), 4)], dim=-1)
    in_object = relative(path[0].expand_as(wrists), wrists)
    opened = open_fingers(grasp, config.opening)
    fingers = grasp.fingers + away[:, None, None] * (opened - grasp.fingers)
    return compose(path, in_object), fingers


def open_fingers(grasp: PalmGrasp, angle: float) -> torch.Tensor:
    """Return the (15, 3) finger pose with the four fingers extended at their roots."""
    opened = grasp.fingers.clone()
    # Flexion is +z of the right hand, -z of the mirrored left.
    opened[[0, 3, 6, 9], 2] -= angle if grasp.side == 'right' else -angle
    return opened
