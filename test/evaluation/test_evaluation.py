# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A set of motions to a row, a table, JSON; and physics over a set."""

from dataclasses import fields, replace
import json
import math

import pytest
from synthetic_actions import MODELS, synthetic_samples
import torch
from paddle_hand import box_object, two_palm_carry

from hoi_planner.cancellation import CancelToken
from hoi_planner.demonstrations.scene import PlacedObject, TaskScene
from hoi_planner.demonstrations.tasks.carry import two_palm_carry as palm_carry
from hoi_planner.evaluation.action_recognizer import ActionRecognizer, RecognizerConfig
from hoi_planner.evaluation.evaluation import evaluate, EvaluationConfig, mean_metrics, set_features
from hoi_planner.evaluation.frechet import frechet_distance
from hoi_planner.evaluation.motion_evaluation import measure_motion, MotionMetricsConfig
from hoi_planner.evaluation.physical import play_motions, summarize_outcomes
from hoi_planner.evaluation.records import (
    EvaluatedMotion, MetricRow, MotionMetrics, NAN, PhysicalOutcome)
from hoi_planner.evaluation.report import report_words, write_report
from hoi_planner.evaluation.table import metric_table, note_lines, refusal_lines
from hoi_planner.geometry.transforms import identity_pose
from hoi_planner.motion.body_layout import Bodies
from hoi_planner.objects.loading import load_object
from hoi_planner.physics.scene import PhysicsScene
from hoi_planner.physics.validation import validate_plan

SCENE = PhysicsScene({'box': box_object()}, 'paddle')
CONFIG = RecognizerConfig(frames=12, width=16, heads=2, features=8, hand_model='paddle')


def sample(motion, **more):
    return EvaluatedMotion('carry-0', motion, 'carry', SCENE, **more)


def test_numbers_of_a_motion_beside_its_reference():
    real = two_palm_carry(penetration=0.002, seconds=1.0)
    wrists = real.wrist_poses.clone()
    wrists[:, :, 2] += 0.01
    metrics = measure_motion(
        sample(real.with_(wrist_poses=wrists), reference=real),
        MotionMetricsConfig(volume_stride=1), MODELS)
    assert metrics.mpjpe == pytest.approx(0.01)
    # Plates 2 mm deep in both sides of the box, 8 x 8 cm, whatever the height.
    assert metrics.volume_max == pytest.approx(2 * 0.002 * 0.08**2, rel=0.01)
    assert 0 < metrics.volume_mean < metrics.volume_max
    assert metrics.contact_iou > 0.9
    # They come from 3 cm away in the first half second of one and a half.
    assert 30 / 45 <= metrics.contact_ratio < 40 / 45
    assert metrics.root_contact == pytest.approx(metrics.contact_ratio, abs=0.3)
    assert metrics.joint_jerk_frame == pytest.approx(100 * metrics.joint_jerk / 30**3)
    assert math.isnan(metrics.alignment)


def test_shorter_motion_stands_still_for_the_comparison():
    real = two_palm_carry(penetration=0.002, seconds=0.5)
    cut = {name: getattr(real, name)[:, :-5]
           for name in ('object_poses', 'wrist_poses', 'finger_poses')}
    metrics = measure_motion(
        sample(real.with_(**cut), reference=real), MotionMetricsConfig(volume_stride=0), MODELS)
    assert metrics.contact_iou == 1.0 and 0 < metrics.mpjpe < 0.01
    assert math.isnan(metrics.volume_mean)
    with pytest.raises(ValueError, match='30.0 fps, the motion has 60.0'):
        measure_motion(sample(real.with_(fps=60.0), reference=real), hand_models=MODELS)


def test_residual_of_what_was_sampled():
    motion = two_palm_carry(seconds=0.2)
    joints = torch.zeros(1, 2, motion.num_frames, 21, 3, dtype=torch.float64)
    exact = Bodies.of(motion.object_poses[None], joints)
    off = replace(exact, relative_joints=exact.relative_joints + torch.tensor([0.0, 0.004, 0.003]))
    config = MotionMetricsConfig(volume_stride=0)
    assert measure_motion(sample(motion, bodies=exact), config, MODELS).alignment < 1e-12
    assert measure_motion(sample(motion, bodies=off), config, MODELS).alignment == (
        pytest.approx(0.005))


def test_row_holds_means_and_recognition():
    samples, real = synthetic_samples(6, seed=0), synthetic_samples(9, seed=1)
    torch.manual_seed(0)
    classifier = ActionRecognizer(('circle', 'shake', 'turn'), CONFIG).eval()
    references = set_features(real, classifier, MODELS)
    seen = []
    row = evaluate(
        samples, references, classifier, EvaluationConfig('test1', 'ours'), seen.append, MODELS)
    assert (row.split, row.method, len(row.motions)) == ('test1', 'ours', 6)
    assert seen == [item.name for item in samples]
    right = sum(item.recognized == item.task for item in row.motions)
    assert row.recognition == right / 6
    own = set_features(samples, classifier, MODELS)
    assert row.fid == frechet_distance(own.numpy(), references.numpy()).value > 0
    assert 'not of full rank' in row.notes[0]       # 6 motions in 8 dimensions
    assert row.metrics.object_jerk == pytest.approx(
        sum(item.metrics.object_jerk for item in row.motions) / 6)
    assert row.counts['object_jerk'] == 6 and row.counts['mpjpe'] == 0
    assert math.isnan(row.metrics.mpjpe) and math.isnan(row.acceptance)


def test_motions_do_not_change_each_others_numbers():
    samples = synthetic_samples(4, seed=2)
    both, later = (evaluate(part, hand_models=MODELS).motions for part in (samples, samples[2:]))
    assert repr(later) == repr(both[2:])        # in words, since NaN is not equal to itself


