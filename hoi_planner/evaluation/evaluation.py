# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""evaluate: a set of motions, of one method on one split, to a row of the table."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
import math

from hoi_planner.evaluation.action_recognizer import ActionRecognizer
from hoi_planner.evaluation.action_tensors import action_tensors, ActionTensors
from hoi_planner.evaluation.frechet import frechet_distance
from hoi_planner.evaluation.motion_evaluation import measure_motion, MotionMetricsConfig
from hoi_planner.evaluation.physical import play_motions, summarize_outcomes
from hoi_planner.evaluation.recognition import motion_features, recognized
from hoi_planner.evaluation.records import (
    EvaluatedMotion, MetricRow, MotionEvaluation, MotionMetrics, NAN, PhysicalOutcome)
from hoi_planner.geometry.basis_point_set import BasisPointSet
from hoi_planner.hands.contract import HandModel
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.limits import PlanLimits
import torch


@dataclass(frozen=True)
class EvaluationConfig:
    """
    How a set is evaluated, and what its row is called.

    play: judge in physics those that bring no outcome
    limits, physics: of that judgement
    workers: processes for it, one a core when None; no result depends on it
    """

    split: str = ''
    method: str = ''
    motion: MotionMetricsConfig = MotionMetricsConfig()
    play: bool = False
    limits: PlanLimits = field(default_factory=PlanLimits)
    physics: PhysicsConfig = field(default_factory=PhysicsConfig)
    workers: int | None = None


def evaluate(
    samples: Iterable[EvaluatedMotion], references: torch.Tensor | None = None,
    classifier: ActionRecognizer | None = None, config: EvaluationConfig = EvaluationConfig(),
    progress: Callable[[str], None] = lambda name: None,
    hand_models: Mapping[str, HandModel] | None = None,
) -> MetricRow:
    """
    Measure every motion and the set.

    :param references: (R, d) features of real motions, see set_features; for FID
    :param classifier: for FID and RA
    :param progress: called with the name of each motion that is measured
    :param hand_models: side -> model for all motions; loaded by their hand_model when None
    :raises ValueError: no motions, references without a classifier, motions that do not fit
    :raises HoiPlannerError: VALIDATOR_UNAVAILABLE
    """
    samples = list(samples)
    if not samples:
        raise ValueError('there are 0 motions to evaluate, needs at least 1')
    if references is not None and classifier is None:
        raise ValueError('references are features of a classifier, but classifier is None')
    measured = []
    for sample in samples:
        measured.append(measure_motion(sample, config.motion, hand_models))
        progress(sample.name)
    outcomes = _outcomes(samples, config)
    names, recognition, fid, notes = _recognition(samples, references, classifier, hand_models)
    judged = summarize_outcomes([item for item in outcomes if item is not None])
    metrics, counts = mean_metrics(measured)
    return MetricRow(
        config.split, config.method,
        tuple(MotionEvaluation(sample.name, sample.task, *rest)
              for sample, *rest in zip(samples, measured, names, outcomes)),
        metrics, counts, fid, recognition, judged.acceptance, judged.displacement, judged.codes,
        notes)


def mean_metrics(measured: Sequence[MotionMetrics]) -> tuple[MotionMetrics, dict[str, int]]:
    """Return the means of what is not NaN, and of how many each is the mean."""
    means, counts = {}, {}
    for item in fields(MotionMetrics):
        values = [getattr(metrics, item.name) for metrics in measured]
        values = [value for value in values if not math.isnan(value)]
        counts[item.name] = len(values)
        means[item.name] = math.fsum(values) / len(values) if values else NAN
    return MotionMetrics(**means), counts


def recognizer_input(
    samples: Iterable[EvaluatedMotion], classifier_config,
    hand_models: Mapping[str, HandModel] | None = None,
) -> ActionTensors:
    """
    Return what a recognizer of this RecognizerConfig sees of the motions.

    :raises ValueError: motions of another hand model, with too many objects; none at all
    """
    parts = []
    for sample in samples:
        if sample.motion.hand_model != classifier_config.hand_model:
            raise ValueError(
                f"motion '{sample.name}' is of hand model '{sample.motion.hand_model}', the "
                f"recognizer of '{classifier_config.hand_model}'")
        parts.append(action_tensors(
            sample.motion, _basis_points(sample), classifier_config.max_objects,
            classifier_config.frames, classifier_config.basis_points, hand_models))
    return ActionTensors.cat(parts)


def set_features(
    samples: Iterable[EvaluatedMotion], classifier: ActionRecognizer,
    hand_models: Mapping[str, HandModel] | None = None,
) -> torch.Tensor:
    """Return the (R, d) features of real motions, the `references` of evaluate."""
    return motion_features(
        classifier, recognizer_input(samples, classifier.config, hand_models))


def _basis_points(sample: EvaluatedMotion) -> torch.Tensor:
    if sample.basis_points is not None:
        return sample.basis_points
    return torch.stack([BasisPointSet().encode(sample.scene.objects[name].mesh)
                        for name in sample.motion.object_ids])


def _outcomes(
    samples: Sequence[EvaluatedMotion], config: EvaluationConfig,
) -> list[PhysicalOutcome | None]:
    """Return what physics says of each, None where it was neither known nor asked."""
    outcomes = [sample.outcome for sample in samples]
    if config.play:
        missing = [k for k, item in enumerate(outcomes) if item is None]
        played = play_motions(
            [samples[k] for k in missing], config.limits, config.physics, config.workers)
        for k, item in zip(missing, played):
            outcomes[k] = item
    return outcomes


def _recognition(
    samples: Sequence[EvaluatedMotion], references: torch.Tensor | None,
    classifier: ActionRecognizer | None, hand_models: Mapping[str, HandModel] | None,
) -> tuple[list[str], float, float, tuple[str, ...]]:
    """Return the recognized tasks, RA, FID and notes on them."""
    if classifier is None:
        return [''] * len(samples), NAN, NAN, ()
    motions = recognizer_input(samples, classifier.config, hand_models)
    names = recognized(classifier, motions)
    right = sum(name == sample.task for name, sample in zip(names, samples)) / len(samples)
    if references is None:
        return names, right, NAN, ()
    if min(len(samples), len(references)) < 2:
        return names, right, NAN, ('FID needs at least 2 motions in either set',)
    result = frechet_distance(motion_features(classifier, motions).numpy(), references.numpy())
    notes = () if not result.deficient else (
        f'FID from {result.counts[0]} and {result.counts[1]} motions in {result.dimensions} '
        'dimensions: covariances are not of full rank, compare it only at equal counts',)
    return names, right, result.value, notes
