# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Metrics and candidate reports."""

from dataclasses import fields

from hoi_planner_msgs.msg import CandidateReport as CandidateReportMsg
from hoi_planner_msgs.msg import PlanMetrics as PlanMetricsMsg

from hoi_planner.failures import FailureCode
from hoi_planner.physics.summary import PlanMetrics
from hoi_planner.physics.verdict import Verdict
from hoi_planner.planning.result import CandidateReport


def metrics_to_msg(metrics: PlanMetrics) -> PlanMetricsMsg:
    """Return a PlanMetrics message; the fields have the same names."""
    msg = PlanMetricsMsg()
    for field in fields(metrics):
        value = getattr(metrics, field.name)
        setattr(msg, field.name, value)
    return msg


def metrics_from_msg(msg: PlanMetricsMsg) -> PlanMetrics:
    """Return metrics."""
    values = {field.name: getattr(msg, field.name) for field in fields(PlanMetrics)}
    for name in ('times', 'displacement'):
        values[name] = tuple(values[name])
    return PlanMetrics(**values)


def report_to_msg(report: CandidateReport) -> CandidateReportMsg:
    """Return a CandidateReport message."""
    verdict = report.verdict
    return CandidateReportMsg(
        candidate=report.candidate, accepted=verdict.accepted, error_code=int(verdict.code),
        error_msg=verdict.message, limit_name=verdict.limit_name, value=float(verdict.value),
        limit=float(verdict.limit), object_id=verdict.object_id, time=float(verdict.time),
        score=float(report.score), metrics=metrics_to_msg(report.metrics))


def report_from_msg(msg: CandidateReportMsg) -> CandidateReport:
    """Return a report."""
    verdict = Verdict(
        accepted=msg.accepted, code=FailureCode(msg.error_code), message=msg.error_msg,
        limit_name=msg.limit_name, value=msg.value, limit=msg.limit, object_id=msg.object_id,
        time=msg.time)
    return CandidateReport(msg.candidate, verdict, msg.score, metrics_from_msg(msg.metrics))
