# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What the motions of a dataset are like: durations, speeds, bands of their spectrum."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
import statistics

from hoi_planner.motion.frequency_split import CUTOFF, split_frequencies
from hoi_planner.motion.padding import pad_motion
from hoi_planner.motion.record import HandObjectMotion, MAX_FRAMES
import torch


@dataclass(frozen=True)
class MotionStatistics:
    """
    Numbers of one motion, SI units.

    object_speed, wrist_speed: largest of any object's origin, of any wrist
    low, high, discarded: shares of the spectral energy of the objects' motion in SyncDiff's bands,
        see band_shares; NaN where no object moves
    fast: share of the high band in the energy of the objects' velocity. A stroke of centimetres is
        little beside a transport of decimetres, but it is what moves
    """

    duration: float
    object_speed: float
    wrist_speed: float
    low: float
    high: float
    discarded: float
    fast: float


def motion_statistics(motion: HandObjectMotion, cutoff: int = CUTOFF) -> MotionStatistics:
    """Return the numbers of a motion; its bands are those of the motion padded to 200 frames."""
    padded, _ = pad_motion(motion, MAX_FRAMES)
    positions = padded.object_poses[..., :3]
    velocity = positions[..., 1:, :] - positions[..., :-1, :]
    # One frame more, at rest as the padding is, so that the bands are those of the motion.
    velocity = torch.cat([velocity, torch.zeros_like(velocity[..., :1, :])], dim=-2)
    return MotionStatistics(
        motion.duration, _top_speed(motion.object_poses, motion.fps),
        _top_speed(motion.wrist_poses, motion.fps), *band_shares(positions, cutoff),
        fast=_shares(velocity, cutoff)[1])


def _top_speed(poses: torch.Tensor, fps: float) -> float:
    """Return the largest speed of positions of (B, N, 7), m/s."""
    return (poses[..., 1:, :3] - poses[..., :-1, :3]).norm(dim=-1).max().item() * fps


def band_shares(positions: torch.Tensor, cutoff: int = CUTOFF) -> tuple[float, float, float]:
    """
    Return the shares of energy below, above and beyond SyncDiff's split.

    The straight line from the first position to the last is taken off each coordinate: where a body
    is, and that it ends elsewhere than it began, is no wave, but would leak into every frequency.

    :param positions: (B, N, 3) metres
    :return: dc, ac, discarded, of the sum of their energies; NaN where nothing is left
    """
    frames = positions.shape[-2]
    way = torch.linspace(0, 1, frames, dtype=positions.dtype)[:, None]
    first, last = positions[..., :1, :], positions[..., -1:, :]
    waves = positions - first - way * (last - first)
    return _shares(waves - waves.mean(dim=-2, keepdim=True), cutoff)


def _shares(waves: torch.Tensor, cutoff: int) -> tuple[float, float, float]:
    split = split_frequencies(waves, cutoff)
    energies = [part.square().sum().item() for part in (split.dc, split.ac, split.discarded)]
    total = sum(energies)
    # Rounding of single precision is no motion: 1 micrometre in every coordinate.
    if total <= 1e-12 * waves.numel():
        return (float('nan'),) * 3
    return tuple(energy / total for energy in energies)


COLUMNS = ('task', 'motions', 'duration s', 'range s', 'object speed m/s', 'wrist speed m/s',
           'low band', 'high band', 'discarded', 'high band of velocity')


def statistics_row(task: str, motions: Iterable[HandObjectMotion]) -> tuple[str, ...]:
    """Return a row of COLUMNS: medians of a task's motions, shares in percent."""
    numbers = [motion_statistics(motion) for motion in motions]
    durations = [item.duration for item in numbers]
    shares = [[getattr(item, name) for item in numbers if item.low == item.low]
              for name in ('low', 'high', 'discarded', 'fast')]
    return (task, str(len(numbers)), f'{statistics.median(durations):.2f}',
            f'{min(durations):.2f}-{max(durations):.2f}',
            f'{statistics.median(item.object_speed for item in numbers):.2f}',
            f'{statistics.median(item.wrist_speed for item in numbers):.2f}',
            *map(_percent, shares))


def _percent(shares: Sequence[float]) -> str:
    return f'{statistics.median(shares):.1%}' if shares else '-'
