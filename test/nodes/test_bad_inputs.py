# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Bad inputs to the real nodes over DDS: each is refused with its own code and text.

The text names the field, the value and the limit; `pytest -rP -k listed` prints all of them.
"""

import copy
import functools
import importlib.util
import math
import os
from typing import NamedTuple

from builtin_interfaces.msg import Duration, Time
from hoi_planner_msgs.action import ExecutePlan, PlanInteraction
from hoi_planner_msgs.msg import ObjectState
import pytest
from std_msgs.msg import Header

from hoi_planner.failures import FailureCode
from hoi_planner.nodes.conversions.plans import plan_to_msg
from hoi_planner.nodes.inference import InferenceNode
from hoi_planner.nodes.planner import PlannerNode
from hoi_planner.nodes.simulated_executor import SimulatedExecutorNode
from motions import random_plan
from planner_goals import Asker, good_goal
from ros_helpers import spinning

pytestmark = pytest.mark.ros


class Case(NamedTuple):
    """A bad input: what spoils a good goal, the code, and words that its text must have."""

    spoil: object
    code: FailureCode
    words: tuple[str, ...]


@pytest.fixture(scope='module')
def roots(tmp_path_factory):
    """Return a mesh root with a link out of it, and with meshes that are none."""
    root = tmp_path_factory.mktemp('meshes')
    outside = tmp_path_factory.mktemp('outside') / 'secret.stl'
    outside.write_bytes(b'solid')
    os.symlink(outside, root / 'link.stl')
    (root / 'empty.stl').write_bytes(b'')
    (root / 'mesh.txt').write_bytes(b'no mesh')
    (root / 'open.obj').write_text('v 0 0 0\nv .1 0 0\nv 0 .1 0\nf 1 2 3\n')
    return root


@pytest.fixture(scope='module')
def asker(roots):
    """Return who asks the planner, inference and executor nodes, which spin."""
    arguments = ['--ros-args', '-p', f'mesh_roots:=[{roots}]', '-p', 'generator:=scripted',
                 '-p', f'checkpoint:={roots}/none.safetensors']
    with spinning(PlannerNode, InferenceNode, SimulatedExecutorNode, Asker,
                  arguments=arguments) as nodes:
        nodes[-1].wait_until_active()
        yield nodes[-1]


@pytest.fixture(scope='module')
def refusal(asker, roots):
    """Return a function: name of a case -> its result; each is asked for once."""
    @functools.cache
    def ask(name):
        if name in PLAN_CASES:
            goal = ExecutePlan.Goal(plan=plan_to_msg(random_plan(), Header(frame_id='world')))
            PLAN_CASES[name].spoil(goal.plan)
            return asker.result(ExecutePlan, 'execute_plan', goal)
        goal = good_goal(asker.stamp())
        GOAL_CASES[name].spoil(goal, roots)
        return asker.result(PlanInteraction, 'plan_interaction', goal)

    return ask


def put(path, value):
    """Return what sets a field of a goal: objects.0.pose.header.frame_id."""
    def spoil(goal, roots=None):
        *steps, last = path.split('.')
        place = goal
        for step in steps:
            place = place[int(step)] if step.isdigit() else getattr(place, step)
        found = value(place) if callable(value) else value
        if last.isdigit():
            place[int(last)] = found
        else:
            setattr(place, last, found)
    return spoil


def mesh(resource):
    """Return what names another mesh; ROOT stands for the mesh root."""
    return lambda goal, roots: put(
        'objects.0.mesh_resource', resource.replace('ROOT', str(roots)))(goal)


def aged(path, seconds):
    """Return what moves a stamp."""
    return put(path + '.stamp', lambda header: Time(
        sec=header.stamp.sec + seconds, nanosec=header.stamp.nanosec))


def many(path, count):
    """Return what repeats the first of a list under other ids."""
    def spoil(goal, roots):
        first = getattr(goal, path)[0]
        copies = [copy.deepcopy(first) for _ in range(count)]
        for index, item in enumerate(copies):
            if path != 'start_hands':
                item.id = f'{first.id}{index}'
        setattr(goal, path, copies)
    return spoil


def twice(path):
    """Return what repeats the first of a list as it is."""
    def spoil(goal, roots):
        setattr(goal, path, [getattr(goal, path)[0]] * 2)
    return spoil


C = FailureCode
# Where TF is there, it is asked for the frame.
WITH_TF = importlib.util.find_spec('tf2_ros') is not None
NO_FRAME = C.TRANSFORM_UNAVAILABLE if WITH_TF else C.UNKNOWN_FRAME
POSE = 'objects.0.pose.pose.'
GOAL_CASES = {
    'task unknown': Case(put('task', 'fly'), C.UNKNOWN_TASK, ("task 'fly'", 'carry')),
    'task empty': Case(put('task', ''), C.UNKNOWN_TASK, ("task ''", 'carry')),
    'task too long': Case(
        put('task', 'x' * 300), C.MESSAGE_TOO_LARGE, ('task', '300 characters', 'limit 256')),
    'task of two lines': Case(
        put('task', 'carry\nnow'), C.INVALID_REQUEST, ('task', r"'\n'", 'printable')),
    'generator unknown': Case(
        put('generator', 'oracle'), C.UNKNOWN_GENERATOR, ("'oracle'", 'scripted')),
    'generator without weights': Case(
        put('generator', 'syncdiff'), C.GENERATOR_UNAVAILABLE, ('none.safetensors',)),
    'generator too long': Case(
        put('generator', 'g' * 65), C.MESSAGE_TOO_LARGE, ('generator', '65', 'limit 64')),
    'candidates too many': Case(
        put('candidates', 65), C.INVALID_REQUEST, ('candidates is 65', '1 to 64')),
    'time budget zero': Case(
        put('time_budget', Duration()), C.INVALID_TIME_BUDGET, ('time_budget is 0 s', 'above 0')),
    'time budget negative': Case(
        put('time_budget', Duration(sec=-2)), C.INVALID_TIME_BUDGET, ('-2 s', 'above 0')),
    'friction negative': Case(
        put('friction', -0.5), C.INVALID_REQUEST, ('friction is -0.5', '0 to 10')),
    'friction NaN': Case(
        put('friction', math.nan), C.INVALID_REQUEST, ('friction is nan', '0 to 10')),
    'friction beyond physics': Case(
        put('friction', 11.0), C.INVALID_REQUEST, ('friction is 11', '0 to 10')),
    'limit negative': Case(
        put('limits.drop', -1.0), C.INVALID_REQUEST, ('limit drop is -1.0', 'above 0')),
    'limit NaN': Case(
        put('limits.peak_force', math.nan), C.INVALID_REQUEST, ('peak_force is nan', 'above 0')),
    'objects none': Case(
        put('objects', []), C.MISSING_OBJECT_STATE, ('nothing came on object_states',)),
    'objects too few for the task': Case(
        lambda goal, roots: [put('task', 'whisk')(goal), put('start_hands', [])(goal)] and None,
        C.MISSING_OBJECT_STATE, ("'whisk' needs 2 objects", 'has 1')),
    'objects too many': Case(
        many('objects', 17), C.MESSAGE_TOO_LARGE, ('objects has 17', 'limit 16')),
    'targets too many': Case(
        many('targets', 18), C.MESSAGE_TOO_LARGE, ('targets has 18', 'limit 16')),
    'obstacles too many': Case(
        many('obstacles', 19), C.MESSAGE_TOO_LARGE, ('obstacles has 19', 'limit 16')),
    'objects and obstacles too many': Case(
        many('obstacles', 16), C.MESSAGE_TOO_LARGE, ('17 objects and obstacles', 'limit 16')),
    'object twice': Case(
        twice('objects'), C.DUPLICATE_OBJECT_ID, ("object id 'box' stands 2", 'limit 1')),
    'target twice': Case(
        twice('targets'), C.DUPLICATE_OBJECT_ID, ("target id 'box' stands 2", 'limit 1')),
    'obstacle twice': Case(
        twice('obstacles'), C.DUPLICATE_OBJECT_ID, ("obstacle id 'post' stands 2", 'limit 1')),
    'obstacle with the id of an object': Case(
        lambda goal, roots: [put('obstacles.0.id', 'cup')(goal), put('objects.0.id', 'cup')(goal),
                             put('targets', [])(goal)] and None,
        C.DUPLICATE_OBJECT_ID, ("'cup' stands 2 times", 'limit 1')),
    'target of nothing': Case(
        put('targets.0.id', 'cup'), C.INVALID_REQUEST, ("target 'cup' is not an object",)),
    'id empty': Case(
        put('objects.0.id', ''), C.INVALID_REQUEST, ('id has 0 characters', '1 to 64')),
    'id too long': Case(
        put('objects.0.id', 'i' * 70), C.MESSAGE_TOO_LARGE, ('id has 70 characters', '1 to 64')),
    'id with a tab': Case(
        put('objects.0.id', 'a\tb'), C.INVALID_REQUEST, (r"'\t' at character 1", 'printable')),
    'mass negative': Case(
        put('objects.0.mass', -1.0), C.INVALID_REQUEST, ("'box' is -1.0 kg", '0 to 100 kg')),
    'mass infinite': Case(
        put('objects.0.mass', math.inf), C.INVALID_REQUEST, ("'box' is inf kg", '0 to 100 kg')),
    'position NaN': Case(
        put(POSE + 'position.x', math.nan), C.INVALID_POSE, ("object 'box'", 'not finite', 'nan')),
    'position infinite': Case(
        put(POSE + 'position.z', -math.inf), C.INVALID_POSE, ("'box'", 'not finite', '-inf')),
    'quaternion zero': Case(
        put(POSE + 'orientation.w', 0.0), C.INVALID_POSE, ('norm 0,', 'must be 1 within 0.001')),
    'quaternion long': Case(
        put(POSE + 'orientation.w', 1.01), C.INVALID_POSE,
        ('norm 1.01,', 'must be 1 within 0.001')),
    'target NaN': Case(
        put('targets.0.pose.pose.position.y', math.nan), C.INVALID_POSE,
        ("target 'box'", 'not finite')),
    'obstacle quaternion': Case(
        put('obstacles.0.pose.pose.orientation.w', 2.0), C.INVALID_POSE,
        ("obstacle 'post'", 'norm 2,', 'within 0.001')),
    'pose in millimetres': Case(
        put(POSE + 'position.x', 450.0), C.OUT_OF_WORKSPACE,
        ("object 'box' has x 450.000 m", '-5 to 5 m')),
    'target out of the workspace': Case(
        put('targets.0.pose.pose.position.z', -6.0), C.OUT_OF_WORKSPACE,
        ("target 'box' has z -6.000 m", '-5 to 5 m')),
    'obstacle out of the workspace': Case(
        put('obstacles.0.pose.pose.position.y', 5.5), C.OUT_OF_WORKSPACE,
        ("obstacle 'post' has y 5.500 m", '-5 to 5 m')),
    'hand out of the workspace': Case(
        put('start_hands.0.wrist.pose.position.y', 7.0), C.OUT_OF_WORKSPACE,
        ("wrist of 'left' has y 7.000 m", '-5 to 5 m')),
    'stamp old': Case(
        aged('objects.0.pose.header', -10), C.STALE_OBJECT_STATE,
        ("object 'box' is 10", 's old', 'limit 1.00 s')),
    'stamp of the future': Case(
        aged('objects.0.pose.header', 7200), C.STALE_OBJECT_STATE,
        ("object 'box' is 7", 's in the future', 'limit 0.20 s')),
    'hand old': Case(
        aged('start_hands.0.wrist.header', -20), C.STALE_OBJECT_STATE,
        ("wrist of 'left' is 20", 's old', 'limit 1.00 s')),
    'frame unknown': Case(
        put('objects.0.pose.header.frame_id', 'camera'), NO_FRAME,
        ("object 'box'", "'camera'", "'world'")),
    'frame of a target unknown': Case(
        put('targets.0.pose.header.frame_id', 'shelf'), NO_FRAME,
        ("target 'box'", "'shelf'", "'world'")),
    'frame of a hand unknown': Case(
        put('start_hands.0.wrist.header.frame_id', 'glove'), NO_FRAME,
        ("wrist of 'left'", "'glove'", "'world'")),
    'frame too long': Case(
        put('objects.0.pose.header.frame_id', 'f' * 200), C.MESSAGE_TOO_LARGE,
        ('frame_id has 200 characters', 'limit 128')),
    'mesh not in the library': Case(
        mesh('library://unicorn'), C.MISSING_MESH, ("no 'unicorn'", 'carton')),
    'mesh with an unknown parameter': Case(
        mesh('library://mug?wings=2'), C.INVALID_REQUEST, ("no parameter 'wings'", 'radius')),
    'mesh with a parameter that is no number': Case(
        mesh('library://mug?radius=big'), C.INVALID_REQUEST, ("radius is 'big'", 'number')),
    'mesh with a parameter out of range': Case(
        mesh('library://mug?radius=9'), C.INVALID_REQUEST, ('radius', '9')),
    'mesh too long': Case(
        mesh('library://' + 'm' * 1020), C.MESSAGE_TOO_LARGE,
        ("mesh_resource of object 'box' has 1030 characters", 'limit 1024')),
    'mesh empty': Case(mesh(''), C.INVALID_REQUEST, ("object ''", 'library')),
    'mesh of another scheme': Case(
        mesh('http://host/a.stl'), C.INVALID_REQUEST, ("scheme 'http'", 'library')),
    'mesh outside': Case(
        mesh('file:///etc/passwd'), C.FORBIDDEN_MESH_PATH, ("'/etc/passwd'", 'allowed folders')),
    'mesh up and out': Case(
        mesh('file://ROOT/../../../../../etc/hosts'), C.FORBIDDEN_MESH_PATH,
        ('etc/hosts', 'allowed folders')),
    'mesh up and out in percent': Case(
        mesh('file://ROOT/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/group'),
        C.FORBIDDEN_MESH_PATH, ('etc/group', 'allowed folders')),
    'mesh in percent, twice': Case(
        mesh('file://ROOT/%252e%252e/a.stl'), C.MISSING_MESH, ('%2e%2e', 'does not exist')),
    'mesh by a link out': Case(
        mesh('file://ROOT/link.stl'), C.FORBIDDEN_MESH_PATH, ('secret.stl', 'allowed folders')),
    'mesh with a NUL': Case(
        mesh('file://ROOT/a%00.stl'), C.FORBIDDEN_MESH_PATH, ('a%00.stl', 'null byte')),
    'mesh of a package that is not there': Case(
        mesh('package://no_such_package/a.stl'), C.MISSING_MESH,
        ("package 'no_such_package'", 'AMENT_PREFIX_PATH')),
    'mesh out of a package': Case(
        mesh('package://hoi_planner/../../../../../../etc/shadow'), C.FORBIDDEN_MESH_PATH,
        ('etc/shadow', 'allowed folders')),
    'mesh that does not exist': Case(
        mesh('file://ROOT/none.stl'), C.MISSING_MESH, ('none.stl', 'does not exist')),
    'mesh of no known kind': Case(mesh('file://ROOT/mesh.txt'), C.INVALID_MESH, ('mesh.txt',)),
    'mesh without a face': Case(mesh('file://ROOT/empty.stl'), C.INVALID_MESH, ('empty.stl',)),
    'mesh not closed': Case(mesh('file://ROOT/open.obj'), C.INVALID_MESH, ('open.obj',)),
    'hands too many': Case(
        many('start_hands', 3), C.MESSAGE_TOO_LARGE, ('start_hands has 3', 'limit 2')),
    'hand twice': Case(
        twice('start_hands'), C.INVALID_REQUEST, ("start_hands has 'left' twice", 'limit 1')),
    'hand of no side': Case(
        put('start_hands.0.side', 'middle'), C.INVALID_REQUEST, ("'middle'", "'left', 'right'")),
    'hand quaternion': Case(
        put('start_hands.0.wrist.pose.orientation.w', 0.5), C.INVALID_POSE,
        ("wrist of 'left'", 'norm 0.5,', 'within 0.001')),
    'hand fingers NaN': Case(
        put('start_hands.0.fingers.7', math.nan), C.INVALID_POSE,
        ("finger_poses of 'left' has nan rad at joint 2, axis y", 'limit 12.57 rad')),
    'hand with a finger wound up': Case(
        put('start_hands.0.fingers.0', 100.0), C.INVALID_POSE,
        ("finger_poses of 'left' has 100 rad at joint 0, axis x", 'limit 12.57 rad')),
    'hands that a script has no use for': Case(
        lambda goal, roots: None, C.INVALID_REQUEST, ("start_hands is given for ['left']",)),
}


def stretched(plan):
    """Give the wrists more points than a motion may have."""
    plan.wrists.points = list(plan.wrists.points) * 11


def crowded(plan):
    """Give the plan more objects than a scene may have."""
    plan.objects = [ObjectState(id=f'o{i}') for i in range(20)]


def fingerless(plan):
    """Take a position away from a point of the fingers."""
    plan.fingers.points[3].positions = plan.fingers.points[3].positions[:89]


PLAN_CASES = {
    'plan too long': Case(
        stretched, C.MESSAGE_TOO_LARGE, ('wrists has 220 points', '2 to 200')),
    'plan with too many objects': Case(
        crowded, C.MESSAGE_TOO_LARGE, ('objects has 20 entries', 'limit 16')),
    'plan without points': Case(
        put('object_motions.points', []), C.INVALID_REQUEST,
        ('object_motions has 0 points', '2 to 200')),
    'plan with times that do not fit': Case(
        put('wrists.points.5.time_from_start', Duration(sec=9)), C.INVALID_REQUEST,
        ('wrists point 5 is at 9.000000 s', '0.166667 s')),
    'plan at no rate': Case(
        put('fps', 0.0), C.INVALID_REQUEST, ('fps is 0,', 'above 0, at most 1000')),
    'plan whose times do not increase': Case(
        put('fps', 1e12), C.INVALID_REQUEST, ('fps is 1e+12', 'at most 1000')),
    'plan with three sides': Case(
        put('sides', ['left', 'right', 'left']), C.MESSAGE_TOO_LARGE, ('sides has 3', 'limit 2')),
    'plan with a side twice': Case(
        put('sides', ['left', 'left']), C.INVALID_REQUEST, ("side 'left' stands twice", 'limit 1')),
    'plan of a middle hand': Case(
        put('sides', ['left', 'middle']), C.INVALID_REQUEST, ("side 'middle'", "'right'")),
    'plan with a joint of another name': Case(
        put('wrists.joint_names', ['left_wrist', 'elbow']), C.INVALID_REQUEST,
        ("'elbow' as joint_names[1]", "'right_wrist'")),
    'plan with joints missing': Case(
        put('fingers.joint_names', ['left_index1_x']), C.INVALID_REQUEST,
        ('fingers has 1 joint_names', 'must be 90')),
    'plan with a finger short': Case(
        fingerless, C.INVALID_REQUEST, ('fingers point 3 has 89 positions', 'must have 90')),
    'plan with shapes missing': Case(
        put('shapes', [0.0]), C.INVALID_REQUEST, ('shapes has 1 numbers', '10 a hand')),
    'plan in the next town': Case(
        put('wrists.points.2.transforms.0.translation.x', 4e4), C.INVALID_REQUEST,
        ('wrists has a coordinate of 40000 m', 'limit 1000 m')),
    'plan with a NaN': Case(
        put('object_motions.points.2.transforms.0.translation.y', math.nan), C.INVALID_REQUEST,
        ('object_poses', 'not finite')),
    'plan with a long quaternion': Case(
        put('wrists.points.1.transforms.0.rotation.w', 4.0), C.INVALID_REQUEST,
        ('wrist_poses has a quaternion', 'limit 0.001')),
    'plan with an infinite table': Case(
        put('table_height', math.inf), C.INVALID_REQUEST, ('table_height is inf m', 'finite')),
    'plan with an object twice': Case(
        put('obstacles.0.id', 'object_1'), C.DUPLICATE_OBJECT_ID,
        ("'object_1' stands 2 times", 'limit 1')),
    'plan of an unknown hand': Case(
        put('hand_model', 'claw'), C.UNKNOWN_HAND_MODEL, ("'claw'", 'open_hand')),
    'plan with an unknown mesh': Case(
        put('objects.0.mesh_resource', 'library://griffin'), C.MISSING_MESH, ("no 'griffin'",)),
}
CASES = {**GOAL_CASES, **PLAN_CASES}


@pytest.mark.parametrize('name', CASES)
def test_a_bad_input_is_refused_by_its_code_and_in_its_words(refusal, name):
    result, case = refusal(name), CASES[name]
    assert FailureCode(result.error_code) == case.code, result.error_msg
    for words in case.words:
        assert words in result.error_msg
    assert len(result.error_msg) < 3000


def test_bad_inputs_are_listed_each_with_a_text_of_its_own(refusal):
    texts = {name: (FailureCode(refusal(name).error_code).name, refusal(name).error_msg)
             for name in CASES}
    for number, (name, (code, text)) in enumerate(texts.items(), 1):
        print(f'{number:3d}  {name:42s}{code:24s}{text[:150]}')
    assert len(texts) >= 40
    assert len(set(texts.values())) == len(texts)
