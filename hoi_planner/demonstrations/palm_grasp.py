# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""One hand pressed flat on a face: wrist and fingers solved against the real object surface."""

from dataclasses import dataclass
import functools

import roma
import torch

from hoi_planner.demonstrations.scene import PlacedObject
from hoi_planner.geometry.signed_distance import SignedDistanceGrid, exact_signed_distance
from hoi_planner.geometry.transforms import inverse, transform_points
from hoi_planner.hands.contract import HandModel
from hoi_planner.hands.postures import posture
from hoi_planner.hands.skin_points import skin_vertices, spread_ids

# The thumb rests where it likes; the other fingers' and the palm's anchors press.
THUMB_ANCHORS = 5
SOLVER_VERTICES = 600


@dataclass(frozen=True)
class PalmGraspConfig:
    """
    Weights and sizes of the solve.

    press_depth: how deep the deepest point of the hand stands in the object, metres; negative keeps
        the hand that far away from it
    iterations, learning_rate: of Adam
    """

    press_depth: float = 0.0015
    iterations: int = 100
    learning_rate: float = 0.01
    contact_weight: float = 1.0
    penetration_weight: float = 8.0
    table_weight: float = 8.0
    table_clearance: float = 0.006
    center_weight: float = 0.05
    posture_weight: float = 2e-5
    wrist_weight: float = 2e-4


@dataclass(frozen=True)
class PalmGrasp:
    """A solved hand, world frame, metres and radians."""

    side: str
    wrist: torch.Tensor      # (7,)
    fingers: torch.Tensor    # (15, 3)
    inward: torch.Tensor     # (3,) unit, the direction of the press
    forward: torch.Tensor    # (3,) unit, the direction of the fingers
    press_depth: float       # of the deepest vertex in the object


def palm_wrist_rotation(side: str, forward: torch.Tensor, inward: torch.Tensor) -> torch.Tensor:
    """
    Return the (3, 3) wrist rotation with the fingers along forward and the palm facing inward.

    Model axes: right hand fingers -x, left hand fingers +x, palm -y, so that forward x inward is +z
    of the right hand (the thumb) and -z turned over is that of the left.

    :param forward: (3,) unit, perpendicular to inward
    :param inward: (3,) unit, into the object
    """
    x_axis = -forward if side == 'right' else forward
    y_axis = -inward
    return torch.stack([x_axis, y_axis, torch.linalg.cross(x_axis, y_axis)], dim=1)


def solve_palm_grasp(
    model: HandModel, placed: PlacedObject, contact: torch.Tensor, inward: torch.Tensor,
    forward: torch.Tensor, table_height: float | None, config: PalmGraspConfig,
) -> PalmGrasp:
    """
    Lay palm and fingers on a face.

    What a flat hand meets from outside is the object's convex hull: it spans hollows of the side,
    and a hand on a thin wall must not come out on its other side. Minimises the distance of the
    pressing anchors from the surface, with penalties on penetration and on the table, a posture
    prior and a pull of the anchors' centre to the contact point; then shifts the hand along the
    press direction until its deepest vertex stands exactly at press_depth.

    :param contact: (3,) on the surface, world, metres
    :param inward: (3,) unit, into the object
    :param forward: (3,) direction of the fingers; made perpendicular to inward
    """
    forward = forward - (forward @ inward) * inward
    forward = forward / forward.norm()
    rotation = palm_wrist_rotation(model.side, forward, inward)
    surface = placed.model.mesh.convex_hull
    wrist, fingers = _descend(
        model, placed, surface, contact, inward, rotation, table_height, config)
    wrist = _press(model, placed, surface, wrist, fingers, inward, config.press_depth)
    return PalmGrasp(model.side, wrist, fingers, inward, forward, config.press_depth)


