# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The open hand obeys the contract, and smplx's own MANO layer poses it the same way."""

from hand_inputs import random_inputs, rest_inputs, rotate
from hoi_planner.hands.contract import NUM_ANCHORS, OPENPOSE_FROM_MANO
from hoi_planner.hands.hand_measures import count_self_intersections, mesh_of, pose_hand
from hoi_planner.hands.postures import posture
import numpy as np
import pytest
import roma
import torch
import trimesh

FINGERTIPS = [4, 8, 12, 16, 20]     # thumb to pinky among OpenPose's 21


def smplx_layer(hand, dtype):
    """Return smplx's MANO layer fed with the open hand's arrays."""
    body_models = pytest.importorskip('smplx.body_models')
    utils = pytest.importorskip('smplx.utils')
    template = hand.template(torch.float64)
    parents = np.array([-1, 0, 1, 2, 0, 4, 5, 0, 7, 8, 0, 10, 11, 0, 13, 14])
    struct = utils.Struct(
        v_template=template.vertices.numpy(),
        shapedirs=template.shape_directions.permute(1, 2, 0).numpy(),
        posedirs=template.pose_directions.permute(1, 2, 0).numpy(),
        J_regressor=template.joint_regressor.numpy(), weights=template.weights.numpy(),
        f=hand.faces.numpy(), hands_mean=np.zeros(45), hands_components=np.eye(45),
        kintree_table=np.stack([parents, np.arange(16)]))
    return body_models.MANO(
        model_path='', data_struct=struct, dtype=dtype, use_pca=False, flat_hand_mean=True,
        is_rhand=hand.side == 'right')


@pytest.mark.parametrize('dtype, tolerance', [(torch.float64, 1e-7), (torch.float32, 1e-5)])
def test_smplx_poses_our_arrays_as_we_do(hand, dtype, tolerance):
    wrist, fingers, shape = random_inputs(hand, 20, seed=1, dtype=dtype)
    ours = hand.forward(wrist, fingers, shape)
    layer = smplx_layer(hand, dtype)
    theirs = layer(
        betas=shape, global_orient=roma.unitquat_to_rotvec(wrist[:, 3:]),
        hand_pose=fingers.flatten(1), transl=torch.zeros_like(wrist[:, :3]))
    # smplx adds 1e-8 to each rotation angle, and so differs by some 1e-8 m in float64 too.
    # smplx turns the hand about joint 0 at rest; our wrist pose says where joint 0 is.
    shift = wrist[:, None, :3] - theirs.joints[:, :1]
    assert (ours.vertices - theirs.vertices - shift).abs().max() < tolerance
    assert (ours.joints16 - theirs.joints - shift).abs().max() < tolerance


def test_output_obeys_the_contract(hand):
    wrist, fingers, shape = random_inputs(hand, 5, seed=2)
    output = hand.forward(wrist, fingers, shape)
    assert output.vertices.shape == (5, hand.num_vertices, 3)
    assert output.joints21.shape == (5, 21, 3) and output.transforms.shape == (5, 16, 4, 4)
    both = torch.cat([output.joints16, output.vertices[:, hand.tips]], dim=1)
    assert torch.equal(output.joints21, both[:, list(OPENPOSE_FROM_MANO)])
    assert torch.equal(output.transforms[:, :, :3, 3], output.joints16)
    assert torch.allclose(output.joints16[:, 0], wrist[:, :3], atol=1e-12)
    assert torch.allclose(
        output.transforms[:, 0, :3, :3], roma.unitquat_to_rotmat(wrist[:, 3:]), atol=1e-12)
    assert hand.anchors(output).shape == (5, NUM_ANCHORS, 3)


def test_the_wrist_moves_the_hand_rigidly(hand):
    wrist, fingers, shape = random_inputs(hand, 5, seed=3)
    moved = hand.forward(wrist, fingers, shape).vertices
    still = hand.forward(rest_inputs(5)[0], fingers, shape).vertices
    assert torch.allclose(moved, rotate(wrist, still), atol=1e-12)


def test_model_axes(right, left):
    joints = right.forward(*rest_inputs()).joints21[0]
    tips = joints[FINGERTIPS[1:]]
    assert (tips[:, 0] < -0.14).all() and (tips[:, 2].diff() < -0.01).all()
    assert joints[4, 2] > tips[0, 2] + 0.02                     # the thumb stands at +z
    flexed = torch.zeros(1, 15, 3, dtype=torch.float64)
    flexed[:, [0, 3, 6, 9], 2] = 1.0
    bent = right.forward(rest_inputs()[0], flexed, rest_inputs()[2]).joints21[0]
    assert (bent[FINGERTIPS[1:], 1] < tips[:, 1] - 0.05).all()  # +z flexes towards -y, the palm
    assert torch.equal(left.forward(*rest_inputs()).joints21[0, :, 0], -joints[:, 0])


