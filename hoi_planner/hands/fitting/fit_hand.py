# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Fit a hand to its 21 sampled joints, all frames at once; SyncDiff's supplement, C.2."""

from dataclasses import dataclass
import functools

from hoi_planner.geometry.transforms import canonical_quaternion, check_pose, make_pose
from hoi_planner.hands.contract import HandModel, NUM_FINGER_JOINTS
from hoi_planner.hands.fitting.checks import check_joints, point_weights, velocity_edges
from hoi_planner.hands.fitting.config import FitConfig
from hoi_planner.hands.fitting.finger_skin import finger_skin, OPENPOSE_FINGERS
from hoi_planner.hands.fitting.finger_strain import FingerStrain
from hoi_planner.hands.fitting.first_guess import first_guess
from hoi_planner.hands.fitting.hand_linkage import HandLinkage
from hoi_planner.hands.fitting.levenberg_marquardt import JointFit, State
import roma
import torch

NUM_POINTS = 21


@dataclass(frozen=True)
class HandFit:
    """Fitted poses of N frames; HandModel.forward takes them."""

    wrist_poses: torch.Tensor   # (N, 7) world, quaternions with w >= 0
    finger_poses: torch.Tensor  # (N, 15, 3) axis-angle, radians
    errors: torch.Tensor        # (N,) metres, mean distance over the joints that have a weight
    iterations: int
    converged: bool


def by_fingers(joints: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the wrist (N, ...) and the fingers (N, 5, 4, ...) of OpenPose's 21 joints."""
    fingers = joints[:, 1:].unflatten(1, (5, 4))
    return joints[:, 0], fingers[:, list(OPENPOSE_FINGERS)]


def hand_linkage(model: HandModel, shape: torch.Tensor) -> HandLinkage:
    """Return the linkage of a hand of one shape (10,)."""
    return _kept_linkage(model, tuple(shape.tolist()), shape.dtype)


@functools.lru_cache(maxsize=16)
def _kept_linkage(model: HandModel, shape: tuple[float, ...], dtype: torch.dtype) -> HandLinkage:
    """Return the linkage, made once: the same few shapes are fitted again and again."""
    skin = finger_skin(model, torch.tensor(shape, dtype=dtype))
    return HandLinkage(skin, model.joint_limits, FingerStrain(model.side))


def fit_hand(
    model: HandModel, joints21: torch.Tensor, shape: torch.Tensor,
    config: FitConfig = FitConfig(), wrist_guess: torch.Tensor | None = None,
    finger_guess: torch.Tensor | None = None, frame_weights: torch.Tensor | None = None,
    joint_weights: torch.Tensor | None = None, sequences: int = 1,
) -> HandFit:
    """
    Fit a hand of a known shape to its joints in every frame.

    Without a guess each frame starts at a closed form of its joints, near its end: frames need no
    warm start from their neighbours. Joints out of the hand's reach get the nearest hand.

    :param joints21: (N, 21, 3) metres, world, OpenPose order
    :param shape: (10,)
    :param wrist_guess: (N, 7) where the wrist may be
    :param finger_guess: (N, 15, 3) how the fingers may be bent
    :param frame_weights: (N,) at least 0; a frame of weight 0 follows from its neighbours
    :param joint_weights: (21,) at least 0
    :param sequences: the frames are so many motions of one length, one after another
    :raises ValueError: a wrong shape, no frame, joints that are not finite (names frame and joint)
    """
    joints = check_joints(joints21, NUM_POINTS, 'joints21')
    count = len(joints)
    weights = point_weights(config.position, frame_weights, count, joint_weights, NUM_POINTS)
    edges = velocity_edges(count, sequences, config.velocity)
    linkage = hand_linkage(model, shape.detach())
    (root, limbs), (root_weight, limb_weight) = by_fingers(joints), by_fingers(weights)
    with torch.no_grad():
        start = first_guess(linkage, root, limbs, root_weight, limb_weight)
        start = _guessed(linkage, start, wrist_guess, finger_guess)
        fit = JointFit(linkage, root, limbs, root_weight, limb_weight, edges, config)
        solution = fit.solve(start)
        return _result(fit, solution, joints21)


def _guessed(linkage, start: State, wrist_guess, finger_guess) -> State:
    """Return the start with what the caller guessed in place of ours."""
    count = len(start.values)
    translation, rotation, values = start.translation, start.rotation, start.values
    if wrist_guess is not None:
        if tuple(wrist_guess.shape) != (count, 7):
            raise ValueError(
                f'wrist_guess has shape {tuple(wrist_guess.shape)}, must be ({count}, 7)')
        check_pose(wrist_guess, 'wrist_guess')
        guess = wrist_guess.detach().double()
        translation = guess[:, :3]
        rotation = roma.unitquat_to_rotmat(roma.quat_normalize(guess[:, 3:]))
    if finger_guess is not None:
        wanted = (count, NUM_FINGER_JOINTS, 3)
        if tuple(finger_guess.shape) != wanted or not torch.isfinite(finger_guess).all():
            raise ValueError(f'finger_guess has shape {tuple(finger_guess.shape)}, must be '
                             f'{wanted} finite numbers')
        values = finger_guess.detach().double().reshape(count, 5, 9).clamp(
            linkage.lower, linkage.upper)
    return State(translation, rotation, values)


def _result(fit: JointFit, solution, joints21: torch.Tensor) -> HandFit:
    """Return the solution in the contract's terms, in the joints' floating type."""
    state, at = solution.state, solution.at
    counted = torch.cat([fit.root_weight[:, None], fit.limb_weight.flatten(1)], dim=1).sum(dim=0)
    distances = torch.cat([at.root_gap[:, None], at.limb_gaps.flatten(1, 2)], dim=1).norm(dim=-1)
    quaternion = canonical_quaternion(roma.rotmat_to_unitquat(state.rotation))
    fingers = state.values.reshape(-1, NUM_FINGER_JOINTS, 3)
    return HandFit(
        make_pose(state.translation, quaternion).to(joints21), fingers.to(joints21),
        distances[:, counted > 0].mean(dim=1).to(joints21), solution.iterations,
        solution.converged)
