# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Markers: stable names, bounded size, contacts on the surfaces, and in red what was wrong."""

from dataclasses import replace

import numpy as np
import pytest
from rclpy.serialization import serialize_message
from std_msgs.msg import Header
import torch
import trimesh
from visualization_msgs.msg import Marker

from hoi_planner.failures import FailureCode
from hoi_planner.geometry.signed_distance import exact_signed_distance
from hoi_planner.geometry.transforms import inverse, transform_points
from hoi_planner.nodes.markers.basics import FAILURE_COLOR, shown_frames
from hoi_planner.nodes.markers.objects import triangle_corners
from hoi_planner.nodes.markers.plan import failure_markers, MAX_TRIANGLES, plan_markers, SHOWN
from hoi_planner.objects.loading import load_object
from hoi_planner.physics.verdict import Verdict
from hoi_planner.planning.request import ObjectPlacement
from scripted_plans import carry_plan, POSE

HEADER = Header(frame_id='world')
DROPPED = Verdict(False, FailureCode.OBJECT_DROPPED,
                  "dropped: displacement 215.4 mm > 50.0 mm on object 'box' at 1.73 s", 'drop',
                  0.2154, 0.05, 'box', 1.73)


@pytest.fixture(scope='module')
def plan():
    """Return a carry past a drum."""
    pose = POSE.clone()
    pose[1] = 0.6
    return replace(carry_plan(), obstacles=(ObjectPlacement('post', 'library://drum', pose),))


@pytest.fixture(scope='module')
def markers(plan):
    """Return the plan's markers."""
    return plan_markers(plan, HEADER).markers


def named(markers, namespace):
    """Return the markers of a namespace."""
    return [marker for marker in markers if marker.ns == namespace]


def color(marker):
    """Return a marker's colour."""
    return pytest.approx((marker.color.r, marker.color.g, marker.color.b), abs=1e-6)


def test_the_first_deletes_and_the_others_have_stable_names(plan, markers):
    assert markers[0].action == Marker.DELETEALL
    names = [(marker.ns, marker.id) for marker in markers[1:]]
    assert len(set(names)) == len(names)
    assert {ns for ns, _ in names} == {
        'object/box', 'obstacle/post', 'way/box', 'way/left_wrist', 'way/right_wrist', 'hand/left',
        'hand/right', 'contact/left', 'contact/right'}
    assert all(m.action == Marker.ADD and m.header == HEADER for m in markers[1:])
    again = plan_markers(plan, HEADER).markers
    assert [(marker.ns, marker.id) for marker in again[1:]] == names
    # RViz draws nothing of a marker whose scale or alpha is 0 or whose quaternion is none.
    for marker in markers[1:]:
        assert marker.scale.x > 0 and marker.color.a > 0
        o = marker.pose.orientation
        assert np.linalg.norm([o.x, o.y, o.z, o.w]) == pytest.approx(1)


def test_the_object_stands_where_the_motion_says_at_several_times(plan, markers):
    shown = named(markers, 'object/box')
    frames = shown_frames(plan.motion.num_frames, SHOWN)
    assert len(shown) == SHOWN and frames[-1] == plan.motion.num_frames - 1
    for marker, frame in zip(shown, frames):
        assert marker.pose.position.z == plan.motion.object_poses[0, frame, 2].item()
        assert marker.type == Marker.TRIANGLE_LIST and len(marker.points) == 3 * 44
    alphas = [marker.color.a for marker in shown]
    assert alphas == sorted(alphas) and alphas[-1] == 1.0
    assert len(named(markers, 'obstacle/post')) == 1


def test_contacts_lie_on_the_object(plan, markers):
    mesh = load_object('library://carton').mesh
    frames = shown_frames(plan.motion.num_frames, SHOWN)
    for side in ('left', 'right'):
        marker, = named(markers, f'contact/{side}')
        assert marker.type == Marker.SPHERE_LIST and 10 < len(marker.points) <= 500
        points = torch.tensor([[p.x, p.y, p.z] for p in marker.points], dtype=torch.float64)
        distances = [
            np.abs(exact_signed_distance(
                mesh, transform_points(inverse(plan.motion.object_poses[0, frame]), points)))
            for frame in frames]
        assert np.min(distances, axis=0).max() < 0.006