def test_anthropometry(right):
    """Hand length 187 mm and the Buchholz fractions of it hold on the joints."""
    joints = right.forward(*rest_inputs()).joints21[0]
    assert joints[12, 0].abs().item() == pytest.approx(0.187, abs=0.001)
    lengths = (joints[[6, 7, 8, 10, 11, 12]] - joints[[5, 6, 7, 9, 10, 11]]).norm(dim=-1) / 0.187
    assert lengths.tolist() == pytest.approx([0.245, 0.143, 0.097, 0.266, 0.170, 0.108], abs=0.004)
    metacarpals = joints[[5, 9, 13, 17]].norm(dim=-1) / 0.187
    assert metacarpals.tolist() == pytest.approx([0.463, 0.446, 0.421, 0.414], rel=0.04)
    mesh = mesh_of(right, right.forward(*rest_inputs()))
    palm = right.template(torch.float64).weights[:, 13:].sum(dim=1).numpy() < 0.1
    knuckles = mesh.vertices[palm & (np.abs(mesh.vertices[:, 0] + 0.075) < 0.01)]
    assert np.ptp(knuckles[:, 2]) == pytest.approx(0.085, abs=0.006)
    middle = knuckles[np.abs(knuckles[:, 2]) < 0.012]
    assert np.ptp(middle[:, 1]) == pytest.approx(0.028, abs=0.003)


def test_watertight_for_100_random_shapes_and_poses(hand):
    """
    Topology holds by construction; so volume, orientation and faces are asked for too.

    Self-intersection is not excluded here: limits allow postures with fingers through each other.
    """
    output = hand.forward(*random_inputs(hand, 100, seed=4))
    assert torch.isfinite(output.vertices).all()
    for vertices in output.vertices.numpy():
        mesh = trimesh.Trimesh(vertices, hand.faces.numpy(), process=False)
        assert mesh.is_watertight and mesh.is_winding_consistent and mesh.euler_number == 2
        assert mesh.body_count == 1
        assert 150e-6 < mesh.volume < 600e-6
        assert mesh.area_faces.min() > 1e-9         # 0.001 square millimetres


def test_no_self_intersection_in_open_postures(right):
    for name in ('flat', 'rest', 'spread', 'relaxed_palm'):
        assert count_self_intersections(mesh_of(right, pose_hand(right, posture(name)))) == 0, name


def test_the_template_is_a_good_mesh(right):
    mesh = mesh_of(right, right.forward(*rest_inputs()))
    assert 1500 <= len(mesh.vertices) <= 3000
    assert np.degrees(mesh.face_angles.min()) > 10
    assert mesh.edges_unique_length.max() < 0.012


def test_a_fist_keeps_its_volume(right):
    flat = mesh_of(right, pose_hand(right, posture('flat'))).volume
    fist = mesh_of(right, pose_hand(right, posture('fist'))).volume
    assert abs(fist / flat - 1) < 0.05


def test_skinning_weights(right):
    weights = right.template(torch.float64).weights
    assert torch.allclose(weights.sum(dim=1), torch.ones(len(weights), dtype=torch.float64))
    assert (weights >= 0).all() and ((weights > 0).sum(dim=1) <= 4).all()
    # No finger takes weight beyond the web: the ends of the fingers follow their own joints only.
    vertices = right.template(torch.float64).vertices
    for joint, others in ((3, (1, 2, 3)), (6, (4, 5, 6)), (9, (7, 8, 9)), (12, (10, 11, 12))):
        mine = weights[:, joint] > 0.5
        assert mine.sum() > 30
        assert torch.allclose(weights[mine][:, others].sum(dim=1), torch.ones(1).double())
        assert vertices[mine, 0].max() < -0.11


def test_gradients(right):
    wrist, fingers, shape = random_inputs(right, 1, seed=5)
    chosen = torch.tensor([0, 400, 900, 1500, 2200])

    def some(*inputs):
        output = right.forward(*inputs)
        return output.vertices[:, chosen], output.joints21

    inputs = tuple(t.requires_grad_(True) for t in (wrist, fingers, shape))
    assert torch.autograd.gradcheck(some, inputs, eps=1e-6, atol=1e-6)


def test_gradients_are_finite_at_the_zero_pose(right):
    inputs = [t.requires_grad_(True) for t in rest_inputs()]
    right.forward(*inputs).vertices.square().sum().backward()
    assert all(torch.isfinite(t.grad).all() and t.grad.abs().max() > 0 for t in inputs)


@pytest.mark.parametrize('place, wrong, name', [
    (0, (2, 6), 'wrist_pose'), (1, (2, 16, 3), 'finger_pose'), (1, (2, 45), 'finger_pose'),
    (1, (3, 15, 3), 'finger_pose'), (2, (2, 9), 'shape')])
def test_wrong_shapes_are_refused(right, place, wrong, name):
    inputs = list(rest_inputs(2))
    inputs[place] = torch.zeros(wrong, dtype=torch.float64)
    with pytest.raises(ValueError, match=f'{name} has shape'):
        right.forward(*inputs)
