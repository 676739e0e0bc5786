# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Bodies fitted to 22 joints, through smplx on an SMPL-X-shaped model."""

from hoi_planner.hands.fitting.body_linkage import BodyLinkage, BodySkeleton
from hoi_planner.hands.fitting.fit_body import BODY_CONFIG, body_skeleton, fit_body
import pytest
import roma
from synthetic_smplx import write_model
import torch

smplx = pytest.importorskip('smplx')
FRAMES = 20


@pytest.fixture(scope='module')
def model(tmp_path_factory):
    """Return smplx's own layer."""
    path = tmp_path_factory.mktemp('smplx') / 'SMPLX_NEUTRAL.npz'
    write_model(path)
    return smplx.SMPLX(
        str(path), dtype=torch.float64, batch_size=FRAMES, use_pca=False, flat_hand_mean=True)


def body_motion(seed: int = 0):
    """Return orientations (N, 3), translations (N, 3), poses (N, 21, 3) and betas (10,)."""
    generator = torch.Generator().manual_seed(seed)

    def uniform(*size):
        return torch.rand(*size, generator=generator, dtype=torch.float64)

    share = torch.linspace(0, 1, FRAMES, dtype=torch.float64)
    poses = 0.6 * (share[:, None, None] + 6.28 * uniform(1, 21, 3)).sin()
    turn = 1.5 * (share[:, None] + 6.28 * uniform(1, 3)).sin()
    return turn, share[:, None] * uniform(3), poses, 2 * uniform(10) - 1


def joints_of(model, turn, place, poses, betas):
    """Return the 22 joints (N, 22, 3) that smplx gives."""
    return model(betas=betas.expand(FRAMES, -1), global_orient=turn, transl=place,
                 body_pose=poses.flatten(1)).joints[:, :22].detach()


def test_joints_of_smplx_are_recovered(model):
    turn, place, poses, betas = body_motion()
    joints = joints_of(model, turn, place, poses, betas)
    fit = fit_body(model, joints, betas)
    again = joints_of(model, fit.orientations, fit.translations, fit.body_poses, betas)
    distance = (again - joints).norm(dim=-1)
    assert fit.converged and distance.max() < 5e-4
    assert (fit.errors - distance.mean(dim=1)).abs().max() < 1e-7
    assert (fit.translations - place).abs().max() < 1e-3


def test_a_guessed_pose_decides_what_positions_leave_open(model):
    turn, place, poses, betas = body_motion()
    joints = joints_of(model, turn, place, poses, betas)
    near = poses + 0.02
    fit = fit_body(model, joints, betas, pose_guess=near)
    assert fit.errors.max() < 5e-4
    angle = roma.rotmat_geodesic_distance(
        roma.rotvec_to_rotmat(fit.body_poses), roma.rotvec_to_rotmat(poses))
    assert angle.max() < 0.08
    # Head, hands and feet have no joint beyond them: they stay as guessed.
    assert (fit.body_poses - near)[:, [9, 10, 14, 19, 20]].abs().max() < 1e-6


def test_noise_is_left_out_and_velocity_smooths(model):
    turn, place, poses, betas = body_motion()
    joints = joints_of(model, turn, place, poses, betas)
    generator = torch.Generator().manual_seed(3)
    noise = 0.02 * torch.randn(joints.shape, generator=generator, dtype=torch.float64)
    fit = fit_body(model, joints + noise, betas)
    assert fit.errors.mean() < noise.norm(dim=-1).mean()
    smooth = fit_body(model, joints + noise, betas, type(BODY_CONFIG)(
        position=3.0, velocity=100.0, natural=1e-5))
    assert smooth.translations.diff(n=2, dim=0).norm() < fit.translations.diff(n=2, dim=0).norm()


def test_the_jacobian_is_that_of_automatic_differentiation(model):
    _, _, poses, betas = body_motion(seed=1)
    linkage = BodyLinkage(body_skeleton(model, betas), torch.zeros(1, 1, 63).double())
    values = poses[:1].reshape(1, 1, 63)
    slopes = torch.autograd.functional.jacobian(
        lambda v: linkage.pose(v).points, values).reshape(63, 63)
    assert (linkage.jacobian(linkage.pose(values))[0, 0, :63] - slopes).abs().max() < 1e-9


def test_bad_input_is_refused(model):
    joints, betas = torch.zeros(3, 22, 3), torch.zeros(10)
    broken = joints.clone()
    broken[1, 4] = torch.inf
    with pytest.raises(ValueError, match='not finite in frame 1, joint 4'):
        fit_body(model, broken, betas)
    with pytest.raises(ValueError, match=r'betas has shape \(4,\), must be \(10,\)'):
        fit_body(model, joints, torch.zeros(4))
    with pytest.raises(ValueError, match='pose_guess has 2 frames'):
        fit_body(model, joints, betas, pose_guess=torch.zeros(2, 21, 3))
    with pytest.raises(ValueError, match='joints must follow their parents'):
        BodySkeleton(torch.zeros(3, 3), (-1, 2, 0))
