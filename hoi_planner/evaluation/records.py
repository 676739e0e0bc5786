# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What is evaluated and what came out of it: motions, metrics and verdicts, kept apart."""

from collections.abc import Mapping
from dataclasses import dataclass, field
import math

from hoi_planner.motion.body_layout import Bodies
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.physics.scene import PhysicsScene
import torch

NAN = math.nan


@dataclass(frozen=True)
class PhysicalOutcome:
    """
    What physics said of one motion; SI units, NaN where it was not measured.

    code: name of the FailureCode, 'NONE' for an accepted one
    """

    accepted: bool
    code: str
    displacement: float = NAN       # largest of any object, metres
    rotation: float = NAN
    slip: float = NAN
    penetration: float = NAN        # depth, metres


@dataclass(frozen=True)
class EvaluatedMotion:
    """
    A motion to be evaluated, and what it was made for.

    task: the task that was asked for
    scene: its objects, their masses, the table
    basis_points: (M, Q, 3) of its objects in their order; made from the meshes when None
    reference: the real motion of the same scene, for CSIoU and MPJPE
    bodies: individual and relative motions as they were sampled, B = 1, only of what is present;
        None where the motion is all there is, and relative motions follow from it
    outcome: where physics has judged it already
    """

    name: str
    motion: HandObjectMotion
    task: str
    scene: PhysicsScene
    basis_points: torch.Tensor | None = None
    reference: HandObjectMotion | None = None
    bodies: Bodies | None = None
    outcome: PhysicalOutcome | None = None


@dataclass(frozen=True)
class MotionMetrics:
    """
    The numbers of one motion, SI units; NaN where a number does not apply or was not asked for.

    contact_ratio, contact_iou, root_contact: CSR, CSIoU, CRR of this motion
    volume_mean, volume_max: shared by all hands and objects, over the frames, cubic metres
    joint_jerk, object_jerk: of hand joints and of objects' origins, m/s^3
    joint_jerk_frame, object_jerk_frame: the same in cm per frame cubed
    mpjpe: to the reference, metres
    alignment: of relative joints with individual ones, metres
    """

    contact_ratio: float = NAN
    contact_iou: float = NAN
    root_contact: float = NAN
    volume_mean: float = NAN
    volume_max: float = NAN
    joint_jerk: float = NAN
    object_jerk: float = NAN
    joint_jerk_frame: float = NAN
    object_jerk_frame: float = NAN
    mpjpe: float = NAN
    alignment: float = NAN


@dataclass(frozen=True)
class MotionEvaluation:
    """All about one motion; recognized is '' and outcome None where nobody was asked."""

    name: str
    task: str
    metrics: MotionMetrics
    recognized: str = ''
    outcome: PhysicalOutcome | None = None


@dataclass(frozen=True)
class MetricRow:
    """
    A method on a split: a line of the table.

    metrics: means of what is not NaN over the motions
    counts: of how many motions each metric is the mean
    fid: Frechet distance of features to those of the references; NaN without
    recognition: RA, share of motions recognized as the task that was asked for; NaN without
    acceptance: share of judged motions that physics accepts; NaN where none was judged
    displacement: median of the judged motions' largest displacement, metres
    codes: how many motions (or attempts) ended with each FailureCode
    notes: what a reader has to know of the numbers
    """

    split: str
    method: str
    motions: tuple[MotionEvaluation, ...]
    metrics: MotionMetrics
    counts: Mapping[str, int]
    fid: float = NAN
    recognition: float = NAN
    acceptance: float = NAN
    displacement: float = NAN
    codes: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
