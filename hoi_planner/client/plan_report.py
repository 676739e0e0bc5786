# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A plan_interaction result as one readable block and as JSON."""

import json
import math
from pathlib import Path

from hoi_planner_msgs.action import PlanInteraction
from hoi_planner_msgs.msg import CandidateReport, HandObjectPlan, PlanMetrics

from hoi_planner.evaluation.report import plain
from hoi_planner.failures import FailureCode
from hoi_planner.motion.digest import motion_digest
from hoi_planner.nodes.conversions.basics import duration_from_msg
from hoi_planner.nodes.conversions.plans import plan_from_msg

METRIC_NAMES = (
    'displacement_max', 'displacement_mean', 'displacement_final', 'rotation_max', 'slip_max',
    'penetration_depth_max', 'penetration_volume_max', 'peak_force', 'release_time', 'drop_time',
    'effective_friction', 'worst_object')


def result_document(task: str, result: PlanInteraction.Result, files: list[str]) -> dict:
    """
    Return what was planned as plain data: equal bytes for equal seeds, so no wall time is in it.

    Metres, radians, newtons, seconds of the plan. A plan's digest covers every number of its
    motion.
    """
    return {
        'task': task, 'seed': result.seed, 'accepted': result.accepted_candidate >= 0,
        'accepted_candidate': result.accepted_candidate,
        'error': FailureCode(result.error_code).name, 'error_code': result.error_code,
        'message': result.error_msg,
        'plan': _plan_document(result.plan) if result.accepted_candidate >= 0 else None,
        'candidates': [_report_document(report) for report in result.reports],
        'execution': _metrics_document(result.execution) if result.executed_objects.points
        else None,
        'files': files}


def timing_document(result: PlanInteraction.Result) -> dict:
    """Return the wall times of the stages, seconds."""
    return {name: duration_from_msg(getattr(result, f'{name}_time'))
            for name in ('planning', 'generation', 'validation', 'execution')}


def to_json(document: dict) -> str:
    """Return JSON text with sorted keys; numbers that JSON does not know become null."""
    return json.dumps(plain(document), indent=2, sort_keys=True, allow_nan=False) + '\n'


def write_result_json(
    path: Path, task: str, result: PlanInteraction.Result, files: list[str],
) -> None:
    """Write the result as JSON; its wall times, which differ from run to run, in a file apart."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(to_json(result_document(task, result, files)), encoding='utf-8')
    path.with_suffix('.timing.json').write_text(
        json.dumps(timing_document(result), indent=2) + '\n', encoding='utf-8')


def _plan_document(msg: HandObjectPlan) -> dict:
    motion = plan_from_msg(msg).motion
    return {
        'hand_model': motion.hand_model, 'fps': motion.fps, 'frames': motion.num_frames,
        'duration': motion.duration, 'objects': [o.mesh_resource for o in msg.objects],
        'start': {name: motion.object_poses[i, 0].tolist()
                  for i, name in enumerate(motion.object_ids)},
        'end': {name: motion.object_poses[i, -1].tolist()
                for i, name in enumerate(motion.object_ids)},
        'sha256': motion_digest(motion)}


def _report_document(report: CandidateReport) -> dict:
    return {
        'candidate': report.candidate, 'accepted': report.accepted, 'score': report.score,
        'error': FailureCode(report.error_code).name, 'message': report.error_msg,
        'limit': report.limit_name, 'metrics': _metrics_document(report.metrics)}


def _metrics_document(metrics: PlanMetrics) -> dict:
    return {name: getattr(metrics, name) for name in METRIC_NAMES}


def result_block(task: str, result: PlanInteraction.Result, files: list[str]) -> str:
    """Return the readable block that scripts/plan prints."""
    accepted = result.accepted_candidate >= 0
    rows = [
        ('task', f'{task}, seed {result.seed}'),
        ('candidates', f'{len(result.reports)} tried, '
                       f'{sum(r.accepted for r in result.reports)} passed physics'),
        ('verdict', f'ACCEPTED candidate {result.accepted_candidate}' if accepted
         else f'REJECTED {FailureCode(result.error_code).name} ({result.error_code})')]
    if result.error_msg:
        rows.append(('reason' if result.error_code else 'margin', result.error_msg))
    if result.reports:
        rows += _metric_rows(result.reports[0].metrics)
    rows.append(('planning time', _times(result)))
    if result.executed_objects.points:
        rows.append(('execution', _execution(result)))
    elif accepted:
        rows.append(('execution', f'FAILED {FailureCode(result.error_code).name}'
                     if result.error_code else 'not asked for'))
    rows += [('file', name) for name in files]
    return '\n'.join(f'  {name:<16}{text}' for name, text in rows)


def _metric_rows(metrics):
    return [
        ('displacement', f'max {1e3 * metrics.displacement_max:.2f} mm, final '
                         f'{1e3 * metrics.displacement_final:.2f} mm, '
                         f"object '{metrics.worst_object}'"),
        ('rotation', f'max {math.degrees(metrics.rotation_max):.2f} deg'),
        ('penetration', f'max {1e3 * metrics.penetration_depth_max:.2f} mm, '
                        f'{1e6 * metrics.penetration_volume_max:.2f} cm^3'),
        ('peak force', f'{metrics.peak_force:.0f} N at effective friction '
                       f'{metrics.effective_friction:.2f}')]


def _times(result):
    times = timing_document(result)
    return (f"{times['planning']:.2f} s (generate {times['generation']:.2f} s, "
            f"validate {times['validation']:.2f} s)")


def _execution(result):
    outcome = 'executed' if result.error_code == 0 else f'FAILED, {result.error_msg}'
    seconds = duration_from_msg(result.execution_time)
    return (f'{outcome}: displacement max {1e3 * result.execution.displacement_max:.2f} mm, final '
            f'{1e3 * result.execution.displacement_final:.2f} mm, in {seconds:.2f} s')
