# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Outcomes as plain data for JSON.

The same recording, settings and code give the same bytes, offline and live at any rate; wall times,
and how the recording was played, go into a document of their own.
"""

from collections.abc import Sequence
from dataclasses import asdict, fields
import json
from pathlib import Path

from hoi_planner.evaluation.replay.outcomes import (
    latency_percentiles, ReplayOutcome, summarize)
from hoi_planner.evaluation.replay.recording import NANOSECONDS, Recording
from hoi_planner.evaluation.replay.settings import ReplaySettings
from hoi_planner.evaluation.report import plain
from hoi_planner.files import write_whole
from hoi_planner.motion.digest import motion_digest
from hoi_planner.physics.summary import PlanMetrics
from hoi_planner.planning.plan import CandidatePlan
from hoi_planner.planning.result import CandidateReport

FORMAT = 1
METRICS = [item.name for item in fields(PlanMetrics) if item.name not in ('times', 'displacement')]


def result_document(
    recording: Recording, settings: ReplaySettings, outcomes: Sequence[ReplayOutcome],
) -> dict:
    """Return what was planned: metres, radians, newtons, seconds; null where nothing is known."""
    start = recording.events[0].time
    return plain({
        'format': FORMAT, 'recording': recording.digest, 'settings': asdict(settings),
        'summary': asdict(summarize(outcomes)),
        'requests': [_outcome(item, start) for item in outcomes]})


def timing_document(outcomes: Sequence[ReplayOutcome], mode: str, rate: float | None) -> dict:
    """
    Return the wall times, seconds.

    :param rate: of a live replay; None offline
    """
    p50, p95 = latency_percentiles(outcomes)
    return plain({
        'mode': mode, 'rate': rate, 'latency': {'p50': p50, 'p95': p95},
        'requests': [{'index': item.request.index, 'latency': item.latency,
                      **asdict(item.result.times)} for item in outcomes]})


def write_document(path: Path, document: dict) -> None:
    """Write it as JSON; the file appears whole or not at all; raises OSError."""
    text = json.dumps(document, indent=1, sort_keys=True, allow_nan=False)
    write_whole(path, text.encode() + b'\n')


def _outcome(item: ReplayOutcome, start: int) -> dict:
    request, result = item.request, item.result
    return {
        'index': request.index, 'time': (request.time - start) / NANOSECONDS,
        'task': request.task, 'seed': request.seed,
        'objects': [] if request.scene is None else [
            {'id': thing.id, 'resource': thing.resource} for thing in request.scene.objects],
        'accepted': result.accepted, 'code': result.code.name, 'message': result.message,
        'plan': _plan(result.plan), 'candidates': [_report(report) for report in result.reports]}


def _plan(plan: CandidatePlan | None) -> dict | None:
    if plan is None:
        return None
    return {'candidate': plan.index, 'frames': plan.motion.num_frames,
            'duration': plan.motion.duration, 'sha256': motion_digest(plan.motion)}


def _report(report: CandidateReport) -> dict:
    return {
        'candidate': report.candidate, 'accepted': report.verdict.accepted,
        'code': report.verdict.code.name, 'message': report.verdict.message,
        'score': report.score,
        'metrics': {name: getattr(report.metrics, name) for name in METRICS}}
