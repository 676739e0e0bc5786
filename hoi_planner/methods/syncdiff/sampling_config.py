# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""SamplingConfig: how SyncDiff's motions are sampled, and the paper's own way."""

from dataclasses import dataclass, field
import math

from hoi_planner.diffusion.noise_schedule import NoiseSchedule
from hoi_planner.diffusion.solvers import solver_table, SolverTable, STOCHASTIC

SYNCHRONIZATIONS = ('none', 'algorithm_1', 'average', 'consensus')
WHEN = ('never', 'final', 'last_half', 'every')


@dataclass(frozen=True)
class SamplingConfig:
    """
    How to sample.

    noise: the schedule that the network was trained with
    solver, steps, spacing: see diffusion.solvers.solver_table
    synchronization: none; algorithm_1: the paper's, of the noisy means (see sync_schedule);
        average: its blend, and consensus: see synchronization, both of the predicted clean motion
    synchronize_when: average and consensus alone: at every step, those of the last half, or of the
        final motion only; the final motion always is
    interval, strength: s and lambda_exp of the paper; average blends with lambda_exp / (1 +
        lambda_exp), Algorithm 1's weight were sigma the same at all steps
    agree: end with a consensus after another way too, so that no residual is left
    lever_arm: of consensus, metres, see synchronization.consensus
    start_when: when start and goal are met exactly, see start_and_goal; `never` leaves them to
        the network
    fade_frames: of start_and_goal
    """

    noise: NoiseSchedule = field(default_factory=NoiseSchedule)
    solver: str = 'dpm++2m'
    steps: int = 10
    spacing: str = 'log_snr'
    synchronization: str = 'consensus'
    synchronize_when: str = 'final'
    interval: int = 50
    strength: float = 0.3
    agree: bool = False
    lever_arm: float | None = None
    start_when: str = 'last_half'
    fade_frames: int = 30

    def __post_init__(self):
        """
        Check every field.

        :raises ValueError: names the field, its value and the limit
        """
        for name, allowed in (('synchronization', SYNCHRONIZATIONS), ('start_when', WHEN),
                              ('synchronize_when', WHEN[1:])):
            value = getattr(self, name)
            if value not in allowed:
                raise ValueError(f"{name} is '{value}', must be one of {', '.join(allowed)}")
        for name in ('interval', 'fade_frames'):
            if getattr(self, name) < 1:
                raise ValueError(f'{name} is {getattr(self, name)}, must be at least 1')
        if not 0 <= self.strength < math.inf:
            raise ValueError(f'strength is {self.strength}, must be at least 0')
        if self.lever_arm is not None and not self.lever_arm > 0:
            raise ValueError(f'lever_arm is {self.lever_arm}, must be above 0 or None')
        self.table()
        if self.synchronization == 'algorithm_1' and self.solver not in STOCHASTIC:
            raise ValueError(
                f"solver is '{self.solver}': algorithm_1 weighs by the noise of its steps, so it "
                f'must be one of {", ".join(STOCHASTIC)}')

    def table(self) -> SolverTable:
        """Return the solver's table."""
        return solver_table(self.noise, self.solver, self.steps, self.spacing)


# He et al., SyncDiff: T = 1000 ancestral steps, s = 50, lambda_exp = 0.3 (supplement, B.4, Table
# 15); the paper conditions on no start.
PAPER = SamplingConfig(
    solver='ddpm', steps=1000, spacing='trailing', synchronization='algorithm_1', interval=50,
    strength=0.3, start_when='never')
