# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Objects' paths: at rest at both ends, smooth, above the table, out of each other."""

import math

import pytest
from scenes import scene_of, standing
import torch

from hoi_planner.demonstrations.scripting.clearance import Shape
from hoi_planner.demonstrations.scripting.timing import frame_times
from hoi_planner.geometry.transforms import (
    compose, inverse, pose_from_rotvec, relative, transform_points)
from hoi_planner.objects.standing import standing_pose
from hoi_planner.refinement.config import RefinementConfig
from hoi_planner.refinement.object_motion import (
    clearances, corrected_path, FADING, funneled, moves, PASSING, Placed, stays, stilled)
from hoi_planner.refinement.push_out import pushed_out
from hoi_planner.refinement.resting import resting_pose, seat_of

TIMES = frame_times(4.0)


def arc(start, way, height):
    """Return a path (N, 7) that goes up, over and down between 1 s and 3 s."""
    share = ((TIMES - 1) / 2).clamp(0, 1)
    path = start.expand(len(TIMES), 7).clone()
    path[:, :3] += share[:, None] * torch.tensor(way, dtype=torch.float64)
    path[:, 2] += height * torch.sin(math.pi * share)
    return path


def test_a_sampled_path_off_by_centimetres_is_brought_home():
    placed = standing('library://ball', x=0.4, y=-0.1)
    sampled = arc(placed.pose, (0.1, 0.2, 0.0), 0.15)
    sampled[:, :3] += torch.tensor([0.015, -0.01, -0.012])
    end = standing_pose(placed.model, 0.51, 0.11)
    path = corrected_path(sampled, placed.pose, end, (1.0, 3.0), TIMES, Shape(placed.model), (),
                          0.0, RefinementConfig())
    before, after = TIMES <= 1.0, TIMES >= 3.0
    torch.testing.assert_close(path[before], placed.pose.expand(int(before.sum()), 7))
    torch.testing.assert_close(path[after], end.expand(int(after.sum()), 7))
    lowest = transform_points(path, torch.tensor(placed.model.mesh.vertices))[..., 2].amin(dim=1)
    assert lowest.min() > -1e-4
    speed = (path[1:, :3] - path[:-1, :3]).norm(dim=1) * 30
    assert speed.max() < 1.0
    assert (speed[1:] - speed[:-1]).abs().max() * 30 < 12.0


def test_a_path_into_another_object_is_pushed_out():
    thing = standing('library://ball', x=0.4, y=-0.2)
    block = standing('library://ball', x=0.41, y=0.0, name='other')
    sampled = arc(thing.pose, (0.0, 0.4, 0.0), 0.075)       # a centimetre and more too low
    still = block.pose.expand(len(TIMES), 7)
    shapes = Shape(thing.model), Shape(block.model)
    path = pushed_out(sampled, shapes[0], [(shapes[1], still)], 0.0,
                      [torch.full_like(TIMES, 0.004)])

    def least(poses):
        local = transform_points(compose(inverse(still), poses), shapes[0].points)
        return shapes[1].distance(local).min().item()

    assert least(sampled) < -0.01
    assert least(path) > 0.001
    torch.testing.assert_close(path[[0, -1]], sampled[[0, -1]])
    assert (path[1:, :3] - path[:-1, :3]).norm(dim=1).max() < 0.04


