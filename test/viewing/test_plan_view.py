# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""From a motion to arrays, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from hoi_planner.hands.registry import load_hand_model
from hoi_planner.physics.measurements import ObjectDisplacement
from hoi_planner.viewing.plan_view import plan_view, played_view


def test_hands_are_the_models_own_vertices(box_motion, box_view):
    motion, view = box_motion(), box_view()
    for row, side in enumerate(('left', 'right')):
        model = load_hand_model('open_hand', side)
        frame = model.forward(
            motion.wrist_poses[row, 5:6], motion.finger_poses[row, 5:6], motion.shapes[row:row + 1])
        assert view.hands[row].side == side
        assert np.allclose(view.hands[row].vertices[5], frame.vertices[0].numpy(), atol=1e-6)


def test_the_scene_has_its_hands_beside_the_box_with_fingers_ahead(box_view):
    view = box_view()
    left, right = (hand.vertices[0].mean(axis=0) for hand in view.hands)
    assert left[0] < -0.1 - 0.08 < -0.1 + 0.08 < right[0]
    assert left[1] > -0.05 and right[1] > -0.05


def test_without_a_simulation_the_plan_itself_is_drawn(box_model, box_motion):
    view = plan_view(box_motion(), {'box': box_model()})
    assert np.array_equal(view.objects[0].poses, box_motion().object_poses[0].numpy())
    assert view.objects[0].planned_poses is None
    assert np.isnan(view.displacement).all()


def test_a_played_motion_shows_the_object_that_strayed_farthest(box_model, box_motion):
    motion = box_motion()
    motion = motion.with_(object_ids=('box', 'other'),
                          object_poses=motion.object_poses.expand(2, -1, -1).clone())
    poses, count = motion.object_poses.numpy(), motion.num_frames
    strays = np.full((2, count), np.nan)
    strays[0, 2:], strays[1, 4:] = 0.001, np.linspace(0.0, 0.005, count - 4)
    measured = [ObjectDisplacement(name, 0.0, strays[m], strays[m], strays[m], poses[m], np.nan)
                for m, name in enumerate(motion.object_ids)]
    view = played_view(motion, {'box': box_model(), 'other': box_model()}, measured, 0.02, 0.0,
                       ('carry',))
    assert np.isnan(view.displacement[:2]).all()
    assert (view.displacement[2:5] == 0.001).all() and view.displacement[-1] == 0.005
    assert np.array_equal(view.objects[1].planned_poses, poses[1])


def test_simulated_poses_are_drawn_and_the_plan_kept_beside_them(box_model, box_motion):
    planned = box_motion().object_poses.numpy()
    simulated = planned.copy()
    simulated[..., 2] -= 0.01
    simulated[..., 3:] = Rotation.from_euler('z', 0.1).as_quat()
    view = plan_view(box_motion(), {'box': box_model()}, simulated)
    assert np.array_equal(view.objects[0].poses, simulated[0])
    assert np.array_equal(view.objects[0].planned_poses, planned[0])


def test_a_nan_is_refused_with_the_name_of_its_field(box_model, box_motion, box_view):
    simulated = box_motion().object_poses.numpy().copy()
    simulated[0, 3, 1] = np.nan
    with pytest.raises(ValueError, match=r'objects\[0\]\.poses .* index \(3, 1\)'):
        plan_view(box_motion(), {'box': box_model()}, simulated)
    view = box_view()
    vertices = view.hands[1].vertices.copy()
    vertices[2, 7, 0] = np.inf
    with pytest.raises(ValueError, match=r'hands\[1\]\.vertices .* index \(2, 7, 0\)'):
        replace(view, hands=(view.hands[0], replace(view.hands[1], vertices=vertices)))
    with pytest.raises(ValueError, match='table_height is nan'):
        replace(view, table_height=float('nan'))


def test_displacement_may_be_nan_before_the_release_only(box_view):
    view = box_view()
    late = view.displacement.copy()
    late[8] = np.nan
    with pytest.raises(ValueError, match='displacement is NaN at frame 8, after the release'):
        replace(view, displacement=late)
    infinite = view.displacement.copy()
    infinite[8] = np.inf
    with pytest.raises(ValueError, match='displacement has a number that is not finite'):
        replace(view, displacement=infinite)


def test_an_object_without_a_model_and_wrong_shapes_are_refused(box_model, box_motion, box_view):
    with pytest.raises(ValueError, match="no model of \\['box'\\]"):
        plan_view(box_motion(), {})
    with pytest.raises(ValueError, match='simulated_poses has shape'):
        plan_view(box_motion(), {'box': box_model()}, torch.zeros(2, 13, 7).numpy())
    with pytest.raises(ValueError, match='displacement has shape'):
        replace(box_view(), displacement=np.zeros(4))
