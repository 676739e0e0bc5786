# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Fit an SMPL-X body to its 22 sampled joints, all frames at once; SyncDiff's supplement, C.2."""

from dataclasses import dataclass

from hoi_planner.hands.fitting.body_linkage import aim_body, BodyLinkage, BodySkeleton
from hoi_planner.hands.fitting.checks import check_joints, point_weights, velocity_edges
from hoi_planner.hands.fitting.config import FitConfig
from hoi_planner.hands.fitting.first_guess import align
from hoi_planner.hands.fitting.levenberg_marquardt import JointFit, State
import roma
import torch

NUM_BODY_JOINTS = 22
# Table 9, CORE4D. The pull to the natural pose is weak: it decides only what positions leave open.
BODY_CONFIG = FitConfig(position=3.0, velocity=0.1, natural=1e-5)


@dataclass(frozen=True)
class BodyFit:
    """Fitted poses of N frames, in the terms of smplx.SMPLX.forward."""

    orientations: torch.Tensor  # (N, 3) global_orient, axis-angle
    translations: torch.Tensor  # (N, 3) transl, metres
    body_poses: torch.Tensor    # (N, 21, 3) body_pose, axis-angle
    errors: torch.Tensor        # (N,) metres, mean distance over the joints that have a weight
    iterations: int
    converged: bool


def body_skeleton(model: torch.nn.Module, betas: torch.Tensor) -> BodySkeleton:
    """
    Return the 22 joints at rest of an smplx body model, float64.

    :param model: smplx.SMPLX, SMPLH or SMPL
    :param betas: (10,), or as many as the model has
    :raises ValueError: another number of betas
    """
    directions = model.shapedirs.double()
    if tuple(betas.shape) != directions.shape[-1:]:
        raise ValueError(
            f'betas has shape {tuple(betas.shape)}, must be ({directions.shape[-1]},)')
    vertices = model.v_template.double() + directions @ betas.detach().double()
    joints = model.J_regressor.double()[:NUM_BODY_JOINTS] @ vertices
    parents = model.parents[:NUM_BODY_JOINTS].tolist()
    return BodySkeleton(joints, (-1, *parents[1:]))


def fit_body(
    model: torch.nn.Module, joints22: torch.Tensor, betas: torch.Tensor,
    config: FitConfig = BODY_CONFIG, pose_guess: torch.Tensor | None = None,
    frame_weights: torch.Tensor | None = None, joint_weights: torch.Tensor | None = None,
    sequences: int = 1,
) -> BodyFit:
    """
    Fit a body of a known shape to its joints in every frame.

    The paper takes the body pose from the diffusion model and tunes the pelvis alone; here the pose
    is tuned too, and a predicted one is `pose_guess`: what positions leave open (the twist of a
    bone, the turn of head, hands and feet) stays as guessed. Without a guess bones do not twist. A
    larger `config.natural` keeps more of the guess.

    :param model: smplx.SMPLX, or another of its models that begins with the same 22 joints
    :param joints22: (N, 22, 3) metres, world
    :param betas: (10,)
    :param pose_guess: (N, 21, 3) axis-angle
    :param frame_weights: (N,) at least 0
    :param joint_weights: (22,) at least 0
    :param sequences: the frames are so many motions of one length, one after another
    :raises ValueError: a wrong shape, no frame, joints that are not finite (names frame and joint)
    """
    joints = check_joints(joints22, NUM_BODY_JOINTS, 'joints22')
    count = len(joints)
    weights = point_weights(config.position, frame_weights, count, joint_weights, NUM_BODY_JOINTS)
    edges = velocity_edges(count, sequences, config.velocity)
    with torch.no_grad():
        skeleton = body_skeleton(model, betas)
        start = _first_guess(skeleton, joints, weights, pose_guess)
        linkage = BodyLinkage(skeleton, start.values)
        fit = JointFit(linkage, joints[:, 0], joints[:, None, 1:], weights[:, 0],
                       weights[:, None, 1:], edges, config)
        solution = fit.solve(start)
        state, at = solution.state, solution.at
    distances = torch.cat([at.root_gap[:, None], at.limb_gaps[:, 0]], dim=1).norm(dim=-1)
    return BodyFit(
        roma.rotmat_to_rotvec(state.rotation).to(joints22),
        (state.translation - skeleton.joints[0]).to(joints22),
        state.values.reshape(count, -1, 3).to(joints22),
        distances[:, weights.sum(dim=0) > 0].mean(dim=1).to(joints22),
        solution.iterations, solution.converged)


def _first_guess(skeleton: BodySkeleton, joints, weights, pose_guess) -> State:
    """Return the pelvis by Kabsch over what is fixed to it, and the limbs as guessed or aimed."""
    fixed = [0] + [k for k, parent in enumerate(skeleton.parents) if parent == 0]
    rest = skeleton.joints[fixed] - skeleton.joints[0]
    translation, rotation = align(rest, joints[:, fixed], weights[:, fixed])
    if pose_guess is None:
        return State(translation, rotation, aim_body(
            skeleton, (joints - translation[:, None]) @ rotation))
    guess = check_joints(pose_guess, NUM_BODY_JOINTS - 1, 'pose_guess')
    if len(guess) != len(joints):
        raise ValueError(f'pose_guess has {len(guess)} frames, joints22 {len(joints)}')
    return State(translation, rotation, guess.flatten(1)[:, None].clamp(-torch.pi, torch.pi))