@pytest.mark.parametrize('apart, kept', [(0.25, 0.015), (0.01, 0.01)])
def test_in_passing_it_keeps_farther_from_another_object_than_where_it_is_used(apart, kept):
    thing = standing('library://ball', x=0.4, y=-0.2)
    size = 2 * thing.pose[2].item()
    other = standing('library://ball', x=0.4, y=-0.2 + size + apart, name='other')
    shape, end = Shape(thing.model), thing.pose.clone()
    end[1] -= 0.3
    path = torch.cat([thing.pose.expand(len(TIMES) - 1, 7), end[None]])
    still = other.pose.expand(len(TIMES), 7)
    found = clearances(path, shape, Placed(Shape(other.model), still, still), (1.0, 3.9), TIMES,
                       RefinementConfig())
    torch.testing.assert_close(
        found[TIMES <= 1.0 + PASSING],
        torch.full_like(found[TIMES <= 1.0 + PASSING], kept), rtol=0.0, atol=1e-3)
    middle = (TIMES > 1.0 + PASSING + FADING) & (TIMES < 3.9 - PASSING - FADING)
    assert middle.any() and (found[middle] == RefinementConfig().clearance).all()
    assert (found[TIMES >= 3.9 - PASSING] == RefinementConfig().passing).all()


def test_what_rests_on_another_object_keeps_no_more_from_it_near_there():
    ball, plate = standing('library://ball', name='ball'), standing('library://plate', name='plate')
    on = plate.pose.clone()
    on[2] += 0.06
    path = torch.stack([ball.pose + torch.tensor([0.5, 0, 0, 0, 0, 0, 0]), on]).repeat_interleave(
        len(TIMES) // 2, dim=0)
    scene = scene_of(ball, plate)
    end = resting_pose(scene, 0, on, [Shape(ball.model), Shape(plate.model)], {1: plate.pose})
    path = torch.cat([path, end.expand(len(TIMES) - len(path), 7)])
    path[-1] = end
    still = plate.pose.expand(len(TIMES), 7)
    found = clearances(path, Shape(ball.model), Placed(Shape(plate.model), still, still),
                       (0.5, 3.9), TIMES, RefinementConfig())
    assert (found[TIMES > 3.0] == RefinementConfig().clearance).all()
    assert (found[TIMES < 1.0] == RefinementConfig().passing).all()


def test_near_another_object_the_way_relative_to_it_is_kept():
    tool, target = (standing('library://spoon', x=0.4, y=-0.15, name='spoon'),
                    standing('library://plate', x=0.4, y=0.1, name='plate'))
    shapes = Shape(tool.model), Shape(target.model)
    sampled = arc(tool.pose, (0.0, 0.0, 0.0), 0.0)
    over = target.pose.clone()
    over[2] += 0.06
    middle = (TIMES > 1.6) & (TIMES < 2.4)
    sampled[middle] = torch.cat([over[:3], tool.pose[3:]])
    off = torch.tensor([0.02, -0.015, 0.0, 0, 0, 0, 0])
    other = Placed(shapes[1], target.pose.expand(len(TIMES), 7),
                   (target.pose + off).expand(len(TIMES), 7))
    path = corrected_path(sampled, tool.pose, tool.pose, (1.0, 3.0), TIMES, shapes[0], [other],
                          0.0, RefinementConfig())
    frame = int(2.0 * 30)
    torch.testing.assert_close(
        path[frame, :2], (sampled[frame] - off)[:2], rtol=0.0, atol=2e-3)


def test_a_lid_comes_down_along_the_axis_of_its_seat():
    jar, lid = standing('library://jar', name='jar'), standing('library://jar_lid', name='lid')
    seat = seat_of(jar, jar.pose, lid).expand(len(TIMES), 7)
    assert seat_of(jar, jar.pose, standing('library://spoon', name='spoon')) is None
    heights = torch.linspace(0.3, 0.0, len(TIMES), dtype=torch.float64)
    path = seat.clone()
    path[:, :3] += torch.stack([0.03 + 0 * heights, -0.02 + 0 * heights, heights], dim=1)
    tilt, turn = (pose_from_rotvec(torch.zeros(3, dtype=torch.float64), torch.tensor(
        rotvec, dtype=torch.float64)) for rotvec in ([0.2, 0.1, 0.0], [0.0, 0.0, 1.1]))
    path = compose(path, compose(tilt, turn))
    found = relative(seat, funneled(path, seat))
    low = heights < 0.015
    torch.testing.assert_close(found[low, :2], torch.zeros(int(low.sum()), 2).double())
    torch.testing.assert_close(found[low, 2], heights[low])
    torch.testing.assert_close(found[low, 3:5], torch.zeros(int(low.sum()), 2).double())
    assert (2 * torch.atan2(found[low, 5], found[low, 6]) - 1.1).abs().max() < 0.02
    far = heights > 0.2
    torch.testing.assert_close(found[far], relative(seat, path)[far])


def test_noise_about_the_start_is_a_stay_and_a_lift_is_none():
    pose, config = standing('library://bowl').pose, RefinementConfig()
    assert stays(arc(pose, (0.03, 0.02, 0.0), 0.02), pose, config)
    assert not stays(arc(pose, (0.0, 0.0, 0.0), 0.06), pose, config)
    assert not stays(arc(pose, (0.1, 0.0, 0.0), 0.0), pose, config)
    assert not moves(arc(pose, (0.03, 0.02, 0.0), 0.02), pose, config)
    assert moves(arc(pose, (0.0, 0.0, 0.0), 0.06), pose, config)


def test_between_two_hands_it_rests():
    path = stilled(arc(standing('library://ball').pose, (0.2, 0.1, 0.0), 0.1), TIMES, 1.7, 2.2)
    quiet = path[(TIMES >= 1.7) & (TIMES <= 2.2)]
    torch.testing.assert_close(quiet, quiet[:1].expand_as(quiet), rtol=0.0, atol=1e-9)


def test_it_is_set_down_on_the_table_upright_with_its_yaw():
    placed = standing('library://mug', name='mug')
    scene = scene_of(placed)
    tilt = pose_from_rotvec(torch.tensor([0.3, 0.1, 0.02], dtype=torch.float64),
                            torch.tensor([0.15, -0.1, 0.0], dtype=torch.float64))
    truth = standing_pose(placed.model, 0.0, 0.0, 0.8)
    sampled = compose(tilt, truth)
    found = resting_pose(scene, 0, sampled, [Shape(placed.model)], {})
    expected = standing_pose(placed.model, sampled[0].item(), sampled[1].item(), 0.8)
    torch.testing.assert_close(found, expected, rtol=0.0, atol=5e-3)


def test_a_target_of_the_scene_is_where_it_ends():
    placed = standing('library://mug', name='mug')
    goal = standing_pose(placed.model, 0.3, 0.2, 1.0)
    scene = scene_of(placed, targets={'mug': goal})
    assert torch.equal(resting_pose(scene, 0, placed.pose, [Shape(placed.model)], {}), goal)


def test_over_a_pan_it_is_set_down_in_the_pan():
    mug, pan = standing('library://mug', name='mug'), standing('library://pan', name='pan')
    scene, shapes = scene_of(mug, pan), [Shape(mug.model), Shape(pan.model)]
    found = resting_pose(scene, 0, pan.pose, shapes, {1: pan.pose})
    gap = shapes[1].distance(transform_points(
        compose(inverse(pan.pose), found), shapes[0].points)).min().item()
    assert 0.0 < gap < 2e-3
    assert found[2] > mug.pose[2]


@pytest.mark.parametrize('off', [0.06, 0.09])
def test_beside_the_middle_of_a_pan_it_stands_on_the_floor_and_not_on_the_wall(off):
    mug, pan = standing('library://mug', name='mug'), standing('library://pan', name='pan')
    scene, shapes = scene_of(mug, pan), [Shape(mug.model), Shape(pan.model)]
    inside = torch.tensor(pan.model.affordances.frames['inside'][:3], dtype=torch.float64)
    middle = compose(pan.pose, torch.cat([inside, mug.pose[3:]]))
    sampled = middle.clone()
    sampled[1] += off
    found, centred = (
        resting_pose(scene, 0, pose, shapes, {1: pan.pose}) for pose in (sampled, middle))
    assert found[2] - centred[2] < 1.5e-3
    assert (found - sampled)[:2].norm() < (centred - sampled)[:2].norm()
