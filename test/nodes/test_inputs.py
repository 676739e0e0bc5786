# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The planner's inputs over real DDS: scenes, tracked poses, frames, time, labels, parameters."""

import contextlib
import functools
import importlib.util

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticStatus
from geometry_msgs.msg import PoseStamped, TransformStamped
from hoi_planner_msgs.action import PlanInteraction
from hoi_planner_msgs.msg import HandState, ObjectState, ObjectStateArray
import numpy as np
import pytest
from rclpy.exceptions import InvalidParameterValueException
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rosgraph_msgs.msg import Clock
from scipy.spatial.transform import Rotation
from std_msgs.msg import Header, String

from hoi_planner.failures import FailureCode, RequestError
from hoi_planner.nodes.conversions.basics import pose_from_msg
from hoi_planner.nodes.inputs.detections import detection_type, Detections
from hoi_planner.nodes.inputs.node_inputs import scene_input
from hoi_planner.nodes.inputs.transforms import FixedTransforms
from hoi_planner.nodes.planner import PlannerNode
from hoi_planner.nodes.qos import LATCHED
from planner_goals import until
from ros_helpers import spinning

pytestmark = pytest.mark.ros

TILTED = Rotation.from_euler('xyz', [0.3, -0.5, 1.1])
# A camera on an arm on a stand: a chain of two.
CAMERA = ['stand=world 1 2 0.5 0 0 0 1',
          'camera=stand 0.1 0 0.2 ' + ' '.join(repr(float(x)) for x in TILTED.as_quat())]
HOSTS = {
    'plain': {},
    'cameras': {'static_transforms': CAMERA, 'workspace_min': [0.0, 0.0, 0.0],
                'workspace_max': [3.0, 3.0, 2.0]},
    'trackers': {'tracked_objects': ['mug=library://mug', 'ball=library://ball?radius=0.05'],
                 'pose_topic': 'tracked/{id}/pose'},
    'replay': {'use_sim_time': True},
}
COUNT = []
MAX_AGE = {'plain': 1.0, 'replay': 5.0}     # 60 seconds for the others
if importlib.util.find_spec('vision_msgs'):
    HOSTS['detector'] = {'detection_topic': 'seen', 'detected_classes': ['cup=library://mug']}


def counted(callback):
    """Return a callback that counts what comes."""
    def on_message(msg):
        COUNT.append(msg)
        callback(msg)

    return on_message


def parameters(values):
    """Return overrides of a node's parameters."""
    return [Parameter(name, value=value) for name, value in values.items()]


@pytest.fixture(scope='module')
def graph():
    """Return a node a kind of input, each in a namespace of its own, a planner and a sender."""
    hosts = [functools.partial(Node, 'host', namespace=name, parameter_overrides=parameters(values))
             for name, values in HOSTS.items()]
    with spinning(*hosts, PlannerNode, functools.partial(Node, 'sender'),
                  arguments=['--ros-args', '-p', 'planner:plan_on_task_label:=true']) as nodes:
        scenes = {name: scene_input(node, 'world', MAX_AGE.get(name, 60.0), counted)
                  for name, node in zip(HOSTS, nodes)}
        yield scenes, nodes[-1]


@pytest.fixture
def scenes(graph):
    """Return namespace -> SceneInput, all without a scene."""
    for scene in graph[0].values():
        scene.clear()
    return graph[0]


@pytest.fixture(scope='module')
def sender(graph):
    """Return a node to publish from."""
    return graph[1]


@contextlib.contextmanager
def publisher(node, kind, topic, reliability=ReliabilityPolicy.RELIABLE):
    """Yield a publisher that somebody listens to."""
    made = node.create_publisher(kind, topic, QoSProfile(depth=5, reliability=reliability))
    until(lambda: made.get_subscription_count() > 0)
    yield made
    node.destroy_publisher(made)


def taken(scene):
    """Return what a goal without objects would be planned on, or the refusal."""
    try:
        return scene.objects([])
    except RequestError as error:
        return error


