# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Worker processes: same bits from each, killed ones replaced, canceled ones stopped."""

import contextlib
from dataclasses import fields, replace
import hashlib
import math
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import trimesh
from paddle_hand import open_hand_carry as carry
from processes import alive, wait_for

from hoi_planner.cancellation import CancelToken
from hoi_planner.failures import Canceled, FailureCode, HoiPlannerError
from hoi_planner.objects.loading import load_object
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.limits import PlanLimits
from hoi_planner.physics.packed_scene import PackedScene
from hoi_planner.physics.scene import PhysicsScene
from hoi_planner.physics.validation import validate_plan
from hoi_planner.physics.worker_pool import ValidationJob, ValidationPool

SCENE = PhysicsScene({'box': load_object('library://carton')})


@pytest.fixture(scope='module')
def pool():
    with ValidationPool(2) as pool:
        pool.wait_until_ready(120)
        yield pool


def digest(report) -> str:
    """Return a hash of every number that was measured."""
    hasher = hashlib.sha256()
    for body in report.measurement.objects:
        for array in (body.poses, body.displacement, body.rotation, body.slip):
            hasher.update(np.ascontiguousarray(array).tobytes())
    hasher.update(report.measurement.peak_force.tobytes())
    hasher.update(report.measurement.penetration.depth.tobytes())
    return hasher.hexdigest()


def test_bit_equal_in_this_process_and_in_both_workers(pool):
    motion = carry(seconds=1.0)
    here = [digest(validate_plan(SCENE, motion)) for _ in range(2)]
    there = [digest(report) for report in pool.validate([ValidationJob(SCENE, motion)] * 4)]
    assert len(set(here + there)) == 1
    other = validate_plan(SCENE, motion, PhysicsConfig(effective_friction=0.7))
    assert digest(other) != here[0]


def test_two_workers_share_one_plan_and_find_the_same_bits(pool):
    motion = carry(seconds=1.0)
    nothing_refused = PlanLimits(*[math.inf] * len(fields(PlanLimits)))
    for until_refused, limits in ((False, PlanLimits()), (True, nothing_refused)):
        shared, = pool.validate([
            ValidationJob(SCENE, motion, limits=limits, until_refused=until_refused)])
        here = validate_plan(SCENE, motion, limits=limits)
        assert digest(shared) == digest(here)
        assert shared.verdict == here.verdict and repr(shared.metrics) == repr(here.metrics)


@pytest.mark.parametrize('expected', [
    PhysicsConfig(), PhysicsConfig(effective_friction=0.3)], ids=['suits', 'does not suit'])
def test_a_world_built_ahead_changes_no_bit(pool, expected):
    job = ValidationJob(SCENE, carry(seconds=0.5))
    (plain,) = pool.validate([job])
    pool.expect(SCENE, expected)
    assert [worker.expects for worker in pool._workers] == [True, False]
    (ahead,) = pool.validate([job])
    assert digest(ahead) == digest(plain)
    assert not any(worker.expects for worker in pool._workers)


def test_what_cannot_be_built_ahead_is_reported_with_the_plan(pool):
    pids = pool.pids
    unknown = PhysicsScene(SCENE.objects, 'three_fingers')
    pool.expect(unknown, PhysicsConfig())
    motion = carry(seconds=0.5).with_(hand_model='three_fingers')
    (report,) = pool.validate([ValidationJob(unknown, motion)])
    assert report.verdict.code is FailureCode.UNKNOWN_HAND_MODEL
    assert pool.pids == pids


def test_a_scene_is_the_same_whatever_was_worked_out_of_its_meshes():
    model = load_object('library://carton')
    fresh, asked = (replace(model, mesh=trimesh.Trimesh(
        model.mesh.vertices, model.mesh.faces, process=False)) for _ in range(2))
    asked.mesh.mass_properties, asked.mesh.triangles
    one, other = (PackedScene(PhysicsScene({'box': each})) for each in (fresh, asked))
    assert one.key == other.key and one.data == other.data
    heavier = PackedScene(PhysicsScene({'box': replace(fresh, mass=2 * fresh.mass)}))
    assert heavier.key != one.key
    assert PackedScene(PhysicsScene({'case': fresh})).key != one.key


