# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Left is the mirror of right, exactly, and mirroring twice is the identity."""

from hand_inputs import random_inputs
from hoi_planner.hands import mirroring
from hoi_planner.hands.open_hand import mirror_template
from hoi_planner.hands.postures import posture, POSTURES
from hypothesis import given, settings, strategies
import roma
import torch

NUMBERS = strategies.lists(
    strategies.floats(-3, 3, allow_nan=False, width=32), min_size=7, max_size=7)


@given(NUMBERS)
@settings(max_examples=50)
def test_twice_is_the_identity_bit_for_bit(numbers):
    pose = torch.tensor(numbers)
    assert torch.equal(mirroring.mirror_pose(mirroring.mirror_pose(pose)), pose)
    vector = pose[:3]
    for mirror in (mirroring.mirror_points, mirroring.mirror_rotvec):
        assert torch.equal(mirror(mirror(vector)), vector)


def test_faces_limits_and_templates_twice(right):
    assert torch.equal(mirroring.mirror_faces(mirroring.mirror_faces(right.faces)), right.faces)
    limits = right.joint_limits
    assert torch.equal(mirroring.mirror_joint_limits(mirroring.mirror_joint_limits(limits)), limits)
    assert (mirroring.mirror_joint_limits(limits)[..., 0] <= limits.new_tensor(0)).all()
    template = right.template(torch.float64)
    twice = mirror_template(mirror_template(template))
    for name in template.__annotations__:
        assert torch.equal(getattr(twice, name), getattr(template, name)), name


def test_rotations_mirror_as_matrices_do():
    rotvec = torch.randn(20, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    flip = torch.diag(torch.tensor([-1.0, 1.0, 1.0], dtype=torch.float64))
    wanted = flip @ roma.rotvec_to_rotmat(rotvec) @ flip
    mirrored = roma.rotvec_to_rotmat(mirroring.mirror_rotvec(rotvec))
    assert torch.allclose(mirrored, wanted, atol=1e-14)
    pose = torch.cat([rotvec, roma.rotvec_to_unitquat(rotvec)], dim=-1)
    turned = roma.unitquat_to_rotmat(mirroring.mirror_pose(pose)[:, 3:])
    assert torch.allclose(turned, wanted, atol=1e-14)


def test_the_left_hand_is_the_right_hand_in_a_mirror(right, left):
    wrist, fingers, shape = random_inputs(right, 10, seed=6)
    seen = right.forward(wrist, fingers, shape)
    other = left.forward(
        mirroring.mirror_pose(wrist), mirroring.mirror_rotvec(fingers), shape)
    for name in ('vertices', 'joints16', 'joints21'):
        wanted = mirroring.mirror_points(getattr(seen, name))
        assert (getattr(other, name) - wanted).abs().max() < 1e-14, name
    assert (left.anchors(other) - mirroring.mirror_points(right.anchors(seen))).abs().max() < 1e-8


def test_left_limits_hold_the_mirrored_poses(right, left):
    fingers = random_inputs(right, 20, seed=7)[1]
    low, high = left.joint_limits.double().unbind(dim=-1)
    mirrored = mirroring.mirror_rotvec(fingers)
    assert ((mirrored >= low - 1e-7) & (mirrored <= high + 1e-7)).all()


def test_left_links_and_postures_mirror(right, left):
    shape = torch.linspace(-1, 1, 10, dtype=torch.float64)
    for one, other in zip(right.convex_links(shape), left.convex_links(shape)):
        assert (one.name, one.joint) == (other.name, other.joint)
        wanted = mirroring.mirror_points(one.vertices)
        assert (other.vertices - wanted).abs().max() < 1e-14
    for name in POSTURES:
        assert torch.equal(posture(name, 'left'), mirroring.mirror_rotvec(posture(name)))