def arrived(scene, publisher, msg):
    """Publish until the scene is not empty any more, and return it, or its refusal."""
    def found():
        result = taken(scene)
        missing = (isinstance(result, RequestError)
                   and result.code == FailureCode.MISSING_OBJECT_STATE)
        return None if missing else result
    return until(found, lambda: publisher.publish(msg))


def stamped(node, frame='world', x=0.4, z=0.1, offset=0):
    """Return a pose of now, or `offset` seconds from it."""
    stamp = node.get_clock().now().to_msg()
    msg = PoseStamped(header=Header(frame_id=frame, stamp=stamp))
    msg.header.stamp.sec += offset
    msg.pose.position.x, msg.pose.position.z = x, z
    return msg


def box(pose, name='box'):
    """Return a carton."""
    return ObjectState(id=name, mesh_resource='library://carton', pose=pose)


def test_a_scene_stands_where_its_camera_saw_it(scenes, sender):
    pose = stamped(sender, 'camera', 0.3, 0.4)
    with publisher(sender, ObjectStateArray, '/cameras/object_states') as scene:
        found, = arrived(scenes['cameras'], scene, ObjectStateArray(objects=[box(pose)]))
    wanted = TILTED.apply([0.3, 0.0, 0.4]) + [1.1, 2.0, 0.7]
    pose = pose_from_msg(found.pose.pose).numpy()
    np.testing.assert_allclose(pose[:3], wanted, atol=1e-12)
    np.testing.assert_allclose(pose[3:], TILTED.as_quat(), atol=1e-12)
    assert found.pose.header.frame_id == 'world'
    assert COUNT


def test_objects_without_a_header_take_the_arrays(scenes, sender):
    header = stamped(sender, 'stand').header
    with publisher(sender, ObjectStateArray, '/cameras/object_states') as scene:
        found, = arrived(scenes['cameras'], scene, ObjectStateArray(
            header=header, objects=[box(PoseStamped())]))
    assert (found.pose.pose.position.x, found.pose.pose.position.y) == (1.0, 2.0)
    assert found.pose.header.stamp == header.stamp


@pytest.mark.parametrize('reliability', [ReliabilityPolicy.RELIABLE, ReliabilityPolicy.BEST_EFFORT])
def test_tracked_poses_make_a_scene_once_all_were_seen(scenes, sender, reliability):
    scene = scenes['trackers']
    assert "nothing came on tracked/mug/pose for the tracked object 'mug'" in taken(scene).message
    with publisher(sender, PoseStamped, '/trackers/tracked/mug/pose', reliability) as mug, \
            publisher(sender, PoseStamped, '/trackers/tracked/ball/pose', reliability) as ball:
        first = stamped(sender, x=0.3)
        until(lambda: "'ball'" in taken(scene).message, lambda: mug.publish(first))
        assert taken(scene).code == FailureCode.MISSING_OBJECT_STATE
        found = arrived(scene, ball, stamped(sender, x=0.5))
        assert [(o.id, o.mesh_resource, o.pose.pose.position.x) for o in found] == [
            ('mug', 'library://mug', 0.3), ('ball', 'library://ball?radius=0.05', 0.5)]
        second = stamped(sender, x=0.35)
        until(lambda: taken(scene)[0].pose.pose.position.x == 0.35, lambda: mug.publish(second))


def test_one_object_from_two_topics_is_refused(scenes, sender):
    with publisher(sender, PoseStamped, '/trackers/tracked/mug/pose') as mug, \
            publisher(sender, PoseStamped, '/trackers/tracked/ball/pose') as ball, \
            publisher(sender, ObjectStateArray, '/trackers/object_states') as scene:
        pose = stamped(sender)

        def send():
            scene.publish(ObjectStateArray(objects=[box(pose, 'mug')]))
            mug.publish(pose)
            ball.publish(pose)

        until(lambda: getattr(taken(scenes['trackers']), 'code', None)
              == FailureCode.DUPLICATE_OBJECT_ID, send)
    refused = taken(scenes['trackers'])
    assert "object id 'mug' stands 2 times, limit 1" in refused.message