def test_the_failing_object_is_red_and_the_verdict_stands_there(plan):
    markers = failure_markers(plan, DROPPED, HEADER).markers
    assert markers[0].action == Marker.DELETEALL
    for marker in named(markers, 'object/box'):
        assert color(marker) == FAILURE_COLOR
    assert color(named(markers, 'obstacle/post')[0]) != FAILURE_COLOR
    assert color(named(markers, 'hand/left')[0]) != FAILURE_COLOR
    text, = named(markers, 'failure')
    assert text.text == DROPPED.message and text.scale.z > 0
    where = plan.motion.object_poses[0, round(1.73 * plan.motion.fps), :3]
    assert (text.pose.position.x, text.pose.position.y) == (where[0].item(), where[1].item())


def test_an_obstacle_or_the_hands_can_fail_too(plan):
    hit = replace(DROPPED, code=FailureCode.HAND_OBSTACLE_COLLISION, object_id='post')
    markers = failure_markers(plan, hit, HEADER).markers
    assert color(named(markers, 'obstacle/post')[0]) == FAILURE_COLOR
    assert color(named(markers, 'object/box')[0]) != FAILURE_COLOR
    crossed = replace(
        DROPPED, code=FailureCode.HAND_HAND_COLLISION, object_id='', time=float('nan'))
    markers = failure_markers(plan, crossed, HEADER).markers
    assert color(named(markers, 'hand/left')[0]) == FAILURE_COLOR
    assert color(named(markers, 'object/box')[0]) != FAILURE_COLOR
    assert len(named(markers, 'failure')) == 1


def test_a_mesh_file_is_named_for_rviz_to_load(plan, tmp_path):
    path = tmp_path / 'block.stl'
    trimesh.creation.box((0.1, 0.1, 0.1)).export(path)
    obstacle = ObjectPlacement('block', f'file://{path}', plan.obstacles[0].pose)
    markers = plan_markers(replace(plan, obstacles=(obstacle,)), HEADER, [tmp_path]).markers
    marker, = named(markers, 'obstacle/block')
    assert marker.type == Marker.MESH_RESOURCE and marker.mesh_resource == f'file://{path}'
    assert (marker.scale.x, marker.scale.y, marker.scale.z) == (1, 1, 1) and not marker.points
    # glTF has another axis up in RViz's loader: its triangles are sent.
    other = tmp_path / 'block.glb'
    trimesh.creation.box((0.1, 0.1, 0.1)).export(other)
    obstacle = ObjectPlacement('block', f'file://{other}', plan.obstacles[0].pose)
    markers = plan_markers(replace(plan, obstacles=(obstacle,)), HEADER, [tmp_path]).markers
    assert named(markers, 'obstacle/block')[0].type == Marker.TRIANGLE_LIST


def test_the_size_is_bounded_whatever_stands_there(plan):
    pose = plan.obstacles[0].pose
    many = tuple(ObjectPlacement(f'ball{i}', 'library://ball', pose) for i in range(15))
    array = plan_markers(replace(plan, obstacles=many), HEADER)
    triangles = sum(len(marker.points) // 3 for marker in array.markers
                    if marker.type == Marker.TRIANGLE_LIST)
    assert triangles <= MAX_TRIANGLES
    assert len(serialize_message(array)) < 4_000_000


@pytest.mark.parametrize('limit, expected', [(2000, 752), (700, None), (50, 12)])
def test_a_mesh_with_too_many_triangles_is_shown_by_hulls_or_its_box(limit, expected):
    model = load_object('library://mug')
    corners = triangle_corners(model, limit)
    assert len(corners) % 3 == 0 and len(corners) <= 3 * max(limit, 12)
    if expected is not None:
        assert len(corners) == 3 * expected
    np.testing.assert_allclose(
        [corners.min(axis=0), corners.max(axis=0)], model.mesh.bounds, atol=2e-3)
