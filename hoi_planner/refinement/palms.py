# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Two palms on opposite faces, at the height and with the fingers as a sampled motion has them."""

from collections.abc import Sequence
from dataclasses import replace
import math

from hoi_planner.demonstrations.grasps.way_in import DISTANCE
from hoi_planner.demonstrations.palm_contacts import find_palm_contacts
from hoi_planner.demonstrations.palm_grasp import PalmGrasp, solve_palm_grasps
from hoi_planner.demonstrations.scene import PlacedObject, TaskScene
from hoi_planner.demonstrations.scripting.grips import Grip
from hoi_planner.demonstrations.tasks.carry import CarryConfig, open_fingers
from hoi_planner.demonstrations.tasks.carry_any import PALM_CATEGORIES
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.geometry.transforms import relative, transform_points
from hoi_planner.hands.registry import load_hand_model
import torch

WRIST, MIDDLE = 0, 9                # of the 21 joints
PALM = (0, 5, 9, 13, 17)            # wrist and knuckles: their middle is the palm's
# Of the descent onto a face; with 30 a hand falls short of it, and the object is dropped.
ITERATIONS = 60


def nearest_palms(
    scene: TaskScene, placed: PlacedObject, wanted: Sequence[torch.Tensor],
) -> list[tuple[Grip, Grip]]:
    """
    Return the grips of a left and a right palm; empty for what is not carried so.

    :param wanted: (T, 21, 3) joints of the left and of the right hand, mesh frame
    """
    if placed.model.category not in PALM_CATEGORIES:
        return []
    config = CarryConfig()
    try:
        pair = find_palm_contacts(
            placed, scene.table_height, config.contacts,
            sampled_height(placed, wanted, config.contact_height))
    except HoiPlannerError as error:
        if error.code is not FailureCode.NO_CANDIDATE:
            raise
        return []
    up = torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64)
    ahead = torch.linalg.cross(pair.axis, up)
    pitch = sampled_pitch(placed, wanted, config.finger_pitch)
    forward = math.cos(pitch) * ahead - math.sin(pitch) * up
    depth = sum(config.press_per_kilogram) / 2 * placed.model.mass
    depth = min(max(depth, config.press_depth[0]), config.press_depth[1])
    grasp_config = replace(config.grasp, press_depth=depth, iterations=ITERATIONS)
    grasps = solve_palm_grasps(
        [load_hand_model(scene.hand_model, side) for side in ('left', 'right')], placed,
        (pair.left, pair.right), (-pair.axis, pair.axis), forward, scene.table_height,
        grasp_config)
    return [tuple(palm_grip(placed, grasp, config.opening) for grasp in grasps)]


def sampled_height(placed: PlacedObject, wanted, limits: tuple[float, float]) -> float:
    """Return how high over the centre of mass the palms are, metres, within limits."""
    center = torch.tensor(placed.model.center_of_mass)
    palms = torch.stack([joints[:, PALM].mean(dim=(0, 1)) for joints in wanted]).mean(dim=0)
    offset = transform_points(placed.pose, torch.stack([palms, center]))[:, 2]
    return min(max((offset[0] - offset[1]).item(), limits[0]), limits[1])


def sampled_pitch(placed: PlacedObject, wanted, limits: tuple[float, float]) -> float:
    """Return by how much the fingers point down, radians, the mean of both hands, in limits."""
    pitches = []
    for joints in wanted:
        ends = transform_points(placed.pose, joints.mean(dim=0))
        way = ends[MIDDLE] - ends[WRIST]
        pitches.append(-math.asin(max(-1.0, min(1.0, (way[2] / way.norm()).item()))))
    return min(max(sum(pitches) / len(pitches), limits[0]), limits[1])


def palm_grip(placed: PlacedObject, grasp: PalmGrasp, opening: float) -> Grip:
    """Return a palm as a grip in the object's frame; it comes in squarely to its face."""
    before = grasp.wrist.clone()
    before[:3] = before[:3] - DISTANCE * grasp.inward
    return Grip(grasp.side, relative(placed.pose, grasp.wrist), relative(placed.pose, before),
                grasp.fingers, open_fingers(grasp, opening))