@pytest.mark.parametrize('name, msg, code, words', [
    ('too many', lambda node: [box(stamped(node), f'b{i}') for i in range(17)],
     FailureCode.MESSAGE_TOO_LARGE, 'object_states has 17 objects, limit 16'),
    ('old', lambda node: [box(stamped(node, offset=-9))],
     FailureCode.STALE_OBJECT_STATE, "pose of object 'box' is 9"),
    ('ahead', lambda node: [box(stamped(node, offset=9))],
     FailureCode.STALE_OBJECT_STATE, 's in the future, limit 0.20 s'),
    ('undated', lambda node: [box(PoseStamped())],
     FailureCode.STALE_OBJECT_STATE, "pose of object 'box' has no stamp"),
    ('far', lambda node: [box(stamped(node, x=5.2))],
     FailureCode.OUT_OF_WORKSPACE, 'x 5.200 m'),
    ('elsewhere', lambda node: [box(stamped(node, 'kitchen'))],
     FailureCode.UNKNOWN_FRAME, "frame 'kitchen', must be 'world'"),
])
def test_a_bad_scene_on_the_topic_is_named(scenes, sender, name, msg, code, words):
    if name == 'elsewhere' and importlib.util.find_spec('tf2_ros'):
        pytest.skip('tf2_ros is installed: TF is asked for the frame')
    with publisher(sender, ObjectStateArray, '/plain/object_states') as scene:
        refused = arrived(scenes['plain'], scene, ObjectStateArray(objects=msg(sender)))
    assert refused.code == code and words in refused.message


def test_the_workspace_is_a_box_in_the_planning_frame(scenes, sender):
    inside, outside = (scenes['cameras'].objects, [box(stamped(sender, 'stand', x=0.0, z=1.4))])
    assert inside(outside)[0].pose.pose.position.z == pytest.approx(1.9)
    outside[0].pose.pose.position.z = 1.6
    with pytest.raises(RequestError, match=r'has z 2.100 m in frame .world., must be 0 to 2 m'):
        inside(outside)


def test_a_quaternion_that_is_a_little_off_is_normalised(scenes, sender):
    pose = stamped(sender)
    pose.pose.orientation.w = 1.0005
    found, = scenes['plain'].objects([box(pose)])
    assert found.pose.pose.orientation.w == 1.0
    exact = Rotation.from_euler('xyz', [0.1, 0.2, 0.3]).as_quat()
    o = pose.pose.orientation
    o.x, o.y, o.z, o.w = exact.tolist()
    found, = scenes['plain'].objects([box(pose)])
    assert pose_from_msg(found.pose.pose)[3:].tolist() == exact.tolist()


def test_how_old_a_state_may_be_can_be_set(scenes, sender):
    scene, objects = scenes['plain'], [box(stamped(sender, offset=-100))]
    scene.max_age = 300.0
    assert scene.objects(objects)
    scene.max_age = 1.0
    with pytest.raises(RequestError, match='limit 1.00 s'):
        scene.objects(objects)


def test_a_whole_goal_comes_into_the_planning_frame(scenes, sender):
    goal = PlanInteraction.Goal(
        task='carry', objects=[box(stamped(sender, 'stand'))],
        targets=[box(stamped(sender, 'stand', x=0.2))],
        obstacles=[box(stamped(sender, 'stand', x=0.9), 'post')], seed=7,
        start_hands=[HandState(side='right', wrist=stamped(sender, 'stand', x=0.1))])
    checked = scenes['cameras'].checked(goal)
    assert checked.targets[0].pose.pose.position.x == pytest.approx(1.2)
    assert checked.obstacles[0].pose.pose.position.x == pytest.approx(1.9)
    assert checked.start_hands[0].wrist.pose.position.x == pytest.approx(1.1)
    assert checked.start_hands[0].wrist.header.frame_id == 'world'
    assert (checked.task, checked.seed) == ('carry', 7)
    assert goal.targets[0].pose.pose.position.x == 0.2


