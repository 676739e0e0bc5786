# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Fit hands to noisy joints: ours against the paper's AdamW, loss, error and time.

SyncDiff's supplement, C.2 and Table 8 (TACO): poses start at zero, AdamW with lr 0.01 over all
frames. The baseline's forward pass skins the five tips alone, as ours does, not the whole mesh.
Times are of one thread on a machine that others use: medians, CPU and wall.

From the root: PYTHONPATH=. python bench/hand_fitting.py --epochs 1000 5000
"""

import argparse
from dataclasses import dataclass
import statistics
import time

from hoi_planner.geometry.transforms import pose_from_rotvec
from hoi_planner.hands.anatomical_pose import finger_pose, limits
from hoi_planner.hands.contract import HandModel, OPENPOSE_FROM_MANO
from hoi_planner.hands.fitting.config import FitConfig
from hoi_planner.hands.fitting.fit_hand import fit_hand
from hoi_planner.hands.linear_blend_skinning import (
    pose_template, shaped_vertices, SkinnedTemplate)
from hoi_planner.hands.registry import load_hand_model
import roma
import torch

POSITION, ANGLE, VELOCITY = 1.0, 0.2, 0.03
NATURAL = {'natural 0': 0.0, 'natural 5e-4 (default)': FitConfig().natural}


@dataclass(frozen=True)
class Problem:
    """Noisy joints of one hand, and what they were."""

    model: HandModel
    shape: torch.Tensor     # (10,)
    noisy: torch.Tensor     # (N, 21, 3) metres
    clean: torch.Tensor     # (N, 21, 3)


def make_problem(side: str, frames: int, noise: float, seed: int) -> Problem:
    """Return a hand whose angles and wrist wander smoothly within natural limits."""
    generator = torch.Generator().manual_seed(seed)

    def uniform(*size):
        return torch.rand(*size, generator=generator, dtype=torch.float64)

    model = load_hand_model('open_hand', side)
    share = torch.linspace(0, 1, frames, dtype=torch.float64)[:, None]
    low, high = limits().unbind(dim=1)
    wave = (6.28 * (uniform(1, 21) + (1 + 2 * uniform(1, 21)) * share)).sin()
    angles = low + (0.5 + 0.45 * wave) * (high - low)
    path = (6.28 * (uniform(1, 6) + uniform(1, 6) * share)).sin()
    wrist = pose_from_rotvec(0.3 * path[:, :3], 1.2 * path[:, 3:])
    shape = uniform(10) - 0.5
    clean = model.forward(wrist, finger_pose(angles, side), shape.expand(frames, 10)).joints21
    gauss = torch.randn(clean.shape, generator=generator, dtype=torch.float64)
    return Problem(model, shape, clean + noise * gauss, clean)


def joints_template(model: HandModel, shape: torch.Tensor) -> SkinnedTemplate:
    """Return a template of 21 vertices, the 16 joints and 5 tips of one shape."""
    whole = model.template(torch.float64)
    vertices = shaped_vertices(whole, shape[None])[0]
    joints = whole.joint_regressor @ vertices
    still = torch.zeros(135, 16, 3, dtype=torch.float64)
    return SkinnedTemplate(
        torch.cat([joints, vertices[model.tips]]), torch.zeros(10, 21, 3, dtype=torch.float64),
        torch.cat([still, whole.pose_directions[:, model.tips]], dim=1),
        torch.eye(16, 21, dtype=torch.float64),
        torch.cat([torch.eye(16, dtype=torch.float64), whole.weights[model.tips]]))


def pose_joints21(template: SkinnedTemplate, wrist: torch.Tensor, fingers: torch.Tensor):
    """Return the 21 joints (N, 21, 3) of poses."""
    shape = wrist.new_zeros(len(wrist), 10)
    vertices, frames = pose_template(template, wrist, fingers, shape)
    both = torch.cat([frames[:, :, :3, 3], vertices[:, 16:]], dim=1)
    return both[:, list(OPENPOSE_FROM_MANO)]


def paper_loss(problem: Problem, joints, wrist, fingers) -> torch.Tensor:
    """Return L_MANO of the supplement."""
    low, high = problem.model.joint_limits.to(fingers).unbind(dim=-1)
    over = (fingers - high).clamp_min(0) + (low - fingers).clamp_min(0)
    return (POSITION * (joints - problem.noisy).square().sum() + ANGLE * over.sum()
            + VELOCITY * wrist[:, :3].diff(dim=0).square().sum())


def adamw(problem: Problem, epochs: int):
    """Return wrist poses and finger poses after so many epochs from zero."""
    frames = len(problem.noisy)
    parts = [torch.zeros(frames, *size, dtype=torch.float64, requires_grad=True)
             for size in ((3,), (3,), (15, 3))]
    template = joints_template(problem.model, problem.shape)
    optimizer = torch.optim.AdamW(parts, lr=0.01)
    for _ in range(epochs):
        optimizer.zero_grad()
        wrist = pose_from_rotvec(parts[0], parts[1])
        joints = pose_joints21(template, wrist, parts[2])
        paper_loss(problem, joints, wrist, parts[2]).backward()
        optimizer.step()
    return pose_from_rotvec(parts[0], parts[1]).detach(), parts[2].detach()


def ours(problem: Problem, natural: float):
    """Return wrist poses and finger poses of fit_hand."""
    fit = fit_hand(problem.model, problem.noisy, problem.shape, FitConfig(natural=natural))
    return fit.wrist_poses, fit.finger_poses


def measure(name: str, job, problems: list[Problem], repeats: int) -> float:
    """Print a row; return the median CPU time."""
    walls, cpus = [], []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        results = [job(problem) for problem in problems]
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    loss, noisy, clean, rough = [], [], [], []
    for problem, (wrist, fingers) in zip(problems, results):
        joints = pose_joints21(joints_template(problem.model, problem.shape), wrist, fingers)
        loss.append(paper_loss(problem, joints, wrist, fingers).item())
        noisy.append((joints - problem.noisy).norm(dim=-1).mean().item())
        clean.append((joints - problem.clean).norm(dim=-1).mean().item())
        turns = roma.rotvec_to_rotmat(fingers)
        rough.append(roma.rotmat_geodesic_distance(turns[1:], turns[:-1]).rad2deg().mean().item())
    mean = statistics.mean
    print(f'{name:30s} | {statistics.median(cpus):8.3f} | {statistics.median(walls):8.3f} | '
          f'{sum(loss):.5f} | {1e3 * mean(noisy):6.3f} | {1e3 * mean(clean):6.3f} | '
          f'{mean(rough):6.2f}', flush=True)
    return statistics.median(cpus)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--frames', type=int, default=200)
    parser.add_argument('--noise', type=float, default=0.003, help='metres a coordinate')
    parser.add_argument('--epochs', type=int, nargs='*', default=[1000, 5000])
    parser.add_argument('--hands', type=int, nargs='*', default=[1, 2], choices=[1, 2])
    parser.add_argument('--repeats', type=int, default=7)
    options = parser.parse_args()
    print(f'{options.frames} frames, noise {1e3 * options.noise:g} mm a coordinate, '
          f'{torch.get_num_threads()} thread')
    print(f'{"method":30s} |    CPU s |   wall s | loss    | mm noisy | mm clean | degrees a step')
    for hands in options.hands:
        sides = ('right', 'left')[:hands]
        problems = [make_problem(side, options.frames, options.noise, seed)
                    for seed, side in enumerate(sides)]
        print(f'{len(sides)} hand(s)')
        times = [measure(f'ours, {name}', lambda problem, n=natural: ours(problem, n), problems,
                         options.repeats) for name, natural in NATURAL.items()]
        for epochs in options.epochs:
            slow = measure(f'AdamW, {epochs} epochs', lambda problem, n=epochs: adamw(problem, n),
                           problems, 1)
            print(f'    {slow / times[0]:.0f} and {slow / times[1]:.0f} times our CPU time')


if __name__ == '__main__':
    main()
