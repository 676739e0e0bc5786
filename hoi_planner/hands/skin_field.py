# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The blended union of the hand's tapered capsules: zero on the skin, negative inside."""

from dataclasses import dataclass

import torch

from hoi_planner.hands.tapered_capsule import capsule_distance

# Fitted to libigl's distance to the skin at rest (bench/open_hand.py), metres.
OUTER_ONSET = 0.003
OUTER_DECAY = 0.02
INNER_GROWTH = 0.02


@dataclass(frozen=True)
class BlendGroups:
    """
    Which capsules blend with which, as indices into the capsule list.

    Fingers blend along themselves, and with the palm only at their first segment, so that a
    fingertip that touches the palm or another finger does not melt into it.
    """

    palm: torch.Tensor      # (K,) capsules of the palm
    chains: torch.Tensor    # (5, C) capsules of each finger
    roots: torch.Tensor     # (5,) each finger's first segment
    palm_width: float       # metres, the widths of the smooth minima
    finger_width: float
    root_width: float


def smooth_minimum(distances: torch.Tensor, width: float) -> torch.Tensor:
    """
    Return the smooth minimum over the last dimension, -w log sum exp(-d / w).

    The width w is as given near the skin. Far outside the blend is no longer seen, so w decays;
    deep inside a union is deeper than any of its parts, so w grows. The skin itself, which lies
    where the plain minimum is between 0 and a few millimetres, does not feel it.
    """
    plain = distances.amin(dim=-1, keepdim=True)
    outside = torch.exp(-(plain - OUTER_ONSET).clamp_min(0) / OUTER_DECAY)
    scaled = width * outside * (1 + (-plain).clamp_min(0) / INNER_GROWTH)
    return -(scaled * torch.logsumexp(-distances / scaled, dim=-1, keepdim=True))[..., 0]


def blend(distances: torch.Tensor, groups: BlendGroups) -> torch.Tensor:
    """
    Blend distances to single capsules into the distance to the skin.

    :param distances: (..., K) metres, one per capsule
    :return: (...) metres
    """
    palm = smooth_minimum(distances[..., groups.palm], groups.palm_width)
    chains = smooth_minimum(distances[..., groups.chains], groups.finger_width)
    roots = distances[..., groups.roots]
    pairs = torch.stack([palm[..., None].expand_as(roots), roots], dim=-1)
    rooted = smooth_minimum(pairs, groups.root_width)
    return torch.minimum(chains, rooted).amin(dim=-1)


def skin_distance(
    points: torch.Tensor,
    centres: torch.Tensor,
    radii: torch.Tensor,
    groups: BlendGroups,
) -> torch.Tensor:
    """
    Return the signed distance of points to the blended skin, negative inside.

    :param points: (..., P, 3) metres
    :param centres: (..., K, 2, 3) capsule ends; leading dimensions broadcast with those of points
    :param radii: (..., K, 2)
    :return: (..., P) metres
    """
    distances = capsule_distance(
        points[..., :, None, :],
        centres[..., None, :, 0, :], centres[..., None, :, 1, :],
        radii[..., None, :, 0], radii[..., None, :, 1],
    )
    return blend(distances, groups)
