# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The numbers of one motion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hoi_planner.evaluation.alignment import alignment_residual
from hoi_planner.evaluation.contact_metrics import (
    contact_iou, contact_ratio, ContactConfig, root_contacts, surface_contacts)
from hoi_planner.motion.hand_joints import hand_joints
from hoi_planner.evaluation.motion_metrics import jerk, jerk_per_frame, mpjpe
from hoi_planner.evaluation.records import EvaluatedMotion, MotionMetrics, NAN
from hoi_planner.evaluation.volumes import intersection_volumes
from hoi_planner.hands.contract import HandModel
from hoi_planner.motion.body_layout import Bodies
from hoi_planner.physics.posed_hand import pose_hands, PosedHand
import numpy as np
import torch


@dataclass(frozen=True)
class MotionMetricsConfig:
    """
    How motions are measured.

    contacts: what counts as contact
    volume_stride: intersection volume is looked at every so many frames, 0: not at all; a motion
        that was sampled takes 10 ms a frame, hand and object that meet
    """

    contacts: ContactConfig = ContactConfig()
    volume_stride: int = 5

    def __post_init__(self):
        """
        Check the stride.

        :raises ValueError: it is below 0
        """
        if self.volume_stride < 0:
            raise ValueError(f'volume_stride is {self.volume_stride}, must be at least 0')


def measure_motion(
    sample: EvaluatedMotion, config: MotionMetricsConfig = MotionMetricsConfig(),
    hand_models: Mapping[str, HandModel] | None = None,
) -> MotionMetrics:
    """
    Measure a motion; a reference gives CSIoU and MPJPE, sampled bodies the alignment residual.

    A reference of another length is compared as networks see both: the shorter one stands still at
    its end.

    :param hand_models: side -> model; loaded by the motion's hand_model when None
    :raises ValueError: motion, scene or reference do not fit
    """
    motion = sample.motion
    hands = pose_hands(motion, hand_models)
    contacts = surface_contacts(sample.scene, motion, hands, config.contacts)
    joints = hand_joints(motion, hand_models)
    iou, error = _compare(sample, contacts, joints, config, hand_models)
    volume_mean, volume_max = _volumes(sample, hands, config.volume_stride)
    joint_jerk = jerk(joints, motion.fps) if motion.sides else NAN
    object_jerk = jerk(motion.object_poses[..., :3], motion.fps)
    return MotionMetrics(
        contact_ratio=contact_ratio(contacts), contact_iou=iou,
        root_contact=contact_ratio(root_contacts(sample.scene, motion, config.contacts)) if (
            motion.sides) else NAN,
        volume_mean=volume_mean, volume_max=volume_max,
        joint_jerk=joint_jerk, object_jerk=object_jerk,
        joint_jerk_frame=jerk_per_frame(joint_jerk, motion.fps),
        object_jerk_frame=jerk_per_frame(object_jerk, motion.fps),
        mpjpe=error, alignment=_alignment(sample.bodies))


def _compare(
    sample: EvaluatedMotion, contacts: np.ndarray, joints: torch.Tensor,
    config: MotionMetricsConfig, hand_models: Mapping[str, HandModel] | None,
) -> tuple[float, float]:
    """Return CSIoU and MPJPE; NaN without a reference."""
    reference = sample.reference
    if reference is None:
        return NAN, NAN
    if reference.sides != sample.motion.sides:
        raise ValueError(f"reference of '{sample.name}' has the hands {reference.sides}, the motion"
                         f' has {sample.motion.sides}')
    if reference.fps != sample.motion.fps:
        raise ValueError(f"reference of '{sample.name}' has {reference.fps} fps, the motion has "
                         f'{sample.motion.fps}')
    real = surface_contacts(
        sample.scene, reference, pose_hands(reference, hand_models), config.contacts)
    frames = max(sample.motion.num_frames, reference.num_frames)
    shown = [np.arange(frames).clip(max=count - 1)
             for count in (sample.motion.num_frames, reference.num_frames)]
    iou = contact_iou(contacts[:, :, shown[0]], real[:, :, shown[1]], config.contacts)
    error = mpjpe(joints[:, shown[0]], hand_joints(reference, hand_models)[:, shown[1]]) if (
        reference.sides) else NAN
    return iou, error


def _volumes(
    sample: EvaluatedMotion, hands: Sequence[PosedHand], stride: int,
) -> tuple[float, float]:
    if not stride:
        return NAN, NAN
    volumes = intersection_volumes(sample.scene, sample.motion, hands, stride).sum(axis=(0, 1))
    return float(volumes.mean()), float(volumes.max())


def _alignment(bodies: Bodies | None) -> float:
    """Return the residual of sampled bodies; NaN where relative motions were not sampled."""
    if bodies is None:
        return NAN
    present = [torch.ones(part.shape[:2], dtype=torch.bool)
               for part in (bodies.object_poses, bodies.joints)]
    return alignment_residual(bodies, *present).joints.mean().item()
