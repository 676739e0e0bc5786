# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What a caller asks for, checked as it is made."""

import math
from dataclasses import dataclass, field

import torch

from hoi_planner.failures import FailureCode, RequestError
from hoi_planner.hands.contract import NUM_FINGER_JOINTS, SIDES
from hoi_planner.objects.user_library import MAX_MASS
from hoi_planner.physics.config import MAX_FRICTION
from hoi_planner.physics.limits import PlanLimits
from hoi_planner.planning.request_checks import (
    check_count, check_fingers, check_id, check_text, check_unique, checked_pose, MAX_ID_LENGTH,
    MAX_RESOURCE_LENGTH, MAX_TASK_LENGTH,
)

MAX_OBJECTS = 16
MAX_CANDIDATES = 64


@dataclass(frozen=True)
class ObjectPlacement:
    """
    One object of the scene: which mesh, and where its origin stands in the planning frame.

    :raises RequestError: INVALID_REQUEST for the id or mass, MESSAGE_TOO_LARGE for a text that is
        too long, INVALID_POSE for the pose
    """

    id: str
    resource: str
    pose: torch.Tensor      # (7,) x, y, z, qx, qy, qz, qw
    mass: float = 0.0       # kilograms; 0: the library's, or density times volume

    def __post_init__(self):
        """Check id, pose and mass."""
        check_id(self.id)
        check_text(self.resource, f"mesh_resource of object '{self.id}'", MAX_RESOURCE_LENGTH)
        object.__setattr__(self, 'pose', checked_pose(self.pose, f"pose of object '{self.id}'"))
        if not (math.isfinite(self.mass) and 0 <= self.mass <= MAX_MASS):
            raise RequestError(
                FailureCode.INVALID_REQUEST,
                f"mass of object '{self.id}' is {self.mass} kg, must be 0 to {MAX_MASS:g} kg")


@dataclass(frozen=True)
class HandStart:
    """
    Where a hand is when the plan begins, of the mean shape.

    :raises RequestError: INVALID_POSE
    """

    wrist_pose: torch.Tensor        # (7,) planning frame
    finger_poses: torch.Tensor      # (15, 3) axis-angle, radians

    def __post_init__(self):
        """Check both."""
        object.__setattr__(self, 'wrist_pose', checked_pose(self.wrist_pose, 'wrist_pose'))
        fingers = torch.as_tensor(self.finger_poses, dtype=torch.float64)
        if fingers.shape != (NUM_FINGER_JOINTS, 3):
            raise RequestError(
                FailureCode.INVALID_POSE,
                f'finger_poses has shape {tuple(fingers.shape)}, must be ({NUM_FINGER_JOINTS}, 3)')
        check_fingers(fingers, 'finger_poses')
        object.__setattr__(self, 'finger_poses', fingers)


@dataclass(frozen=True)
class PlanRequest:
    """
    A task on some objects.

    :param task: a name of demonstrations.tasks; generator syncdiff takes free text too
    :param objects: the free objects, the manipulated one first
    :param targets: object id -> (7,) pose where it is to end; missing: chosen by the task and seed
    :param obstacles: static, not to be touched
    :param generator: name of the generator
    :param candidates: how many to sample, at most
    :param first_candidate: index of the first of them: those before it were asked for before
    :param seed: same seed, same plan
    :param time_budget: seconds for planning
    :param friction: effective hand-object friction in validation; 0: the validator's default
    :param table_height: metres, None without a table
    :param start_hands: side -> where that hand is, as far as known; generator syncdiff begins
        there with the hands that it uses, the scripted one refuses, since its scripts choose where
        hands come from
    :raises RequestError: names the field, the value and the limit
    """

    task: str
    objects: tuple[ObjectPlacement, ...]
    targets: dict[str, torch.Tensor] = field(default_factory=dict)
    obstacles: tuple[ObjectPlacement, ...] = ()
    generator: str = 'scripted'
    candidates: int = 4
    seed: int = 0
    time_budget: float = 60.0
    friction: float = 0.0
    limits: PlanLimits = PlanLimits()
    table_height: float | None = 0.0
    start_hands: dict[str, HandStart] = field(default_factory=dict)
    first_candidate: int = 0

    def __post_init__(self):
        """Check every field."""
        for side in self.start_hands:
            if side not in SIDES:
                raise RequestError(
                    FailureCode.INVALID_REQUEST, f"start_hands has '{side}', must be of {SIDES}")
        check_text(self.task, 'task', MAX_TASK_LENGTH)
        check_text(self.generator, 'generator', MAX_ID_LENGTH)
        self._check_numbers()
        if not self.objects:
            raise RequestError(
                FailureCode.MISSING_OBJECT_STATE, 'the request has no object, needs at least 1')
        count = len(self.objects) + len(self.obstacles)
        check_count(count, MAX_OBJECTS, 'the request', 'objects and obstacles')
        check_unique([placement.id for placement in self.objects + self.obstacles])
        targets = {}
        for name, pose in self.targets.items():
            if name not in [placement.id for placement in self.objects]:
                raise RequestError(
                    FailureCode.INVALID_REQUEST, f"target '{name}' is not an object of the scene")
            targets[name] = checked_pose(pose, f"target of object '{name}'")
        object.__setattr__(self, 'targets', targets)

    def _check_numbers(self):
        if not (math.isfinite(self.time_budget) and self.time_budget > 0):
            raise RequestError(
                FailureCode.INVALID_TIME_BUDGET,
                f'time_budget is {self.time_budget:g} s, must be above 0 s')
        if not 1 <= self.candidates <= MAX_CANDIDATES:
            raise RequestError(
                FailureCode.INVALID_REQUEST,
                f'candidates is {self.candidates}, must be 1 to {MAX_CANDIDATES}')
        if not 0 <= self.first_candidate < MAX_CANDIDATES:
            raise RequestError(
                FailureCode.INVALID_REQUEST,
                f'first_candidate is {self.first_candidate}, must be 0 to {MAX_CANDIDATES - 1}')
        if not 0 <= self.seed < 2 ** 64:
            raise RequestError(
                FailureCode.INVALID_REQUEST, f'seed is {self.seed}, must be 0 to 2^64 - 1')
        if not (math.isfinite(self.friction) and 0 <= self.friction <= MAX_FRICTION):
            raise RequestError(
                FailureCode.INVALID_REQUEST,
                f'friction is {self.friction}, must be 0 to {MAX_FRICTION:g}')
        if self.table_height is not None and not math.isfinite(self.table_height):
            raise RequestError(
                FailureCode.INVALID_REQUEST,
                f'table_height is {self.table_height} m, must be finite, or NaN for no table')