def _descend(model, placed, surface, contact, inward, rotation, table_height, config):
    grid = SignedDistanceGrid(surface, spacing=0.003)
    to_object = inverse(placed.pose)
    base = posture('relaxed_palm', model.side).to(torch.float64)
    shape = torch.zeros(1, 10, dtype=torch.float64)
    start = _start_translation(model, rotation, base, shape, contact, inward)
    ids, corners = _looked_at(model)
    low, high = model.joint_limits[..., 0].to(base), model.joint_limits[..., 1].to(base)

    translation = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    turn = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    bend = torch.zeros(15, 3, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([
        {'params': [translation], 'lr': config.learning_rate * 0.1},
        {'params': [turn, bend], 'lr': config.learning_rate},
    ])

    def pose():
        matrix = roma.rotvec_to_rotmat(turn) @ rotation
        wrist = torch.cat([start + translation, roma.rotmat_to_unitquat(matrix)])
        return wrist, torch.minimum(torch.maximum(base + bend, low), high)

    for _ in range(config.iterations):
        optimizer.zero_grad()
        wrist, fingers = pose()
        skin = skin_vertices(model, ids, wrist[None], fingers[None], shape)[0]
        pressing = (skin[corners] * model.anchor_weights.to(skin)[..., None]).sum(dim=1)[
            pressing_anchors()]
        vertices = skin[:len(spread_ids(model, SOLVER_VERTICES))]
        # In the precision that the grid is kept in.
        anchor_distance = grid(transform_points(to_object, pressing).float()).double()
        depth = grid(transform_points(to_object, vertices).float()).double()
        depth = torch.relu(-depth - config.press_depth)
        offset = pressing.mean(dim=0) - contact
        offset = offset - (offset @ inward) * inward
        # Distances in centimetres, so that the weights compare sizes that a person can picture.
        loss = config.contact_weight * (1e2 * anchor_distance).square().mean()
        loss = loss + config.penetration_weight * (1e2 * depth).square().mean()
        loss = loss + config.center_weight * (1e2 * offset).square().sum()
        loss = loss + config.posture_weight * bend.square().sum() * 1e2
        loss = loss + config.wrist_weight * turn.square().sum() * 1e2
        if table_height is not None:
            under = torch.relu(table_height + config.table_clearance - vertices[:, 2])
            loss = loss + config.table_weight * (1e2 * under).square().mean()
        loss.backward()
        optimizer.step()
    wrist, fingers = pose()
    return wrist.detach(), fingers.detach()


@functools.cache
def _looked_at(model: HandModel) -> tuple[tuple[int, ...], torch.Tensor]:
    """Return vertex ids, spread ones first; where among them the anchors' corners (32, 3) are."""
    spread = spread_ids(model, SOLVER_VERTICES)
    ids = list(dict.fromkeys([*spread, *model.anchor_faces.flatten().tolist()]))
    place = {vertex: k for k, vertex in enumerate(ids)}
    return tuple(ids), torch.tensor(
        [[place[vertex] for vertex in face] for face in model.anchor_faces.tolist()])


def pressing_anchors() -> torch.Tensor:
    """Return the indices of the anchors that press a face: palm and fingers without the thumb."""
    return torch.arange(THUMB_ANCHORS, 32)


def _start_translation(model, rotation, fingers, shape, contact, inward):
    quaternion = roma.rotmat_to_unitquat(rotation)
    origin = torch.cat([torch.zeros(3, dtype=torch.float64), quaternion])
    output = model.forward(origin[None], fingers[None], shape)
    anchors = model.anchors(output)[0][pressing_anchors()]
    # A centimetre off the face, so that the descent comes from outside.
    return contact - anchors.mean(dim=0) - 0.01 * inward


def _press(model, placed, surface, wrist, fingers, inward, press_depth):
    """Shift along the press direction until the deepest vertex stands at press_depth."""
    shape = torch.zeros(1, 10, dtype=torch.float64)
    wrist = wrist.clone()
    for _ in range(8):
        output = model.forward(wrist[None], fingers[None], shape)
        local = transform_points(inverse(placed.pose), output.vertices[0])
        deepest = -exact_signed_distance(surface, local.numpy()).min()
        if abs(deepest - press_depth) < 1e-6:
            break
        wrist[:3] = wrist[:3] + (press_depth - deepest) * inward
    return wrist
