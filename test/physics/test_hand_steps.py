# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""How prescribed hands go from frame to frame: smoothly, and as one rigid body."""

from hoi_planner.geometry.transforms import compose, inverse, relative, rotation_angle
from hoi_planner.motion.smooth_paths import smooth_poses
from hoi_planner.physics.hand_steps import step_poses, step_velocities
import roma
import torch

SUBSTEPS, FPS = 8, 30.0


def wrist_path(frames=20):
    """Return a wrist (N, 7) that moves and turns at a changing rate."""
    t = torch.arange(frames, dtype=torch.float64) / FPS
    place = torch.stack([0.3 * t**2, 0.2 * torch.sin(4 * t), 0.1 * t], dim=1)
    turn = torch.stack([2.0 * t, t**2, 1.5 * torch.sin(3 * t)], dim=1)
    return torch.cat([place, roma.rotvec_to_unitquat(turn)], dim=1)


def links(frames=20):
    """Return a wrist and four bodies fixed to it, of shape (5, N, 7)."""
    generator = torch.Generator().manual_seed(3)
    local = torch.cat([
        0.1 * torch.randn(5, 3, generator=generator, dtype=torch.float64),
        roma.random_unitquat(5, dtype=torch.float64)], dim=1)
    local[0] = torch.tensor([0, 0, 0, 0, 0, 0, 1.0])
    return compose(wrist_path(frames)[None], local[:, None].expand(5, frames, 7))


def test_frames_are_met_exactly():
    poses = links()
    steps = step_poses(poses, FPS, SUBSTEPS)[::SUBSTEPS].transpose(0, 1)
    torch.testing.assert_close(steps[..., :3], poses[..., :3], atol=1e-12, rtol=0)
    assert rotation_angle(steps[..., 3:], poses[..., 3:]).max() < 1e-6


def test_a_still_hand_is_rigid_between_frames():
    steps = step_poses(links(), FPS, SUBSTEPS)
    local = relative(steps[:, :1], steps)
    torch.testing.assert_close(local, local[:1].expand_as(local), atol=1e-9, rtol=0)


def test_velocity_does_not_jump_at_frames():
    steps = smooth_poses(wrist_path(), SUBSTEPS)
    velocity = (steps[1:, :3] - steps[:-1, :3]) * FPS * SUBSTEPS
    jumps = (velocity[1:] - velocity[:-1]).norm(dim=1)
    at_frames = jumps[SUBSTEPS - 1::SUBSTEPS]
    assert at_frames.max() < 1.5 * jumps.median() + 1e-3


def test_velocities_of_a_still_hand_are_one_rigid_field():
    steps = step_poses(links(), FPS, SUBSTEPS)
    velocities = step_velocities(steps, 1 / (FPS * SUBSTEPS))[40]
    spin = velocities[:, 3:]
    torch.testing.assert_close(spin, spin[:1].expand_as(spin), atol=1e-9, rtol=0)
    offset = steps[40, :, :3] - steps[40, :1, :3]
    expected = velocities[:1, :3] + torch.linalg.cross(spin, offset)
    torch.testing.assert_close(velocities[:, :3], expected, atol=1e-9, rtol=0)


def test_the_field_takes_the_hands_middle_to_the_next_step():
    timestep = 1 / (FPS * SUBSTEPS)
    steps = step_poses(links(), FPS, SUBSTEPS)
    velocities, now = step_velocities(steps, timestep)[33], steps[33]
    middle = now[:, :3].mean(dim=0)
    speed = velocities[0, :3] + torch.linalg.cross(velocities[0, 3:], middle - now[0, :3])
    moved = compose(compose(steps[34, 0], inverse(steps[33, 0])), torch.cat(
        [middle, torch.tensor([0, 0, 0, 1.0], dtype=torch.float64)]))
    torch.testing.assert_close(middle + timestep * speed, moved[:3], atol=1e-12, rtol=0)


def test_nothing_moves_after_the_last_step():
    velocities = step_velocities(step_poses(links(), FPS, SUBSTEPS), 1 / (FPS * SUBSTEPS))
    assert not velocities[-1].any()


def test_links_are_interpolated_only_where_fingers_bend():
    poses = links()
    bends = torch.zeros(poses.shape[1] - 1, dtype=torch.bool)
    bends[7:9] = True
    turn = torch.tensor([0.3, 0.2, 0.1], dtype=torch.float64)
    for frame, share in ((8, 0.4), *((later, 1.0) for later in range(9, poses.shape[1]))):
        poses[1:, frame, 3:] = roma.quat_product(
            poses[1:, frame, 3:], roma.rotvec_to_unitquat(share * turn).expand(4, 4))
    everywhere, where_bent = (step_poses(poses, FPS, SUBSTEPS, which) for which in (None, bends))
    torch.testing.assert_close(where_bent, everywhere, atol=1e-12, rtol=0)
    timestep, by_step = 1 / (FPS * SUBSTEPS), bends.repeat_interleave(SUBSTEPS)
    torch.testing.assert_close(
        step_velocities(everywhere, timestep, by_step), step_velocities(everywhere, timestep),
        atol=1e-9, rtol=0)
    still = step_velocities(everywhere, timestep, torch.zeros_like(by_step))
    assert (still - step_velocities(everywhere, timestep)).abs().max() > 1.0