def test_planned_poses_that_are_refused_end_the_play(pool):
    deep = carry(seconds=6.0, penetration=0.02)
    whole, = pool.validate([ValidationJob(SCENE, deep)])
    refused, = pool.validate([ValidationJob(SCENE, deep, until_refused=True)])
    many = pool.validate([ValidationJob(SCENE, deep, until_refused=True)] * 3)
    assert whole.verdict.limit_name == 'penetration_depth' and not whole.verdict.accepted
    for report in (refused, *many):
        assert report.verdict == whole.verdict and report.score == math.inf
        assert np.isnan(report.measurement.objects[0].displacement).all()
    assert np.isfinite(whole.measurement.objects[0].displacement).any()
    # The worker that played it is free again.
    assert len(pool.validate([ValidationJob(SCENE, carry(seconds=0.5))] * 2)) == 2


def test_a_dropped_object_ends_the_play_where_that_is_asked_for(pool):
    job = ValidationJob(SCENE, carry(seconds=3.0, gap=0.15))     # nothing holds it
    whole, = pool.validate([job])
    short, = pool.validate([replace(job, until_refused=True)])
    assert whole.verdict.code is short.verdict.code is FailureCode.OBJECT_DROPPED
    played, all_of_it = (np.isfinite(report.measurement.objects[0].displacement).sum()
                         for report in (short, whole))
    assert 0 < played < all_of_it


def test_it_is_said_once_that_the_workers_are_no_longer_all_needed(pool):
    said, seen = [], []
    pool.validate([ValidationJob(SCENE, carry(seconds=6.0))],
                  progress=lambda *report: seen.append(len(said)), settled=lambda: said.append(1))
    assert said == [1] and seen == [1], 'before the report'


def test_a_helper_that_dies_leaves_the_plan_to_be_judged_anew():
    with ValidationPool(2) as pool:
        pool.wait_until_ready(120)
        helper = pool.pids[1]
        threading.Timer(0.05, os.kill, (helper, signal.SIGKILL)).start()
        report, = pool.validate([ValidationJob(SCENE, carry(seconds=6.0))])
        assert report.verdict.code is not FailureCode.VALIDATOR_WORKER_DIED
        assert digest(report) == digest(validate_plan(SCENE, carry(seconds=6.0)))


def test_reports_come_in_order_and_progress_as_they_arrive(pool):
    jobs = [ValidationJob(SCENE, carry(seconds=0.5 + 0.5 * (i % 3)), PhysicsConfig(
        effective_friction=0.2 + 0.1 * i)) for i in range(5)]
    seen = []
    reports = pool.validate(jobs, progress=lambda index, report: seen.append((index, report)))
    assert sorted(index for index, _ in seen) == list(range(5))
    for index, report in seen:
        assert report is reports[index]
    for job, report in zip(jobs, reports):
        assert report.metrics.effective_friction == job.config.effective_friction
        assert len(report.metrics.times) == job.motion.num_frames


def test_no_jobs_no_reports(pool):
    assert pool.validate([]) == ()


def test_cancel_stops_at_once_and_the_pool_lives_on(pool):
    jobs = [ValidationJob(SCENE, carry(seconds=6.0))] * 8
    before = pool.pids
    threading.Timer(0.3, pool.cancel).start()
    with pytest.raises(Canceled):
        pool.validate(jobs)
    assert pool.pids == before                  # they heeded it, nobody had to be killed
    assert len(pool.validate(jobs[:1])) == 1


def test_the_token_cancels_and_bounds_the_time(pool):
    jobs = [ValidationJob(SCENE, carry(seconds=6.0))] * 50
    done = []
    with pytest.raises(HoiPlannerError) as caught:
        pool.validate(jobs, CancelToken(0.7), lambda index, report: done.append(index))
    assert caught.value.code is FailureCode.TIMED_OUT
    assert len(done) < 50
    token = CancelToken()
    threading.Timer(0.2, token.cancel).start()
    with pytest.raises(Canceled):
        pool.validate(jobs, token)


