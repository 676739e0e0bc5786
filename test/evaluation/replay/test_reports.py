# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Tables, JSON, page and comparison, of outcomes with known numbers."""

import copy
from html.parser import HTMLParser
import json

from hoi_planner.cli.main import main
from hoi_planner.evaluation.replay.comparison import changes, load_document
from hoi_planner.evaluation.replay.documents import (
    result_document, timing_document, write_document)
from hoi_planner.evaluation.replay.outcomes import ReplayOutcome, summarize
from hoi_planner.evaluation.replay.page import report_page
from hoi_planner.evaluation.replay.recording import Recording
from hoi_planner.evaluation.replay.requests import replay_requests
from hoi_planner.evaluation.replay.settings import ReplaySettings
from hoi_planner.evaluation.replay.tables import outcome_table, summary_line
from hoi_planner.failures import FailureCode
from hoi_planner.physics.summary import PlanMetrics
from hoi_planner.physics.verdict import Verdict
from hoi_planner.planning.result import CandidateReport, PlanResult, StageTimes
from motions import random_plan
import pytest
from replay_bags import CARTON, label, scene, seen

RECORDING = Recording((
    scene(0.0, seen(CARTON, 0.0)), label(0.1), label(0.3), label(0.5, '<b>juggle</b>')))


def outcome(request, displacement=None, latency=1.0) -> ReplayOutcome:
    """Return an outcome, accepted where it has a displacement."""
    if displacement is None:
        return ReplayOutcome(request, PlanResult(
            FailureCode.UNKNOWN_TASK, f"task '{request.task}' is not known", request.seed), 0.0)
    metrics = PlanMetrics(displacement_max=displacement, penetration_depth_max=0.001)
    report = CandidateReport(0, Verdict(True, FailureCode.NONE, 'within all limits'), 0.5, metrics)
    return ReplayOutcome(request, PlanResult(
        FailureCode.NONE, 'within all limits', request.seed, random_plan(), (report,),
        StageTimes(0.5, 0.3, latency)), latency)


@pytest.fixture
def outcomes():
    """Return two accepted outcomes and a refused one."""
    first, second, third = replay_requests(RECORDING, 0)
    return [outcome(first, 0.002, 1.0), outcome(second, 0.004, 3.0), outcome(third)]


def document(outcomes) -> dict:
    """Return the document of outcomes."""
    return result_document(RECORDING, ReplaySettings(), outcomes)


def test_the_summary_counts_and_measures(outcomes):
    found = summarize(outcomes)
    assert (found.requests, found.accepted, found.codes) == (3, 2, {'UNKNOWN_TASK': 1})
    assert found.displacement_median == pytest.approx(0.003)
    assert summary_line(outcomes) == (
        '2 of 3 requests accepted (1 UNKNOWN_TASK); displacement median 3.00 mm, max 4.00 mm; '
        'penetration max 1.00 mm; latency p50 2.00 s, p95 2.90 s')
    assert summary_line(outcomes[2:]) == '0 of 1 requests accepted (1 UNKNOWN_TASK)'


def test_the_table_has_a_line_a_request_and_the_reasons(outcomes):
    lines = outcome_table(RECORDING, outcomes).splitlines()
    assert len(lines) == 1 + 3 + 1
    assert lines[1].split() == ['0', '0.10', 'carry', '0', 'accepted', '1', '2.00', '1.00', '1.00']
    assert lines[4] == "request 2: task '<b>juggle</b>' is not known"


def test_the_document_has_no_times_and_the_timing_has_them(outcomes, tmp_path):
    slower = [ReplayOutcome(item.request, item.result, 2 * item.latency) for item in outcomes]
    assert document(outcomes) == document(slower)
    write_document(tmp_path / 'replay.json', document(outcomes))
    # What NaN was is null.
    text = (tmp_path / 'replay.json').read_text()
    assert 'NaN' not in text and json.loads(text) == document(outcomes)
    assert load_document(tmp_path / 'replay.json') == document(outcomes)
    timing = timing_document(slower, 'live', 2.0)
    assert timing['latency'] == {'p50': 4.0, 'p95': pytest.approx(5.8)}
    assert timing['requests'][1]['generation'] == 0.5


def test_the_same_replay_again_changed_nothing(outcomes):
    assert changes(document(outcomes), document(outcomes)) == []


def test_changes_are_named(outcomes):
    old = document(outcomes)
    now = copy.deepcopy(old)
    now['recording'] = 'other'
    now['settings']['candidates'] = 2
    now['requests'][0]['candidates'][0]['metrics']['displacement_max'] = 0.0035
    now['requests'][1] |= {'accepted': False, 'code': 'OBJECT_DROPPED', 'message': 'dropped'}
    now['requests'].append({**old['requests'][2], 'index': 3})
    assert changes(old, now) == [
        'the recordings differ', 'setting candidates: 8 -> 2',
        'request 0 (carry): displacement 2 mm -> 3.5 mm',
        'request 1 (carry): accepted -> OBJECT_DROPPED (dropped)',
        'request 3: only in the new replay']
    again = copy.deepcopy(old)
    again['requests'][0]['plan']['sha256'] = '0'
    assert changes(old, again) == ['request 0 (carry): another plan, the same numbers']


class Page(HTMLParser):
    """Collects the tags of a page, and checks that they are closed."""

    def __init__(self):
        """Start with nothing open."""
        super().__init__()
        self.open, self.seen, self.images = [], [], []

    def handle_starttag(self, tag, attributes):
        """Take note of a tag."""
        self.seen.append(tag)
        if tag == 'img':
            self.images.append(dict(attributes)['src'])
        if tag not in ('img', 'br', 'meta'):
            self.open.append(tag)

    def handle_endtag(self, tag):
        """Close the last one."""
        assert self.open.pop() == tag


def test_the_page_is_whole_and_escapes_what_the_bag_says(outcomes):
    text = report_page(
        'A <bag>', RECORDING, outcomes, {0: 'films/000.gif'}, {'bag': 'x'}, ['x < y'])
    page = Page()
    page.feed(text)
    assert page.open == [] and page.images == ['films/000.gif'] and page.seen.count('tr') == 4
    assert 'b' in page.seen and page.seen.count('b') == 1      # the summary's, not the bag's
    assert '&lt;b&gt;juggle' in text and 'x &lt; y' in text


@pytest.mark.parametrize('words, text', [
    ('no json', 'is no JSON'), ('{}', 'is no result of'), ('[]', 'is no result of'),
    ('{"format": 9, "recording": 1, "requests": [], "settings": {}}', 'has format 9, must be 1')])
def test_against_something_else_is_refused_before_the_replay(tmp_path, capsys, words, text):
    (tmp_path / 'other.json').write_text(words)
    assert main(['replay', 'nothing', '--against', str(tmp_path / 'other.json')]) == 1
    assert text in capsys.readouterr().err


@pytest.mark.parametrize('options, text', [
    (['--rate', '2'], '--rate is for --mode live'),
    (['--join'], '--join is for --mode live'),
    (['--mode', 'live', '--rate', '0'], '--rate is 0.0, must be 0.01 to 100.0'),
    (['--mesh', 'box=library://carton'], '--mesh is for --pose-topics'),
    (['--pose-topics', '/{id}', '--mesh', 'carton'], 'must be ID=RESOURCE'),
    (['--pose-topics', '/poses'], 'must have {id} once'),
    (['--candidates', '0'], 'candidates is 0, must be 1 to 64')])
def test_options_that_make_no_sense_are_refused(capsys, options, text):
    assert main(['replay', 'nothing', *options]) == 1
    assert text in capsys.readouterr().err