def test_a_clock_that_jumps_back_takes_the_scene_with_it(scenes, sender):
    scene = scenes['replay']
    with publisher(sender, Clock, '/clock') as clock, \
            publisher(sender, ObjectStateArray, '/replay/object_states') as states:
        pose = stamped(sender)
        pose.header.stamp = Time(sec=100)
        refused = arrived(scene, states, ObjectStateArray(objects=[box(pose)]))
        assert 'use_sim_time is set and no time came on /clock' in refused.message
        until(lambda: isinstance(taken(scene), list),
              lambda: clock.publish(Clock(clock=Time(sec=102))))
        until(lambda: getattr(taken(scene), 'code', None) == FailureCode.MISSING_OBJECT_STATE,
              lambda: clock.publish(Clock(clock=Time(sec=50))))


def results_of(node):
    """Return the list that task results come into."""
    results = []
    node.create_subscription(DiagnosticStatus, '/task_result', results.append, LATCHED)
    return results


def test_a_label_is_planned_on_arrival_and_its_end_is_told(scenes, sender):
    results = results_of(sender)
    with publisher(sender, String, '/task_label') as labels:
        first = until(lambda: results and results[-1],
                      lambda: labels.publish(String(data='carry')))
        values = {pair.key: pair.value for pair in first.values}
        assert (values['task'], values['error_name']) == ('carry', 'MISSING_OBJECT_STATE')
        assert first.level == DiagnosticStatus.ERROR
        assert first.message == 'the goal has no objects and nothing came on object_states'
        until(lambda: 'task_label has 300 characters, limit 256' in results[-1].message,
              lambda: labels.publish(String(data='x' * 300)))


@pytest.mark.parametrize('name, value, words', [
    ('tracked_objects', ['mug'], 'must read NAME=MESH_RESOURCE'),
    ('tracked_objects', ['a=library://mug', 'a=library://mug'], "'a' stands twice"),
    ('tracked_objects', ['a mug=library://mug'], "of object 'a mug' is no topic name"),
    ('tracked_objects', [f'b{i}=library://mug' for i in range(17)], '17 objects, limit 16'),
    ('pose_topic', 'poses', 'must have {id}'),
    ('workspace_max', [-9.0, 1.0, 1.0], 'the first below the second'),
    ('workspace_min', [0.0], 'three numbers each'),
    ('static_transforms', ['camera'], 'must read CHILD=PARENT x y z qx qy qz qw'),
    ('static_transforms', ['camera=world 0 0 0 0 0 0 one'], 'could not convert'),
    ('static_transforms', ['camera=world 0 0 0 0 0 0 2'], 'norm 2'),
    ('static_transforms', ['camera=arm 0 0 0 0 0 0 1'], "ends at 'arm', must end at 'world'"),
    ('static_transforms', ['a=b 0 0 0 0 0 0 1', 'b=a 0 0 0 0 0 0 1'], 'hangs on a ring'),
    ('static_transforms', ['a=world 0 0 0 0 0 0 1'] * 2, "frame 'a' has a place already"),
    ('detected_classes', ['mug'], 'must read NAME=MESH_RESOURCE'),
])
def test_a_bad_parameter_is_named_in_one_line(graph, name, value, words):
    values = {name: value}
    if name == 'pose_topic':
        values['tracked_objects'] = ['mug=library://mug']
    node = Node('bad', parameter_overrides=parameters(values))
    with pytest.raises(InvalidParameterValueException) as caught:
        scene_input(node, 'world')
    node.destroy_node()
    assert words in str(caught.value) and '\n' not in str(caught.value)
    # Which of the two corners is wrong cannot be told.
    assert name.replace('min', 'max').replace('pose_topic', 'tracked_objects') in str(caught.value)


@pytest.mark.skipif(importlib.util.find_spec('vision_msgs') is not None,
                    reason='vision_msgs is installed')
def test_detections_without_vision_msgs_are_refused_at_the_start(graph):
    node = Node('detector', parameter_overrides=parameters({'detection_topic': 'detections'}))
    with pytest.raises(InvalidParameterValueException, match='vision_msgs, which is not installed'):
        scene_input(node, 'world')
    node.destroy_node()