def test_means_leave_out_what_does_not_apply():
    means, counts = mean_metrics([
        MotionMetrics(mpjpe=0.1, contact_ratio=1.0), MotionMetrics(contact_ratio=0.5)])
    assert means.mpjpe == 0.1 and means.contact_ratio == 0.75 and math.isnan(means.volume_max)
    assert counts['mpjpe'] == 1 and counts['contact_ratio'] == 2 and counts['volume_max'] == 0


def outcome(code, displacement):
    return PhysicalOutcome(code == 'NONE', code, displacement)


OUTCOMES = [outcome('NONE', 0.001), outcome('OBJECT_DROPPED', 0.9), outcome('NONE', 0.003),
            outcome('SIMULATION_FAILED', NAN)]


def test_outcomes_are_counted():
    summary = summarize_outcomes(OUTCOMES)
    assert summary.acceptance == 0.5 and summary.displacement == 0.003
    assert summary.codes == {'NONE': 2, 'OBJECT_DROPPED': 1, 'SIMULATION_FAILED': 1}
    nothing = summarize_outcomes([])
    assert math.isnan(nothing.acceptance) and nothing.codes == {}
    samples = [replace(item, outcome=found)
               for item, found in zip(synthetic_samples(4, seed=3), OUTCOMES)]
    # play: whoever brings an outcome is not judged again.
    row = evaluate(samples, config=EvaluationConfig(play=True), hand_models=MODELS)
    assert (row.acceptance, row.displacement, row.codes) == (0.5, 0.003, summary.codes)


@pytest.fixture(scope='module')
def carries():
    """Return a carry by two open hands that holds, and one whose hands pass 30 cm too high."""
    carton = load_object('library://carton')
    pose = identity_pose()
    pose[0], pose[2] = 0.4, -carton.mesh.bounds[0, 2]
    scene = TaskScene((PlacedObject('box', carton, pose),))
    good = palm_carry(scene, torch.Generator().manual_seed(3), CancelToken())
    wrists = good.wrist_poses.clone()
    wrists[:, :, 2] += 0.3
    physics = PhysicsScene({'box': carton})
    return [EvaluatedMotion(name, motion, 'carry', physics) for name, motion in (
        ('good', good), ('bad', good.with_(wrist_poses=wrists)))]


@pytest.mark.slow
def test_workers_say_what_validation_says(carries):
    row = evaluate(carries, config=EvaluationConfig(
        motion=MotionMetricsConfig(volume_stride=0), play=True, workers=1))
    played = [item.outcome for item in row.motions]
    for item, found in zip(carries, played):
        report = validate_plan(item.scene, item.motion)
        assert found.displacement == report.metrics.displacement_max
        assert (found.accepted, found.code) == (
            report.verdict.accepted, report.verdict.code.name)
    assert [found.accepted for found in played] == [True, False] and row.acceptance == 0.5
    assert play_motions([]) == []


def rows():
    """Return two rows, one with few numbers."""
    metrics = MotionMetrics(contact_ratio=0.5, volume_mean=6.64e-6, mpjpe=0.0123)
    counts = {item.name: 1 for item in fields(MotionMetrics)}
    return [
        MetricRow('test1', 'ours', (), metrics, counts, fid=2.7, recognition=0.7328,
                  acceptance=0.25, displacement=0.0041, codes={'NONE': 1, 'OBJECT_DROPPED': 3},
                  notes=('of little worth',)),
        MetricRow('test2', 'theirs', (), MotionMetrics(), counts)]


def test_table_shows_units_of_papers():
    title, first, second = metric_table(rows()).splitlines()
    shown = dict(zip(('split', 'method', 'motions'), first.split()))
    assert shown == {'split': 'test1', 'method': 'ours', 'motions': '0'}
    assert first.split()[3:] == [
        '2.70', '73.3', '50.0', '-', '-', '6.64', '-', '-', '-', '-', '12.3', '-', '25.0', '4.10']
    assert second.split()[:2] == ['test2', 'theirs'] and set(second.split()[3:]) == {'-'}
    assert 'IV cm3' in title and len(title) <= 180
    assert refusal_lines(rows()) == ['test1 ours: 1 NONE, 3 OBJECT_DROPPED']
    assert note_lines(rows()) == ['test1 ours: of little worth']


def test_report_is_plain_json_and_reproducible(tmp_path):
    samples = synthetic_samples(3, seed=4)
    for name in ('a.json', 'b.json'):
        row = evaluate(samples, hand_models=MODELS)
        write_report(tmp_path / name, [row], {'seed': 4, 'limit': math.inf})
    assert (tmp_path / 'a.json').read_bytes() == (tmp_path / 'b.json').read_bytes()
    words = json.loads((tmp_path / 'a.json').read_text())
    assert set(words) == {'format', 'settings', 'rows'}
    assert words['settings'] == {'seed': 4, 'limit': None}
    motions = words['rows'][0]['motions']
    assert [item['name'] for item in motions] == [item.name for item in samples]
    assert motions[0]['metrics']['mpjpe'] is None
    assert motions[0]['metrics']['object_jerk'] == row.motions[0].metrics.object_jerk
    assert report_words([row], {}, {'seconds': 3.0})['run'] == {'seconds': 3.0}


def test_refusals():
    with pytest.raises(ValueError, match='there are 0 motions'):
        evaluate([])
    with pytest.raises(ValueError, match='classifier is None'):
        evaluate(synthetic_samples(1, seed=5), torch.zeros(5, 8))
    with pytest.raises(ValueError, match='volume_stride is -1'):
        MotionMetricsConfig(volume_stride=-1)
