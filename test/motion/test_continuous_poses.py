# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Signs of quaternions: the same rotations, no jumps, one start, whatever signs were given."""

from hypothesis import given, settings
from hypothesis import strategies as st
import torch

from hoi_planner.geometry.transforms import pose_from_rotvec
from hoi_planner.motion.continuous_poses import continuous_poses, with_canonical_start
from hoi_planner.motion.relative_motion import relative_object_poses


def tumbling(seed, frames=60):
    """Return poses (3, N, 7) that turn by up to 9 degrees a frame, more than once around."""
    generator = torch.Generator().manual_seed(seed)
    axis = torch.nn.functional.normalize(
        torch.randn(3, 1, 3, generator=generator, dtype=torch.float64), dim=-1)
    angles = torch.rand(3, frames, 1, generator=generator, dtype=torch.float64).cumsum(dim=1)
    start = 6.28 * torch.rand(3, 1, 1, generator=generator, dtype=torch.float64)
    return pose_from_rotvec(axis.expand(-1, frames, -1), axis * (start + 0.16 * angles))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**16))
def test_any_signs_give_the_same_continuous_motion(seed):
    poses = tumbling(seed)
    signs = torch.randint(0, 2, (3, 60, 1),
                          generator=torch.Generator().manual_seed(seed + 1)) * 2.0 - 1
    flipped = torch.cat([poses[..., :3], signs * poses[..., 3:]], dim=-1)
    found = continuous_poses(flipped)
    assert torch.equal(found, continuous_poses(poses))
    assert torch.equal(found.abs(), poses.abs())
    assert (found[:, 0, 6] >= 0).all()
    # 0.16 rad a frame is 0.08 in the quaternion; a jump would be 2.
    assert found[..., 3:].diff(dim=1).norm(dim=-1).max() < 0.081
    assert relative_object_poses(found)[..., 3:].diff(dim=1).norm(dim=-1).max() < 0.17


def test_a_whole_turn_ends_at_the_other_sign():
    angles = torch.linspace(0, 2 * torch.pi, 50, dtype=torch.float64)
    axis = torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64)
    found = continuous_poses(pose_from_rotvec(axis.expand(50, 3), angles[:, None] * axis))
    torch.testing.assert_close(found[[0, -1], 6], torch.tensor([1.0, -1.0]).double())


def test_the_start_is_canonical_where_w_is_0():
    poses = torch.zeros(1, 3, 7)
    poses[0, :, 4] = -1.0
    assert (with_canonical_start(poses)[0, :, 4] == 1.0).all()
    assert torch.equal(with_canonical_start(-poses)[..., 3:], -poses[..., 3:])
