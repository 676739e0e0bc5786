# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What the running graph publishes: a label's plan, controllers' trajectories, failures in red."""

import functools
import time

from builtin_interfaces.msg import Duration
from diagnostic_msgs.msg import DiagnosticStatus
from hoi_planner_msgs.action import PlanInteraction
from hoi_planner_msgs.msg import HandObjectPlan, ObjectStateArray
import numpy as np
import pytest
from std_msgs.msg import String
from trajectory_msgs.msg import JointTrajectory, MultiDOFJointTrajectory
from visualization_msgs.msg import MarkerArray
import yaml

from hoi_planner.assets import config_path
from hoi_planner.failures import FailureCode
from hoi_planner.nodes.conversions.plans import plan_from_msg
from hoi_planner.nodes.launcher import GraphProcesses
from hoi_planner.nodes.markers.basics import FAILURE_COLOR
from hoi_planner.nodes.qos import LATCHED
from planner_goals import Asker, good_goal, state, until
from ros_helpers import spinning

pytestmark = [pytest.mark.ros, pytest.mark.slow]

TOPICS = {
    'plan': HandObjectPlan, 'markers': MarkerArray, 'task_result': DiagnosticStatus,
    'trajectories/wrists': MultiDOFJointTrajectory,
    'trajectories/objects': MultiDOFJointTrajectory, 'trajectories/fingers': JointTrajectory}


@pytest.fixture(scope='module')
def asker(tmp_path_factory):
    """Return a node beside a graph that plans labels and resamples to 100 points a second."""
    logs = tmp_path_factory.mktemp('logs')
    parameters = {'plan_on_task_label': True, 'plan_rate': 100.0, 'max_object_age': 30.0}
    with GraphProcesses(log_directory=logs, parameters=parameters), spinning(Asker) as (node,):
        node.wait_until_active()
        yield node


def latched(node):
    """Return topic -> newest message, as a late subscriber gets them."""
    seen = {}
    for topic, kind in TOPICS.items():
        node.create_subscription(kind, topic, functools.partial(seen.__setitem__, topic), LATCHED)
    return seen


@pytest.fixture(scope='module')
def seen(asker):
    """Return what is published after a label, to one who comes late."""
    scene = asker.create_publisher(ObjectStateArray, 'object_states', 1)
    labels = asker.create_publisher(String, 'task_label', 1)
    results = []
    asker.create_subscription(DiagnosticStatus, 'task_result', results.append, LATCHED)

    def send():
        scene.publish(ObjectStateArray(objects=[state('box', asker.stamp())]))
        labels.publish(String(data='carry'))

    until(lambda: scene.get_subscription_count() and labels.get_subscription_count())
    time.sleep(0.5)     # for the subscribers to know the publishers as well
    # A label that came before the scene is answered by MISSING_OBJECT_STATE, and comes again.
    until(lambda: results and results[-1].level == DiagnosticStatus.OK, send, period=30.0,
          wait=150.0)
    with_late = latched(asker)
    until(lambda: len(with_late) == len(TOPICS))
    return with_late


def test_a_label_is_planned_and_its_plan_is_latched(seen):
    values = {pair.key: pair.value for pair in seen['task_result'].values}
    assert (values['task'], values['error_code'], values['error_name']) == ('carry', '0', 'NONE')
    assert plan_from_msg(seen['plan']).motion.task == 'carry'


def test_trajectories_of_the_plan_come_at_the_asked_rate(seen):
    motion = plan_from_msg(seen['plan']).motion
    for name in ('wrists', 'objects', 'fingers'):
        trajectory = seen[f'trajectories/{name}']
        times = np.array([p.time_from_start.sec + p.time_from_start.nanosec / 1e9
                          for p in trajectory.points])
        assert (np.diff(times) > 0).all() and times[-1] == pytest.approx(motion.duration)
        np.testing.assert_allclose(np.diff(times)[:-1], 0.01, atol=1e-8)
        assert trajectory.header == seen['plan'].header
    # The plan itself stays what was judged.
    assert seen['plan'].fps == 30.0 and len(seen['plan'].wrists.points) == motion.num_frames
    end = seen['trajectories/wrists'].points[-1].transforms[0].translation
    assert [end.x, end.y, end.z] == pytest.approx(motion.wrist_poses[0, -1, :3].tolist())


def test_a_plan_that_is_rejected_shows_the_failing_object_in_red(asker, seen):
    assert not any(marker.ns == 'failure' for marker in seen['markers'].markers)
    goal = good_goal(asker.stamp())
    goal.targets, goal.obstacles, goal.start_hands = [], [], []
    goal.friction, goal.time_budget = 0.05, Duration(sec=60)
    result = asker.result(PlanInteraction, 'plan_interaction', goal, 90.0)
    assert result.error_code == FailureCode.OBJECT_DROPPED, result.error_msg
    markers = until(lambda: any(m.ns == 'failure' for m in seen['markers'].markers)
                    and seen['markers'].markers)
    text, = (marker for marker in markers if marker.ns == 'failure')
    assert text.text in result.error_msg and "object 'box'" in text.text
    red = [m for m in markers if (m.color.r, m.color.g, m.color.b) == pytest.approx(
        FAILURE_COLOR, abs=1e-6)]
    assert {marker.ns for marker in red} == {'object/box', 'way/box', 'failure'}


def test_rviz_is_set_up_for_what_is_published(seen):
    setup = yaml.safe_load(config_path('plan.rviz').read_text())['Visualization Manager']
    displays = {display['Class'].split('/')[1]: display for display in setup['Displays']}
    topic = displays['MarkerArray']['Topic']
    assert topic['Value'] in TOPICS and topic['Durability Policy'] == 'Transient Local'
    assert setup['Global Options']['Fixed Frame'] == seen['markers'].markers[0].header.frame_id
    assert {'Grid', 'TF'} <= set(displays)