@contextlib.contextmanager
def another_call(pool):
    """Have another call of one plan run, who plays it stopped meanwhile; return its reports."""
    reports, job = [], ValidationJob(SCENE, carry(seconds=6.0), PhysicsConfig(effective_friction=1))
    call = threading.Thread(target=lambda: reports.extend(pool.validate([job])))
    call.start()
    player = pool._workers[0]       # the other only measures the planned poses
    assert wait_for(lambda: player.job is not None)
    pid = player.pid
    os.kill(pid, signal.SIGSTOP)
    try:
        yield reports
        assert call.is_alive() and not reports
    finally:
        os.kill(pid, signal.SIGCONT)
        call.join(60)


def test_calls_share_the_workers_and_each_gets_its_own_reports(pool):
    jobs = [ValidationJob(SCENE, carry(seconds=0.5), PhysicsConfig(effective_friction=friction))
            for friction in (0.5, 0.6)]
    with another_call(pool) as reports:
        for count in (2, 1):
            seen = []
            found = pool.validate(
                jobs[:count], progress=lambda index, report: seen.append(index))
            assert seen == list(range(count))
            assert [r.metrics.effective_friction for r in found] == [0.5, 0.6][:count]
    assert [report.metrics.effective_friction for report in reports] == [1]


def test_a_canceled_call_leaves_the_other_alone(pool):
    before = pool.pids
    with another_call(pool) as reports, pytest.raises(HoiPlannerError) as caught:
        pool.validate([ValidationJob(SCENE, carry(seconds=6.0))] * 30, CancelToken(0.3))
    assert caught.value.code is FailureCode.TIMED_OUT
    assert len(reports) == 1 and reports[0].measurement is not None
    assert pool.pids == before and all(worker.job is None for worker in pool._workers)


def test_a_call_that_waits_for_another_heeds_its_token(pool):
    jobs = [ValidationJob(SCENE, carry(seconds=6.0))] * 50
    first = threading.Thread(target=lambda: pytest.raises(Canceled, pool.validate, jobs))
    first.start()
    assert wait_for(lambda: any(worker.job is not None for worker in pool._workers))
    with pytest.raises(HoiPlannerError, match='during validation') as caught:
        pool.validate(jobs[:1], CancelToken(0.1))
    assert caught.value.code is FailureCode.TIMED_OUT and first.is_alive()
    pool.cancel()
    first.join(10)
    assert not first.is_alive()


def test_an_error_in_progress_leaves_the_pool_idle(pool):
    def bad(index, report):
        raise KeyError('caller')

    with pytest.raises(KeyError):
        pool.validate([ValidationJob(SCENE, carry(seconds=1.0))] * 4, progress=bad)
    assert len(pool.validate([ValidationJob(SCENE, carry(seconds=0.5))])) == 1


def test_a_killed_worker_is_replaced_and_its_plan_tried_again(pool):
    motion = carry(seconds=6.0)
    before = pool.pids
    threading.Timer(0.15, os.kill, (before[0], signal.SIGKILL)).start()
    reports = pool.validate([ValidationJob(SCENE, motion)] * 4)
    assert len({digest(report) for report in reports}) == 1
    assert before[0] not in pool.pids and len(pool.pids) == 2


def test_a_worker_killed_while_idle_is_replaced(pool):
    pool.wait_until_ready(120)
    before = pool.pids
    os.kill(before[1], signal.SIGKILL)
    assert wait_for(lambda: not alive(before[1]))
    assert len(pool.validate([ValidationJob(SCENE, carry(seconds=0.5))] * 3)) == 3
    assert before[1] not in pool.pids


