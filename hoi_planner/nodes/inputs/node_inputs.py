# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The inputs of the planner node: parameters and subscriptions."""

from collections.abc import Callable
import functools

from geometry_msgs.msg import PoseStamped
from hoi_planner_msgs.msg import ObjectStateArray
from rclpy.exceptions import InvalidParameterValueException
from rclpy.node import Node

from hoi_planner.nodes.inputs.checks import InputChecks, InputLimits
from hoi_planner.nodes.inputs.detections import detection_type, Detections
from hoi_planner.nodes.inputs.object_states import ObjectStates
from hoi_planner.nodes.inputs.scene import SceneInput
from hoi_planner.nodes.inputs.tracked_poses import parse_pairs, TrackedPoses
from hoi_planner.nodes.inputs.transforms import find_tf, FixedTransforms, Transforms
from hoi_planner.nodes.parameters import declare
from hoi_planner.nodes.qos import SENSOR


def scene_input(
    node: Node, planning_frame: str, max_age: float = InputLimits.max_age,
    noted: Callable[[Callable], Callable] = lambda callback: callback,
) -> SceneInput:
    """
    Declare the parameters of the inputs, subscribe, and return the scene.

    :param max_age: of object states, seconds
    :param noted: makes of each callback the one that is subscribed with
    :raises InvalidParameterValueException: names the parameter, its value and what is wrong
    """
    checks = InputChecks(
        planning_frame, node.get_clock(), _transforms(node, planning_frame),
        _limits(node, max_age))
    inputs = [_object_states(), _tracked_poses(node), _detections(node)]
    scene = SceneInput(checks, [source for source, _ in inputs if source.topics])
    for _, topics in inputs:
        for topic, kind, callback in topics:
            node.create_subscription(kind, topic, noted(callback), SENSOR)
    return scene


def checked(name: str, value, make: Callable):
    """Return make(value); a ValueError becomes the parameter's error, in one line."""
    try:
        return make(value)
    except ValueError as error:
        raise InvalidParameterValueException(name, value, str(error)) from error


def _lines(node: Node, name: str, description: str) -> list[str]:
    # An empty list has no type in ROS 2, so the default is a list with an empty string.
    return [line for line in declare(node, name, [''], description) if line]


def _limits(node: Node, max_age: float) -> InputLimits:
    future = declare(
        node, 'future_tolerance', InputLimits.future_tolerance,
        'how far a stamp may lie ahead of the clock, seconds', (0.0, 60.0))
    low, high = (
        declare(node, name, list(getattr(InputLimits, name)), f'{which} corner of the box that '
                'all poses must lie in, metres, planning frame')
        for name, which in (('workspace_min', 'lowest'), ('workspace_max', 'highest')))
    return checked('workspace_max', high, lambda value: InputLimits(
        max_age, future, tuple(low), tuple(value)))


def _transforms(node: Node, planning_frame: str) -> Transforms:
    lines = _lines(
        node, 'static_transforms', 'frames that never move: CHILD=PARENT x y z qx qy qz qw')
    fixed = checked(
        'static_transforms', lines, lambda value: FixedTransforms.parse(value, planning_frame))
    timeout = declare(
        node, 'transform_timeout', 0.2, 'how long to wait for a transform at a stamp, seconds',
        (0.0, 5.0))
    return Transforms(fixed, find_tf(node, planning_frame, timeout), planning_frame)


# Each returns its source, and topic, message type and callback of what it subscribes to.
def _object_states():
    source = ObjectStates()
    return source, [(source.topics[0], ObjectStateArray, source.on_message)]


def _tracked_poses(node: Node):
    pattern = declare(
        node, 'pose_topic', 'objects/{id}/pose', 'topic of a tracked object: PoseStamped')
    lines = _lines(
        node, 'tracked_objects', 'objects with a pose topic of their own: ID=MESH_RESOURCE')
    source = checked(
        'tracked_objects', lines, lambda value: TrackedPoses(parse_pairs(value), pattern))
    return source, [(topic, PoseStamped, functools.partial(source.on_pose, name))
                    for name, topic in source.topic_of.items()]


def _detections(node: Node):
    topic = declare(
        node, 'detection_topic', '', 'topic of vision_msgs/Detection3DArray; empty: none')
    lines = _lines(
        node, 'detected_classes', 'class of a detection and its mesh: CLASS=MESH_RESOURCE; CLASS= '
        'is no object of the scene')
    min_score = declare(
        node, 'min_detection_score', 0.5, 'detections below it are left out', (0.0, 1.0))
    resources = checked('detected_classes', lines, lambda value: parse_pairs(value, True))
    source = Detections(topic, resources, min_score)
    if not topic:
        return source, []
    kind = checked('detection_topic', topic, lambda value: detection_type())
    return source, [(topic, kind, source.on_message)]
