# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""How the open hand's vertices follow joints, shape numbers and bends: fitted to the capsules."""

import numpy as np
import roma
import torch

from hoi_planner.hands.analytic_distance import posed_capsules
from hoi_planner.hands.contract import NUM_SHAPE
from hoi_planner.hands.hand_description import HandDescription
from hoi_planner.hands.linear_blend_skinning import joint_transforms
from hoi_planner.hands.open_hand_mesh import neighbour_average, project_to_skin
from hoi_planner.hands.tapered_capsule import capsule_distance, nearest_sphere

ASSOCIATION = 0.001         # metres, how fast a vertex forgets a capsule that is farther away
LARGEST_INFLUENCES = 4
REGRESSOR_NEIGHBOURS = 250
POSES_PER_FINGER = 96
RIDGE = 0.02
# Least and greatest trained flexion of joints 1, 2, 3, degrees.
TRAINED_FINGER = ((-20.0, 0.0, 0.0), (90.0, 100.0, 75.0))
TRAINED_THUMB = ((-25.0, 0.0, -10.0), (35.0, 50.0, 60.0))
SWAY = 0.5                  # part of the range across the flexion axes that is trained on


def associate(vertices: torch.Tensor, description: HandDescription):
    """Return each vertex's share (V, K) in each capsule and its place (V, K) along its axis."""
    a, b = description.centres.unbind(dim=1)
    ends = (a, b, *description.radii.unbind(dim=1))
    distance = capsule_distance(vertices[:, None], *ends)
    fraction = nearest_sphere(vertices[:, None], *ends)
    return torch.softmax(-distance / ASSOCIATION, dim=-1), fraction


def skinning_weights(vertices: torch.Tensor, faces: np.ndarray, description: HandDescription):
    """
    Return weights (V, 16): those of the nearest capsules, smoothed along the skin.

    Smoothing walks along the skin, so a finger takes no weight from its neighbour across a gap.
    """
    share, fraction = associate(vertices, description)
    start, end = description.centre_weights.unbind(dim=1)
    blended = start + fraction[..., None] * (end - start)
    weights = (share[..., None] * blended).sum(dim=1).numpy()
    average = neighbour_average(faces, len(vertices))
    for _ in range(description.words['skinning']['smoothing_steps']):
        weights = 0.5 * weights + 0.5 * (average @ weights)
    smallest = np.sort(weights, axis=1)[:, -LARGEST_INFLUENCES][:, None]
    weights = np.where((weights >= smallest) & (weights > 0.01), weights, 0.0)
    return torch.from_numpy(weights / weights.sum(axis=1, keepdims=True))


def shape_directions(vertices: torch.Tensor, description: HandDescription) -> torch.Tensor:
    """
    Return how vertices move per unit of shape, (10, V, 3).

    First as their capsules do, then corrected so that one unit either way lands on that skin.
    """
    share, fraction = associate(vertices, description)
    a, b = description.centres.unbind(dim=1)
    axis = a + fraction[..., None] * (b - a)
    out = torch.nn.functional.normalize(vertices[:, None] - axis, dim=-1)
    rows = []
    for k in range(NUM_SHAPE):
        da, db = description.centre_directions[k].unbind(dim=1)
        ra, rb = description.radius_directions[k].unbind(dim=1)
        move = da + fraction[..., None] * (db - da) + (ra + fraction * (rb - ra))[..., None] * out
        rows.append((share[..., None] * move).sum(dim=1))
    first = torch.stack(rows)
    shapes = torch.eye(NUM_SHAPE, dtype=torch.float64)
    ends = []
    for sign in (1, -1):
        centres, radii = description.shaped_capsules(sign * shapes)
        ends.append(project_to_skin(vertices + sign * first, centres, radii, description.groups))
    # Vertices stand proud of the skin by the same amount at both ends: it cancels.
    return (ends[0] - ends[1]) / 2


def joint_regressor(vertices, directions, description: HandDescription) -> torch.Tensor:
    """
    Return the sparse (16, V) regressor of least norm that gives the joints exactly.

    Exact for the template and, by linearity, for every shape: 34 equations a joint.
    """
    rows = torch.zeros(len(description.joints), len(vertices), dtype=torch.float64)
    for k, joint in enumerate(description.joints):
        near = (vertices - joint).norm(dim=-1).argsort()[:REGRESSOR_NEIGHBOURS]
        left = torch.cat([
            torch.ones(1, len(near), dtype=torch.float64), 10 * vertices[near].T,
            100 * directions[:, near].permute(0, 2, 1).reshape(-1, len(near))])
        right = torch.cat([torch.ones(1, dtype=torch.float64), 10 * joint,
                           100 * description.joint_directions[:, k].reshape(-1)])
        rows[k, near] = torch.linalg.pinv(left, rtol=1e-9) @ right
    return rows