@pytest.mark.slow
def test_a_plan_that_kills_its_workers_is_reported():
    with ValidationPool(1) as pool:
        pool.wait_until_ready(120)
        stop = threading.Event()

        def killer():
            killed = set()
            while not stop.is_set():
                for worker in list(pool._workers):
                    if worker.job == 0 and worker.pid not in killed:
                        killed.add(worker.pid)
                        os.kill(worker.pid, signal.SIGKILL)
                time.sleep(0.005)

        thread = threading.Thread(target=killer)
        thread.start()
        try:
            reports = pool.validate([ValidationJob(SCENE, carry(seconds=6.0)),
                                     ValidationJob(SCENE, carry(seconds=0.5))])
        finally:
            stop.set()
            thread.join()
    assert reports[0].verdict.code is FailureCode.VALIDATOR_WORKER_DIED
    assert 'SIGKILL' in reports[0].verdict.message
    assert reports[0].measurement is None
    assert reports[1].measurement is not None


def test_an_unknown_hand_model_is_a_report_and_a_wrong_motion_an_error(pool):
    scene = PhysicsScene(SCENE.objects, 'no_such_hand')
    motion = carry(seconds=0.5).with_(hand_model='no_such_hand')
    report, = pool.validate([ValidationJob(scene, motion)])
    assert report.verdict.code is FailureCode.UNKNOWN_HAND_MODEL
    assert 'no_such_hand' in report.verdict.message
    with pytest.raises(ValueError, match='no_such_hand'):
        pool.validate([ValidationJob(SCENE, motion)])


def test_ctrl_c_is_not_for_the_workers(pool):
    pool.wait_until_ready(120)
    before = pool.pids
    for pid in before:
        os.kill(pid, signal.SIGINT)
    assert len(pool.validate([ValidationJob(SCENE, carry(seconds=0.5))] * 2)) == 2
    assert pool.pids == before


PARENT = '''
import sys
from hoi_planner.physics.worker_pool import ValidationPool
pool = ValidationPool(1)
pool.wait_until_ready(120)
assert 'pybullet' not in sys.modules
print(*pool.pids, flush=True)
sys.stdin.read()
'''


@pytest.mark.slow
@pytest.mark.parametrize('end', ['killed', 'exits'])
def test_workers_end_with_their_parent(end):
    environment = os.environ | {'PYTHONPATH': os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen([sys.executable, '-c', PARENT], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, env=environment, text=True) as parent:
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert len(pids) == 1 and all(alive(pid) for pid in pids)
        if end == 'killed':
            parent.kill()
        else:
            parent.stdin.close()
        assert wait_for(lambda: not any(alive(pid) for pid in pids))


def test_close_ends_every_worker_and_the_pool_says_so():
    pool = ValidationPool(1)
    assert wait_for(lambda: pool.pids, 60)
    pids = pool.pids
    pool.close()
    pool.close()
    assert not any(alive(pid) for pid in pids)
    with pytest.raises(HoiPlannerError) as caught:
        pool.validate([ValidationJob(SCENE, carry(seconds=0.5))])
    assert caught.value.code is FailureCode.VALIDATOR_UNAVAILABLE
    with pytest.raises(ValueError, match='workers is 0'):
        ValidationPool(0)


def test_a_worker_that_dies_at_its_start_is_replaced_once():
    with ValidationPool(1) as pool:
        assert wait_for(lambda: pool.pids, 60)
        first, = pool.pids
        os.kill(first, signal.SIGKILL)
        report, = pool.validate([ValidationJob(SCENE, carry(seconds=0.5))])
        assert report.measurement is not None and first not in pool.pids


def test_workers_that_die_at_their_start_again_and_again_are_an_error():
    with ValidationPool(1) as pool:
        stop = threading.Event()

        def kill():
            while not stop.is_set():
                for pid in pool.pids:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                time.sleep(0.02)

        thread = threading.Thread(target=kill)
        thread.start()
        try:
            with pytest.raises(HoiPlannerError, match='2 validation workers died') as caught:
                pool.validate([ValidationJob(SCENE, carry(seconds=0.5))])
        finally:
            stop.set()
            thread.join()
        assert caught.value.code is FailureCode.VALIDATOR_UNAVAILABLE
