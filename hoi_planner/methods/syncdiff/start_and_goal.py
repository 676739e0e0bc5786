# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Sampled motions made to begin where the bodies stand, and to end where objects are wanted.

The network is told the start and the goal and comes near; what is left, an offset at the first and
at the last real frame, is added and fades along a minimum-jerk curve over some frames, so that
positions are met exactly and velocities stay continuous, at the first and last frame unchanged.
Not in the paper, which does not condition on a start.
"""

from hoi_planner.geometry.transforms import make_pose, minimum_jerk
from hoi_planner.methods.syncdiff.contract import Condition
from hoi_planner.motion.body_layout import Bodies
from hoi_planner.motion.relative_motion import joints_in_world
import roma
import torch

REACH = 0.3     # metres from an object's origin at which a hand follows its correction by half


def meet_start_and_goal(
    aligned: Bodies, condition: Condition, fade_frames: int,
) -> tuple[torch.Tensor, torch.Tensor]:
    """
    Return individuals moved onto start_poses, goal_poses and start_joints where they are known.

    Objects are shifted, and turned about their origins. Hands near an object are carried along as
    if they held it; then known starts of hands are met, joint by joint.

    :param aligned: its relative joints follow from its individuals; quaternions of norm 1, absent
        ones too
    :param condition: start_poses hold for present objects, goal_poses where goal_mask says so,
        start_joints where start_mask does; the last frame is that of frame_mask, what follows it
        keeps its offset
    :param fade_frames: over which an offset fades; fewer in motions that are shorter
    :raises ValueError: fade_frames below 1
    :return: object_poses (B, K, N, 7), joints (B, H, N, D, 3)
    """
    if fade_frames < 1:
        raise ValueError(f'fade_frames is {fade_frames}, must be at least 1')
    last = (condition.frame_mask.sum(dim=1) - 1).clamp(min=1)                     # (B,)
    fade = last.clamp(max=fade_frames)[:, None]
    frames = torch.arange(aligned.joints.shape[2], device=last.device)
    leaving = 1 - minimum_jerk(frames / fade)                                     # (B, N)
    arriving = minimum_jerk((frames - last[:, None] + fade) / fade)
    first = torch.zeros_like(last)
    moved = aligned.object_poses
    for frame, wanted, share, known in (
        (first, condition.start_poses, leaving, condition.object_mask),
        (last, condition.goal_poses, arriving, condition.goal_mask & condition.object_mask),
    ):
        moved = torch.where(
            known[..., None, None], _offset_poses(moved, wanted.to(moved), frame, share), moved)
    joints = _carried(aligned, moved, condition.object_mask)
    known = condition.start_mask & condition.hand_mask
    gap = condition.start_joints.to(joints) - joints[:, :, 0]                     # (B, H, D, 3)
    offset = leaving[:, None, :, None, None] * gap[:, :, None]
    return moved, torch.where(known[..., None, None, None], joints + offset, joints)


def _offset_poses(
    poses: torch.Tensor, wanted: torch.Tensor, frame: torch.Tensor, share: torch.Tensor,
) -> torch.Tensor:
    """
    Return poses (B, K, N, 7) moved by a share (B, N) of what their frame lacks to the wanted.

    :param wanted: (B, K, 7); its quaternion may have either sign, the way is the shorter one
    :param frame: (B,)
    """
    at = poses[torch.arange(len(poses), device=poses.device), :, frame]           # (B, K, 7)
    share = share[:, None, :, None]
    shift = share * (wanted[..., :3] - at[..., :3])[:, :, None]
    turn = roma.quat_product(wanted[..., 3:], roma.quat_conjugation(at[..., 3:]))
    turn = roma.rotvec_to_unitquat(share * roma.unitquat_to_rotvec(turn)[:, :, None])
    turned = roma.quat_normalize(roma.quat_product(turn, poses[..., 3:]))
    return make_pose(poses[..., :3] + shift, turned)


def _carried(aligned: Bodies, moved: torch.Tensor, object_mask: torch.Tensor) -> torch.Tensor:
    """Return joints (B, H, N, D, 3) that go with the objects near them to moved (B, K, N, 7)."""
    inside = aligned.relative_joints                                          # (B, K, H, N, D, 3)
    distance = inside.mean(dim=-2, keepdim=True).norm(dim=-1, keepdim=True)
    near = object_mask[:, :, None, None, None, None] / (1 + (distance / REACH)**4)
    share = near / near.sum(dim=1, keepdim=True).clamp(min=1)
    held = joints_in_world(moved, inside)
    return (1 - share.sum(dim=1)) * aligned.joints + (share * held).sum(dim=1)
