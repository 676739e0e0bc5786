# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A first guess in closed form: the palm by Kabsch, then each joint aimed at the next."""

from hoi_planner.hands.fitting.hand_linkage import HandLinkage
from hoi_planner.hands.fitting.levenberg_marquardt import State
from hoi_planner.hands.fitting.turns import exponential, swing
import roma
import torch

LEAST_LENGTH = 1e-9         # metres; shorter than this, a segment has no direction


def align(
    rest: torch.Tensor, points: torch.Tensor, weights: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """
    Return translation (N, 3) and rotation (N, 3, 3) that take rest to points best.

    Kabsch, A solution for the best rotation to relate two sets of vectors, 1976.

    :param rest: (P, 3), rest[0] at the origin: the root
    :param points: (N, P, 3)
    :param weights: (N, P), at least 0; frames where all are 0 count as even
    """
    total = weights.sum(dim=1, keepdim=True)
    shares = torch.where(total > 0, weights / total.clamp_min(1e-300), 1 / weights.shape[1])
    rest_centre = shares @ rest
    centre = (shares[..., None] * points).sum(dim=1)
    around = (rest - rest_centre[:, None]) * shares[..., None]
    rotation = roma.special_procrustes((points - centre[:, None]).transpose(1, 2) @ around)
    return centre - (rotation @ rest_centre[..., None])[..., 0], rotation


def directions(vectors: torch.Tensor) -> torch.Tensor:
    """Return unit vectors (..., 3), 0 where there is no direction."""
    length = vectors.norm(dim=-1, keepdim=True)
    return torch.where(length > LEAST_LENGTH, vectors / length.clamp_min(LEAST_LENGTH), 0.0)


def aim_fingers(linkage: HandLinkage, points: torch.Tensor) -> torch.Tensor:
    """
    Return axis-angles (N, 5, 9) within the limits that aim each joint at the next, without twist.

    :param points: (N, 5, 4, 3) wanted, in the wrist's frame
    """
    skin = linkage.skin
    rest = directions(torch.cat([skin.joints, skin.tips[:, None]], dim=1).diff(dim=1))
    wanted = directions(points.diff(dim=2))
    parent, turns = torch.eye(3, dtype=points.dtype), []
    for joint in range(3):
        own = slice(3 * joint, 3 * joint + 3)
        seen = (wanted[:, :, joint, None] @ parent)[:, :, 0]
        turn = swing(rest[:, joint], seen).clamp(linkage.lower[:, own], linkage.upper[:, own])
        parent = parent @ exponential(turn)[0]
        turns.append(turn)
    return torch.cat(turns, dim=-1)


def first_guess(
    linkage: HandLinkage, root: torch.Tensor, limbs: torch.Tensor,
    root_weight: torch.Tensor, limb_weight: torch.Tensor,
) -> State:
    """
    Return where the solver starts.

    :param root: (N, 3) of the wrist
    :param limbs: (N, 5, 4, 3)
    """
    palm = torch.cat([torch.zeros(1, 3, dtype=root.dtype), linkage.skin.joints[:, 0]])
    points = torch.cat([root[:, None], limbs[:, :, 0]], dim=1)
    weights = torch.cat([root_weight[:, None], limb_weight[:, :, 0]], dim=1)
    translation, rotation = align(palm, points, weights)
    local = (limbs - translation[:, None, None]) @ rotation[:, None]
    return State(translation, rotation, aim_fingers(linkage, local))