def test_detections_become_objects():
    pytest.importorskip('vision_msgs.msg', reason='vision_msgs is not installed')
    from vision_msgs.msg import Detection3D, ObjectHypothesisWithPose
    source = Detections('detections', {'cup': 'library://mug', 'table': ''})
    kind = detection_type()

    def detection(name, score, x=0.4, number=''):
        result = ObjectHypothesisWithPose()
        result.hypothesis.class_id, result.hypothesis.score = name, score
        result.pose.pose.position.x = x
        other = ObjectHypothesisWithPose()
        other.hypothesis.class_id = 'unlikely'
        return Detection3D(id=number, results=[other, result])

    header = Header(frame_id='camera', stamp=Time(sec=3))
    source.on_message(kind(header=header, detections=[
        detection('cup', 0.9, number='cup_7'), detection('cup', 0.2), detection('table', 0.8)]))
    state, = source.states()
    assert (state.id, state.mesh_resource) == ('cup_7', 'library://mug')
    assert state.pose.header == header and state.pose.pose.position.x == 0.4
    for bad, code, words in (
            (detection('dog', 0.9), FailureCode.MISSING_MESH, "detection 0 is of class 'dog'"),
            (detection('cup', float('nan')), FailureCode.INVALID_REQUEST, 'score nan'),
            (Detection3D(), FailureCode.INVALID_REQUEST, 'has no hypothesis')):
        source.on_message(kind(detections=[bad]))
        with pytest.raises(RequestError, match=words) as caught:
            source.states()
        assert caught.value.code == code
    source.on_message(kind(detections=[detection('cup', 0.9)] * 300))
    with pytest.raises(RequestError, match='300 detections, limit 256'):
        source.states()


def test_detections_come_over_their_topic(scenes, sender):
    pytest.importorskip('vision_msgs.msg', reason='vision_msgs is not installed')
    from vision_msgs.msg import Detection3D, ObjectHypothesisWithPose
    result = ObjectHypothesisWithPose()
    result.hypothesis.class_id, result.hypothesis.score = 'cup', 0.75
    result.pose.pose.position.x = 0.6
    msg = detection_type()(
        header=stamped(sender).header, detections=[Detection3D(results=[result])])
    with publisher(sender, detection_type(), '/detector/seen') as seen:
        found, = arrived(scenes['detector'], seen, msg)
    assert (found.id, found.mesh_resource) == ('cup', 'library://mug')
    assert found.pose.pose.position.x == 0.6 and found.pose.header == msg.header


def test_tf_is_asked_at_the_stamp(graph):
    pytest.importorskip('tf2_ros', reason='tf2_ros is not installed')
    from tf2_ros import StaticTransformBroadcaster, TransformBroadcaster
    scene, sender = graph[0]['plain'], graph[1]
    now = sender.get_clock().now().to_msg()
    link = TransformStamped(header=Header(frame_id='world', stamp=now), child_frame_id='base')
    link.transform.translation.x, link.transform.rotation.w = 0.5, 1.0
    StaticTransformBroadcaster(sender).sendTransform(link)
    until(lambda: isinstance(_asked(scene, stamped(sender, 'base')), list))
    moving, broadcaster = TransformStamped(child_frame_id='hand'), TransformBroadcaster(sender)
    moving.transform.rotation.w = 1.0
    for step in (0, 1):
        moving.header = Header(frame_id='base', stamp=Time(sec=now.sec, nanosec=step * 10 ** 8))
        moving.transform.translation.y = float(step)
        broadcaster.sendTransform(moving)
    pose = stamped(sender, 'hand')
    pose.header.stamp = Time(sec=now.sec, nanosec=5 * 10 ** 7)
    found = until(lambda: isinstance(_asked(scene, pose), list) and _asked(scene, pose))
    assert found[0].pose.pose.position.y == pytest.approx(0.5)
    refused = _asked(scene, stamped(sender, 'nowhere'))
    assert refused.code == FailureCode.TRANSFORM_UNAVAILABLE and 'nowhere' in refused.message


def _asked(scene, pose):
    try:
        return scene.objects([box(pose)])
    except RequestError as error:
        return error


def test_chains_of_fixed_frames_end_in_the_planning_frame():
    fixed = FixedTransforms.parse(CAMERA, 'world')
    assert 'camera' in fixed and 'world' not in fixed
    np.testing.assert_allclose(
        fixed.lookup('camera', Time()).numpy(), [1.1, 2.0, 0.7, *TILTED.as_quat()], atol=1e-12)
