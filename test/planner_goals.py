# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Goals for plan_interaction, and how a test asks for their results."""

import threading
import time

from builtin_interfaces.msg import Duration
from geometry_msgs.msg import PoseStamped
from hoi_planner_msgs.action import PlanInteraction
from hoi_planner_msgs.msg import HandState, ObjectState
from hoi_planner_msgs.srv import GetModelInfo
from rclpy.node import Node
from std_msgs.msg import Header

from hoi_planner.nodes.guarded_action_client import GuardedActionClient

WAIT = 60.0


def state(name, stamp, resource='library://carton', x=0.45):
    """Return an object on the table."""
    msg = ObjectState(id=name, mesh_resource=resource, pose=PoseStamped(
        header=Header(frame_id='world', stamp=stamp)))
    msg.pose.pose.position.x, msg.pose.pose.position.z = x, 0.10
    return msg


def good_goal(stamp):
    """Return a goal with a box, its target, an obstacle and a hand, that nothing is wrong with."""
    hand = HandState(side='left', wrist=PoseStamped(header=Header(stamp=stamp)))
    return PlanInteraction.Goal(
        task='carry', objects=[state('box', stamp)], targets=[state('box', stamp)],
        obstacles=[state('post', stamp, 'library://drum', 1.0)], candidates=1,
        time_budget=Duration(sec=20), start_hands=[hand])


def until(condition, send=None, period=0.2, wait=WAIT):
    """
    Wait until a condition holds, and return it.

    :param send: called every `period` seconds: the first message can come before the subscriber
        knows its publisher
    """
    end, next_send = time.monotonic() + wait, 0.0
    while not (found := condition()):
        assert time.monotonic() < end, 'it never came'
        if send is not None and time.monotonic() > next_send:
            send()
            next_send = time.monotonic() + period
        time.sleep(0.02)
    return found


class Asker(Node):
    """Sends goals and waits for their results; spun with the nodes that it asks."""

    def __init__(self):
        """Create the node."""
        super().__init__('asker')
        self._goal_clients = {}

    def stamp(self):
        """Return the time now."""
        return self.get_clock().now().to_msg()

    def wait(self, future, seconds=WAIT):
        """Return the future's result."""
        done = threading.Event()
        future.add_done_callback(lambda _: done.set())
        assert done.wait(seconds)
        return future.result()

    def wait_until_active(self) -> None:
        """Wait for the inference node: before, it refuses everything in the same words."""
        client = self.create_client(GetModelInfo, 'get_model_info')
        assert client.wait_for_service(WAIT)
        end = time.monotonic() + WAIT
        while self.wait(
                client.call_async(GetModelInfo.Request())).lifecycle_state != 'active':
            assert time.monotonic() < end
            time.sleep(0.05)

    def result(self, kind, name: str, goal, seconds=WAIT):
        """Send a goal to an action of a type and return its result."""
        if name not in self._goal_clients:
            client = self._goal_clients[name] = GuardedActionClient(self, kind, name)
            assert client.wait_for_server(WAIT), f'no server of {name} within {WAIT} s'
        handle = self.wait(self._goal_clients[name].send_goal_async(goal))
        assert handle.accepted
        return self.wait(handle.get_result_async(), seconds).result
