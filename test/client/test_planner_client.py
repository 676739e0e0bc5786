# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""PlannerClient: a goal is sent, watched, canceled and answered without blocking."""

import time

from hoi_planner.client import PlannerClient
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.nodes.conversions.basics import duration_to_msg
from hoi_planner.nodes.conversions.plans import placement_to_msg
from hoi_planner.nodes.spinning import ros_context
from hoi_planner.planning.request import ObjectPlacement
from hoi_planner_msgs.action import PlanInteraction
import pytest
from replay_bags import CARTON
from std_msgs.msg import Header
import torch


@pytest.mark.ros
@pytest.mark.slow
def test_a_goal_is_watched_and_canceled(sim_time_graph):
    carton = ObjectPlacement(CARTON.id, CARTON.resource, torch.tensor(CARTON.pose))
    goal = PlanInteraction.Goal(
        task='carry', objects=[placement_to_msg(carton, Header(frame_id='world'))], seed=3,
        candidates=64, friction=0.01, time_budget=duration_to_msg(120.0))
    with ros_context():
        client = PlannerClient(sim_time_graph)
        client.wait_until_ready(30.0)
        assert client.cancel_running()      # there is none
        with pytest.raises(RuntimeError, match='no goal was sent'):
            client.result
        client.send_goal(goal)
        assert not client.is_task_complete(0.0)
        with pytest.raises(RuntimeError, match='it has not ended yet'):
            client.result
        end = time.monotonic() + 60
        while client.feedback is None:
            assert not client.is_task_complete() and time.monotonic() < end
            client.check_server()
        assert client.feedback.stage in ('generate', 'validate')
        client.cancel_task()
        assert client.cancel_running(10.0)
        assert client.was_canceled and client.result.error_code == FailureCode.CANCELED
        client.close()


@pytest.mark.ros
def test_nobody_there(tmp_path):
    with ros_context():
        client = PlannerClient('nowhere')
        with pytest.raises(HoiPlannerError, match='did not accept the goal within 0.5 s'):
            client.send_goal(PlanInteraction.Goal(), timeout=0.5)
        with pytest.raises(HoiPlannerError, match='is gone'):
            while True:
                client.check_server()
                client.spin(0.1)
        client.close()


def test_the_package_names_what_it_has():
    import hoi_planner.client
    with pytest.raises(AttributeError, match="no attribute 'Planer'"):
        hoi_planner.client.Planer
