# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""One hand pressed flat on a face: wrist and fingers solved against the real object surface."""

from collections.abc import Sequence
from dataclasses import dataclass
import functools

import roma
import torch

from hoi_planner.demonstrations.scene import PlacedObject
from hoi_planner.geometry.signed_distance import SignedDistanceGrid, exact_signed_distance
from hoi_planner.geometry.transforms import compose, inverse, transform_points
from hoi_planner.hands.contract import HandModel
from hoi_planner.hands.postures import posture
from hoi_planner.hands.skin_points import skin_of_hands, spread_ids

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


def solve_palm_grasps(
    models: Sequence[HandModel], placed: PlacedObject, contacts: Sequence[torch.Tensor],
    inwards: Sequence[torch.Tensor], forward: torch.Tensor, table_height: float | None,
    config: PalmGraspConfig,
) -> list[PalmGrasp]:
    """
    Lay palms and fingers of H hands on faces, each for itself, all in one descent.

    What a flat hand meets from outside is the object's convex hull: it spans hollows of the side,
    and a hand on a thin wall must not come out on its other side. Minimises the distance of the
    pressing anchors from the surface, with penalties on penetration and on the table, a posture
    prior and a pull of the anchors' centre to the contact point; then shifts each hand along its
    press direction until its deepest vertex stands exactly at press_depth.

    :param models: of each hand
    :param contacts: (3,) of each, on the surface, world, metres
    :param inwards: (3,) unit, of each, into the object
    :param forward: (3,) direction of the fingers; made perpendicular to inward
    """
    surface, forwards, rotations = placed.model.mesh.convex_hull, [], []
    for model, inward in zip(models, inwards, strict=True):
        along = forward - (forward @ inward) * inward
        forwards.append(along / along.norm())
        rotations.append(palm_wrist_rotation(model.side, forwards[-1], inward))
    loss = _PalmLoss(models, placed, surface, contacts, inwards, table_height, config)
    wrists, fingers = _descend(models, loss, contacts, inwards, torch.stack(rotations), config)
    return [
        PalmGrasp(model.side, _press(model, placed, surface, wrist, bent, inward,
                                     config.press_depth), bent, inward, along, config.press_depth)
        for model, wrist, bent, inward, along in zip(models, wrists, fingers, inwards, forwards)]


def _descend(models, loss_of, contacts, inwards, rotations, config):
    """Return wrists (H, 7), world, and fingers (H, 15, 3) at the end of the descent."""
    base = torch.stack([posture('relaxed_palm', model.side).double() for model in models])
    start = torch.stack([
        _start_translation(*hand) for hand in zip(models, rotations, base, contacts, inwards)])
    low, high = (
        torch.stack([model.joint_limits[..., end] for model in models]).to(base) for end in (0, 1))
    own = roma.rotmat_to_unitquat(rotations)

    translation = torch.zeros_like(start, requires_grad=True)
    turn = torch.zeros_like(start, requires_grad=True)
    bend = torch.zeros_like(base, requires_grad=True)
    optimizer = torch.optim.Adam([
        {'params': [translation], 'lr': config.learning_rate * 0.1},
        {'params': [turn, bend], 'lr': config.learning_rate},
    ], fused=True)

    def pose():
        quaternions = roma.quat_product(roma.rotvec_to_unitquat(turn), own)
        wrists = torch.cat([start + translation, quaternions], dim=1)
        return wrists, torch.minimum(torch.maximum(base + bend, low), high)

    for _ in range(config.iterations):
        optimizer.zero_grad()
        loss = loss_of(*pose())
        loss = loss + config.posture_weight * bend.square().sum() * 1e2
        loss = loss + config.wrist_weight * turn.square().sum() * 1e2
        loss.backward()
        optimizer.step()
    wrists, fingers = pose()
    return wrists.detach(), fingers.detach()


class _PalmLoss:
    """What a descent of H hands minimises, but for its priors: contact, depth, table, place."""

    def __init__(self, models, placed, surface, contacts, inwards, table_height, config):
        """Take all into the object's frame, where neither skin nor distances need a transform."""
        self._models, self._config = models, config
        self._grid = SignedDistanceGrid(surface, spacing=0.003)
        self._to_object = inverse(placed.pose)
        self._contacts = transform_points(self._to_object, torch.stack(list(contacts)))
        turned = roma.unitquat_to_rotmat(self._to_object[3:])
        self._inwards, self._up = torch.stack(list(inwards)) @ turned.T, turned[:, 2]
        self._under = None if table_height is None else (
            table_height + config.table_clearance - placed.pose[2])
        self._ids, self._corners = _looked_at(tuple(models))
        self._weights = torch.stack(
            [model.anchor_weights[pressing_anchors()] for model in models]).double()[..., None]
        self._each = torch.arange(len(models))[:, None, None]
        self._count = len(spread_ids(models[0], SOLVER_VERTICES))
        self._shapes = torch.zeros(len(models), 10, dtype=torch.float64)

    def __call__(self, wrists: torch.Tensor, fingers: torch.Tensor) -> torch.Tensor:
        """Return the sum of the losses of wrists (H, 7), world frame, and fingers (H, 15, 3)."""
        config = self._config
        local = compose(self._to_object, wrists)
        skin = skin_of_hands(self._models, self._ids, local, fingers, self._shapes)
        vertices = skin[:, :self._count]                                    # (H, V, 3)
        pressing = (skin[self._each, self._corners] * self._weights).sum(dim=2)     # (H, A, 3)
        # In the precision that the grid is kept in.
        distance = self._grid(torch.cat([pressing, vertices], dim=1).float()).double()
        off, distance = distance.split([pressing.shape[1], vertices.shape[1]], dim=1)
        depth = torch.relu(-distance - config.press_depth)
        offset = pressing.mean(dim=1) - self._contacts
        offset = offset - (offset * self._inwards).sum(dim=1, keepdim=True) * self._inwards
        # Distances in centimetres, so that the weights compare sizes that a person can picture.
        loss = config.contact_weight * (1e2 * off).square().mean(dim=1)
        loss = loss + config.penetration_weight * (1e2 * depth).square().mean(dim=1)
        loss = loss + config.center_weight * (1e2 * offset).square().sum(dim=1)
        if self._under is not None:
            under = torch.relu(self._under - vertices @ self._up)
            loss = loss + config.table_weight * (1e2 * under).square().mean(dim=1)
        return loss.sum()


@functools.cache
def _looked_at(models: tuple[HandModel, ...]) -> tuple[tuple[int, ...], torch.Tensor]:
    """Return vertex ids, spread ones first; pressing anchors' corners (H, A, 3), places in them."""
    faces = torch.stack([model.anchor_faces[pressing_anchors()] for model in models])
    ids = list(dict.fromkeys(
        [*spread_ids(models[0], SOLVER_VERTICES), *faces.flatten().tolist()]))
    place = torch.empty(models[0].num_vertices, dtype=torch.long)
    place[ids] = torch.arange(len(ids))
    return tuple(ids), place[faces]


def pressing_anchors() -> torch.Tensor:
    """Return the indices of the anchors that press a face: palm and fingers without the thumb."""
    return torch.arange(THUMB_ANCHORS, 32)


def _start_translation(model, rotation, fingers, contact, inward):
    shape = torch.zeros(1, 10, dtype=torch.float64)
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