def pose_directions(vertices, weights, description: HandDescription) -> torch.Tensor:
    """
    Return corrections (135, V, 3), linear in R - I, that keep bent fingers on the capsules' skin.

    Plain skinning flattens knuckles by up to r (1 - cos(angle / 2)). Each finger's correction is
    fitted by ridge regression over random bends of that finger; a vertex of a web, which hangs on
    two fingers, takes from each the share of its weight.
    """
    generator = torch.Generator().manual_seed(0)
    shares = weights[:, 1:].reshape(-1, 5, 3).sum(dim=2)
    total = shares.sum(dim=1, keepdim=True)
    shares = torch.where(total > 0.01, shares / total.clamp_min(0.01), 0.0)
    result = torch.zeros(15, 9, len(vertices), 3, dtype=torch.float64)
    for finger in range(5):
        poses = training_poses(description, finger, generator)
        moved = shares[:, finger] > 0
        features, offsets = _corrections(
            vertices[moved], weights[moved], description, poses, finger)
        normal = features.T @ features + RIDGE * torch.eye(27, dtype=torch.float64)
        fitted = torch.linalg.solve(normal, features.T @ offsets.reshape(len(offsets), -1))
        fitted = fitted.reshape(3, 9, -1, 3) * shares[moved, finger, None]
        result[3 * finger:3 * finger + 3, :, moved] = fitted
    return result.reshape(135, len(vertices), 3)


def training_poses(description, finger: int, generator: torch.Generator) -> torch.Tensor:
    """
    Return random finger poses (N, 15, 3) that bend one finger, without contact with the others.

    The other long fingers bend along at their first joint, straight beyond it, as webs see it.
    """
    def uniform(*size):
        return torch.rand(*size, generator=generator, dtype=torch.float64)

    rows = slice(3 * finger, 3 * finger + 3)
    axes = description.flexion_axes
    least, most = torch.tensor(TRAINED_FINGER if finger < 4 else TRAINED_THUMB).double().deg2rad()
    low, high = description.joint_limits.unbind(dim=-1)
    sway = (low + uniform(POSES_PER_FINGER, 15, 3) * (high - low)) * (1 - axes.abs())
    bend = least + uniform(POSES_PER_FINGER, 3) * (most - least)
    poses = torch.zeros(POSES_PER_FINGER, 15, 3, dtype=torch.float64)
    poses[:, rows] = bend[..., None] * axes[rows] + SWAY * sway[:, rows]
    if finger < 4:
        for other in {0, 1, 2, 3} - {finger}:
            along = bend[:, :1] + 0.4 * (uniform(POSES_PER_FINGER, 1) - 0.5)
            poses[:, 3 * other] = along * axes[3 * other] + SWAY * sway[:, 3 * other]
    return poses


def _corrections(vertices, weights, description, pose, finger):
    """Return features (N, 27) of a finger's bends, and the corrections (N, V, 3) at rest."""
    rotations = roma.rotvec_to_rotmat(pose)
    own = rotations[:, 3 * finger:3 * finger + 3] - torch.eye(3, dtype=torch.float64)
    still = torch.eye(3, dtype=torch.float64).expand(len(pose), 1, 3, 3)
    full = torch.cat([still, rotations], dim=1)
    joints = description.joints.expand(len(pose), 16, 3)
    frames = joint_transforms(joints, full, description.joints[0].expand(len(pose), 3))
    turn = frames[..., :3, :3]
    shift = frames[..., :3, 3] - (turn @ joints[..., None])[..., 0]
    centres = posed_capsules(description.centres, description.centre_weights, joints, frames)
    offsets = []
    for k in range(len(pose)):      # one by one: all at once would take gigabytes
        turns = torch.einsum('vj,jab->vab', weights, turn[k])
        skinned = (turns @ vertices[..., None])[..., 0] + weights @ shift[k]
        target = project_to_skin(skinned, centres[k], description.radii, description.groups)
        offsets.append(torch.linalg.solve(turns, target - skinned))
    return own.reshape(len(pose), 27), torch.stack(offsets)
