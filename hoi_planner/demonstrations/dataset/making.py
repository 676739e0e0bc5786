# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Make one sample: draw a scene, run the script, play it; again, until an attempt passes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hoi_planner.cancellation import CancelToken
from hoi_planner.demonstrations.dataset.orders import choose, DatasetOrder, MAX_ATTEMPTS
from hoi_planner.demonstrations.dataset.records import (
    DemonstrationRecord, known, lost, Refusal,
)
from hoi_planner.demonstrations.dataset.splits import instances, load_splits, SplitConfig
from hoi_planner.demonstrations.layouts import draw_layout
from hoi_planner.demonstrations.scene import PlacedObject, TaskScene
from hoi_planner.demonstrations.scripting.rehearsal import rehearsed, verdicts_noted
from hoi_planner.demonstrations.tasks.registry import find_task, TASKS
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.physics.report import PlanReport
import numpy as np


@dataclass(frozen=True)
class Sample:
    """A sample of an order; motion is None where no attempt passed."""

    record: DemonstrationRecord
    motion: HandObjectMotion | None


def available_tasks(split: str, splits: SplitConfig | None = None) -> tuple[str, ...]:
    """Return the names of the tasks that have something to draw in a split, sorted."""
    splits = load_splits() if splits is None else splits
    return tuple(sorted(
        name for name, task in TASKS.items() if splits.categories(task, split)))


def check_order(order: DatasetOrder, splits: SplitConfig | None = None) -> None:
    """
    Refuse an order with a task that its split has nothing of, and splits that do not fit the tasks.

    :raises HoiPlannerError: UNKNOWN_TASK
    :raises ValueError: names the task and the split
    """
    splits = load_splits() if splits is None else splits
    splits.check(TASKS)
    for name in order.tasks:
        find_task(name)
        if name not in available_tasks(order.split, splits):
            raise ValueError(
                f"split '{order.split}' has no combination of objects for task '{name}'; it has "
                f'some for {list(available_tasks(order.split, splits))}')


def make_sample(
    order: DatasetOrder, number: int, splits: SplitConfig, token: CancelToken | None = None,
) -> Sample:
    """
    Make sample `number` of an order: the first of up to MAX_ATTEMPTS attempts that passes.

    :param token: polled between and within attempts
    :raises HoiPlannerError: what the token raises; a script's failure other than NO_CANDIDATE
    """
    with verdicts_noted() as shown:
        sample = _first_passing(
            order, number, splits, CancelToken() if token is None else token)
    return replace(sample, record=replace(sample.record, shown=tuple(shown)))


def _first_passing(
    order: DatasetOrder, number: int, splits: SplitConfig, token: CancelToken,
) -> Sample:
    task, refusals = order.task_of(number), []
    for attempt in range(MAX_ATTEMPTS):
        token.check(f'sample {number}')
        try:
            placed, motion = attempt_motion(order, number, attempt, splits, token)
        except HoiPlannerError as error:
            if error.code is not FailureCode.NO_CANDIDATE:
                raise
            refusals.append(Refusal('script', error.code.name))
            continue
        report = played(placed, motion, token)
        if report.verdict.accepted:
            return Sample(_record(number, placed, motion, refusals, report), motion)
        refusals.append(Refusal('physics', report.verdict.code.name))
    return Sample(lost(number, task, refusals), None)


def attempt_motion(
    order: DatasetOrder, number: int, attempt: int, splits: SplitConfig, token: CancelToken,
) -> tuple[tuple[PlacedObject, ...], HandObjectMotion]:
    """
    Draw the objects and their places, and run the task's script.

    :raises HoiPlannerError: NO_CANDIDATE, there is no room or the script finds no motion
    """
    generator = order.generator(number, attempt)
    task = find_task(order.task_of(number))
    categories = choose(splits.categories(task, order.split), generator)
    placed = draw_layout(task, generator, instances(order.split), categories)
    scene = TaskScene(placed, hand_model=order.hand_model)
    return placed, task.script(scene, generator, token)


def played(
    placed: Sequence[PlacedObject], motion: HandObjectMotion, token: CancelToken,
) -> PlanReport:
    """Return what physics says of a motion of the placed objects, within a script's limits."""
    return rehearsed(TaskScene(tuple(placed), hand_model=motion.hand_model), motion, token)


def _record(
    number: int, placed: Sequence[PlacedObject], motion: HandObjectMotion,
    refusals: Sequence[Refusal], report: PlanReport,
) -> DemonstrationRecord:
    models = {item.id: item.model for item in placed}
    ordered = [models[name] for name in motion.object_ids]
    metrics = report.metrics
    values = {
        'displacement': metrics.displacement_max, 'rotation': metrics.rotation_max,
        'slip': metrics.slip_max, 'penetration': metrics.penetration_depth_max,
        'volume': metrics.penetration_volume_max, 'force': metrics.peak_force,
        'contact_ratio': contact_ratio(report.measurement.penetration.touching),
    }
    return DemonstrationRecord(
        number=number, task=motion.task, resources=tuple(model.resource for model in ordered),
        categories=tuple(model.category for model in ordered),
        masses=tuple(float(model.mass) for model in ordered), object_ids=motion.object_ids,
        sides=motion.sides, frames=motion.num_frames, fps=float(motion.fps),
        refusals=tuple(refusals),
        metrics={name: known(float(value)) for name, value in values.items()})


def contact_ratio(touching: np.ndarray) -> float:
    """
    Return the share of frames in which a hand touches the object it holds, the mean of the hands.

    A hand holds the object that it touches for most frames; one that touches none does not count.

    :param touching: (H, M, N) bool
    """
    longest = touching.mean(axis=-1).max(axis=-1, initial=0.0)
    holding = longest[longest > 0]
    return float(holding.mean()) if holding.size else 0.0
