# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The channels: packing undone, comb of what was packed, masks by counting."""

from motions import random_poses
import pytest
import torch

from hoi_planner.motion.body_layout import Bodies, BodyLayout
from hoi_planner.motion.relative_motion import joints_in_world, object_poses_in_world


def bodies(layout, batch=2, frames=5, dtype=torch.float32):
    """Return scenes about half a metre wide."""
    generator = torch.Generator().manual_seed(1)
    poses = random_poses(generator, batch, layout.max_objects, frames)
    poses[..., :3] *= 0.2
    joints = 0.2 * torch.randn(
        batch, layout.num_hands, frames, layout.num_joints, 3, generator=generator)
    return Bodies.of(poses.to(dtype), joints.to(dtype))


@pytest.mark.parametrize('layout', [
    BodyLayout(), BodyLayout(1, 1), BodyLayout(2, 2, 22), BodyLayout(4, 1, 5)])
def test_unpacking_undoes_packing(layout):
    given = bodies(layout)
    channels = layout.pack(given)
    assert channels.shape == (2, 5, layout.width) and sum(layout.sizes) == layout.width
    found = layout.unpack(channels)
    for name in ('object_poses', 'joints', 'relative_poses', 'relative_joints'):
        assert torch.equal(getattr(found, name), getattr(given, name)), name


def test_comb_of_a_body_and_what_is_relative_to_it_is_the_other_body():
    """The issue's comb(a, rel(a, b)) = b to 1e-6, in single precision, quaternions' signs too."""
    layout = BodyLayout()
    found = layout.unpack(layout.pack(bodies(layout)))
    opinions = object_poses_in_world(found.object_poses, found.relative_poses)
    wanted = found.object_poses[:, [b2 for _, b2 in layout.pairs]]
    torch.testing.assert_close(opinions, wanted, atol=1e-6, rtol=0)
    joints = joints_in_world(found.object_poses, found.relative_joints)
    torch.testing.assert_close(
        joints, found.joints[:, None].expand_as(joints), atol=1e-6, rtol=0)


def test_the_mask_covers_every_channel_of_an_absent_body_and_no_other():
    layout = BodyLayout(3, 2, 21)
    given = bodies(layout, batch=1)
    object_mask, hand_mask = torch.tensor([[True, False, True]]), torch.tensor([[False, True]])
    mask = layout.channel_mask(object_mask, hand_mask)
    assert mask.sum() == 7 * 2 + 63 + 7 * 2 + 63 * 2        # m = 2, n = 1
    # Other numbers for the absent bodies change exactly what follows from them.
    moved = bodies(layout, batch=1, dtype=torch.float64)
    poses = torch.where(object_mask[..., None, None], given.object_poses, moved.object_poses + 1)
    joints = torch.where(hand_mask[..., None, None, None], given.joints, moved.joints + 1)
    before, after = layout.pack(given), layout.pack(Bodies.of(poses.float(), joints.float()))
    assert torch.equal((before == after).all(dim=1), mask)


def test_another_width_is_refused():
    with pytest.raises(ValueError, match='566 channels, the layout has 567'):
        BodyLayout().unpack(torch.zeros(1, 4, 566))
    with pytest.raises(ValueError, match='max_objects is 0, must be at least 1'):
        BodyLayout(max_objects=0)
