# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Goal policies, stubborn work, late results and storms of a StageServer over DDS."""

import functools
import threading
import time

from action_msgs.msg import GoalStatus
from builtin_interfaces.msg import Duration
from hoi_planner_msgs.action import PlanInteraction
from hoi_planner_msgs.msg import ObjectState
import pytest
from rclpy.node import Node

from hoi_planner.cancellation import CancelToken
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.nodes.goal_policy import GoalPolicy, GoalTurns, QUEUE_LIMIT
from hoi_planner.nodes.guarded_action_client import GuardedActionClient
from hoi_planner.nodes.stage_client import StageClient
from hoi_planner.nodes.stage_server import KEPT, StageServer
from ros_helpers import spinning

pytestmark = pytest.mark.ros


def work(goal, token, feedback):
    """Do what the goal's task says."""
    if goal.task == 'stubborn':
        time.sleep(2.5)             # as native code does, which polls nothing
    for _ in range({'long': 1000, 'quick': 0}.get(goal.task, 2)):
        token.check('work')
        time.sleep(0.01)
    result = PlanInteraction.Result(error_msg=f'{goal.task} {goal.seed}', seed=goal.seed)
    result.plan.task = goal.task
    return result


class Worker(Node):
    """Serves work() under a policy that tests change."""

    def __init__(self):
        """Create the server."""
        super().__init__('policy_worker')
        self.policy = GoalPolicy.PREEMPT
        self.server = StageServer(
            self, PlanInteraction, 'policy_work', work, lambda: self.policy, bulky=('plan',))


@pytest.fixture(scope='module')
def nodes():
    """Return a worker and another node, spinning."""
    with spinning(Worker, functools.partial(Node, 'policy_asker')) as both:
        yield both


@pytest.fixture(scope='module')
def connected(nodes):
    """Return a client of the worker; rclpy cannot destroy one while another thread spins it."""
    client = GuardedActionClient(nodes[1], PlanInteraction, 'policy_work')
    assert client.wait_for_server(10)
    return client


@pytest.fixture
def action(nodes, connected):
    """Return the client; the worker's policy is the default again afterwards."""
    yield connected
    nodes[0].policy = GoalPolicy.PREEMPT


def wait(future, timeout=30.0):
    """Return the future's result."""
    done = threading.Event()
    future.add_done_callback(lambda _: done.set())
    assert done.wait(timeout)
    return future.result()


def send(action, task, seed=0, budget=60.0):
    """Return the handle of a goal."""
    goal = PlanInteraction.Goal(task=task, seed=seed, objects=[ObjectState(id='box')])
    goal.time_budget = Duration(sec=int(budget), nanosec=int(budget % 1 * 1e9))
    handle = wait(action.send_goal_async(goal))
    assert handle.accepted
    return handle


def ends(handles):
    """Return the results of goals, and the states that they ended in."""
    responses = [wait(handle.get_result_async()) for handle in handles]
    return [response.result for response in responses], [r.status for r in responses]


def codes(results):
    """Return the results' codes."""
    return [FailureCode(result.error_code) for result in results]


def test_preempt_runs_one_and_lets_one_wait_and_a_newer_one_takes_its_place(action):
    handles = [send(action, 'stubborn', 1), send(action, 'short', 2), send(action, 'short', 3)]
    results, states = ends(handles)
    assert codes(results) == [FailureCode.SUPERSEDED] * 2 + [FailureCode.NONE]
    assert states == [GoalStatus.STATUS_ABORTED] * 2 + [GoalStatus.STATUS_SUCCEEDED]
    assert [result.seed for result in results] == [1, 2, 3]
    assert results[2].error_msg == 'short 3'


def test_queue_runs_all_in_their_order_and_turns_away_who_is_too_many(nodes, action):
    nodes[0].policy = GoalPolicy.QUEUE
    first = send(action, 'stubborn')
    waiting = [send(action, 'short', seed) for seed in range(QUEUE_LIMIT)]
    refused, _ = ends([send(action, 'short', 99)])
    assert codes(refused) == [FailureCode.BUSY]
    assert f'{QUEUE_LIMIT} goals wait, limit {QUEUE_LIMIT}' in refused[0].error_msg
    assert refused[0].seed == 99
    order = []
    for number, handle in enumerate(waiting):
        handle.get_result_async().add_done_callback(lambda _, number=number: order.append(number))
    results, _ = ends([first, *waiting])
    assert codes(results) == [FailureCode.NONE] * (1 + QUEUE_LIMIT)
    assert order == sorted(order)


def test_a_queued_goal_can_be_canceled_and_its_budget_runs_while_it_waits(nodes, action):
    nodes[0].policy = GoalPolicy.QUEUE
    running = send(action, 'long')
    canceled, late = send(action, 'short', 5), send(action, 'short', 6, budget=0.3)
    wait(canceled.cancel_goal_async())
    results, states = ends([canceled, late])
    assert codes(results) == [FailureCode.CANCELED, FailureCode.TIMED_OUT]
    assert states == [GoalStatus.STATUS_CANCELED, GoalStatus.STATUS_ABORTED]
    wait(running.cancel_goal_async())
    assert ends([running])[1] == [GoalStatus.STATUS_CANCELED]


def test_reject_aborts_at_once_with_a_reason_and_takes_the_next_one_after_the_end(nodes, action):
    nodes[0].policy = GoalPolicy.REJECT
    running = send(action, 'long', 1)
    refused, states = ends([send(action, 'short', 2)])
    assert codes(refused) == [FailureCode.BUSY] and states == [GoalStatus.STATUS_ABORTED]
    assert refused[0].error_msg == 'policy_work: a goal runs, and goal_policy is reject'
    wait(running.cancel_goal_async())
    assert codes(ends([send(action, 'short', 3)])[0]) == [FailureCode.NONE]
    assert codes(ends([running])[0]) == [FailureCode.CANCELED]


def test_work_that_does_not_heed_its_cancel_is_left_behind(action):
    handle = send(action, 'stubborn', 4)
    time.sleep(0.3)
    asked = time.monotonic()
    wait(handle.cancel_goal_async())
    results, states = ends([handle])
    assert time.monotonic() - asked < 1.0
    assert states == [GoalStatus.STATUS_CANCELED] and results[0].seed == 4
    # The next one starts when the work has ended.
    assert codes(ends([send(action, 'short')])[0]) == [FailureCode.NONE]


def test_a_budget_holds_for_stubborn_work_too(action):
    results, _ = ends([send(action, 'stubborn', budget=0.2)])
    assert codes(results) == [FailureCode.TIMED_OUT]
    assert 'time budget 0.2 s ran out' in results[0].error_msg


def test_a_storm_of_cancels_leaves_every_goal_with_an_end(nodes, action):
    for policy in GoalPolicy:
        nodes[0].policy = policy
        handles = [send(action, 'long', seed) for seed in range(12)]
        for future in [handle.cancel_goal_async() for handle in handles]:
            wait(future)
        results, _ = ends(handles)
        assert set(codes(results)) <= {
            FailureCode.CANCELED, FailureCode.SUPERSEDED, FailureCode.BUSY}
        assert all(result.error_msg for result in results)
        assert [result.seed for result in results] == list(range(12))
    assert codes(ends([send(action, 'short')])[0]) == [FailureCode.NONE]


def test_old_goals_keep_their_result_but_not_their_plan(nodes, action):
    nodes[0].policy = GoalPolicy.QUEUE
    first = send(action, 'short', 7)
    assert ends([first])[0][0].plan.task == 'short'
    for _ in range(KEPT + 1):
        ends([send(action, 'short')])
    old = ends([first])[0][0]
    assert old.error_code == 0 and old.seed == 7 and old.plan.task == ''


def test_a_goal_that_nobody_waits_for_any_more_is_canceled_when_it_is_accepted(nodes):
    client = StageClient(
        nodes[1], PlanInteraction, 'policy_work', FailureCode.GENERATOR_UNAVAILABLE)
    token = CancelToken(20)
    goal = PlanInteraction.Goal(task='long', time_budget=Duration(sec=60))
    threading.Timer(0.0, token.cancel).start()
    with pytest.raises(HoiPlannerError) as caught:
        client.call(goal, token, lambda feedback: None)
    assert caught.value.code == FailureCode.CANCELED
    nodes[0].policy = GoalPolicy.QUEUE
    goal.task = 'short'
    assert client.call(goal, CancelToken(5), lambda feedback: None).error_msg == 'short 0'


def test_turns_are_one_at_a_time_and_closed_ones_refuse():
    turns = GoalTurns('here', lambda: GoalPolicy.QUEUE)
    tokens = [turns.come(key) for key in 'abc']
    assert [turns.start(key) for key in 'bac'] == [False, True, False]
    tokens[1].cancel()
    turns.finish('a')
    assert [turns.start(key) for key in 'bc'] == [False, True]
    turns.stop(HoiPlannerError(FailureCode.GENERATOR_UNAVAILABLE, 'closed'), close=True)
    assert tokens[2].is_stopped() and turns.token('a') is None
    with pytest.raises(HoiPlannerError, match='closed'):
        turns.come('d').check('work')


def test_several_turns_at_once_and_the_oldest_makes_way():
    policy = GoalPolicy.QUEUE
    turns = GoalTurns('here', lambda: policy, at_once=2)
    tokens = {key: turns.come(key) for key in 'abc'}
    assert [turns.start(key) for key in 'cba'] == [False, False, True]
    assert [turns.start(key) for key in 'cb'] == [False, True]
    assert not turns.start('c')
    turns.finish('b')
    assert turns.start('c')
    policy = GoalPolicy.REJECT
    with pytest.raises(HoiPlannerError) as caught:
        turns.come('d').check('work')
    assert caught.value.code == FailureCode.BUSY
    turns.finish('d')
    policy = GoalPolicy.PREEMPT
    tokens['e'] = turns.come('e')
    assert [tokens[key].is_stopped() for key in 'ace'] == [True, False, False]
    assert not turns.start('e')             # the one that makes way has not ended yet
    turns.finish('a')
    assert turns.start('e')


def test_two_goals_run_at_once_where_the_server_says_so(nodes):
    both, gone = threading.Barrier(2), []

    def meet(goal, token, feedback):
        if goal.task == 'long':
            while True:
                token.check('work')
                time.sleep(0.01)
        both.wait(20)
        return PlanInteraction.Result(seed=goal.seed)

    server = StageServer(nodes[0], PlanInteraction, 'two_work', meet, at_once=2)
    client = StageClient(nodes[1], PlanInteraction, 'two_work', FailureCode.GENERATOR_UNAVAILABLE)

    def ask(task, seed):
        goal = PlanInteraction.Goal(task=task, seed=seed, time_budget=Duration(sec=30))
        try:
            gone.append(client.call(goal, CancelToken(30), lambda feedback: None).seed)
        except HoiPlannerError as error:
            gone.append(error.code)

    threads = [threading.Thread(target=ask, args=('short', seed)) for seed in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(gone) == [1, 2]
    ahead = [threading.Thread(target=ask, args=('long', seed)) for seed in (3, 4, 5)]
    for thread in ahead:
        thread.start()
    ends_first = time.monotonic() + 30
    while len(gone) < 3 and time.monotonic() < ends_first:
        time.sleep(0.02)
    time.sleep(0.2)
    assert gone[2:] == [FailureCode.SUPERSEDED]     # of three that do not end, only the oldest
    server.close()
    for thread in ahead:
        thread.join(30)
    assert gone[3:] == [FailureCode.CANCELED] * 2


def test_no_answer_is_lost_in_two_hundred_quick_goals(nodes):
    client = StageClient(
        nodes[1], PlanInteraction, 'policy_work', FailureCode.GENERATOR_UNAVAILABLE)
    for seed in range(200):
        goal = PlanInteraction.Goal(task='quick', seed=seed, time_budget=Duration(sec=20))
        assert client.call(goal, CancelToken(20), lambda feedback: None).seed == seed
