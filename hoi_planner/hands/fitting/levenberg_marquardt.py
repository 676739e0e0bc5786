# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Projected Levenberg-Marquardt over all frames of a motion.

SyncDiff's supplement, C.2: lambda_pos L_pos + lambda_vel L_vel, with L_angle's limits as a box.
The loss in metres makes any turn past a limit dear beyond what it gains, so an active set replaces
the hinge: parameters at a limit that the loss pushes outward stay, the others step and are clipped
(Bertsekas, Projected Newton methods, SIAM J. Control 20, 1982).
"""

from dataclasses import dataclass, fields, replace
from typing import Any

from hoi_planner.hands.fitting.arrow import NormalEquations, solve_step
from hoi_planner.hands.fitting.config import FitConfig
from hoi_planner.hands.fitting.linkage import Linkage
from hoi_planner.hands.fitting.turns import cross_matrix, exponential
import torch

PASSES = 2              # of the active set in a step
EXACT = 3e-5            # metres; joints nearer than this are met
FIRST_DAMPING = 1e-3
LEAST_DAMPING, MOST_DAMPING = 1e-8, 1e6


@dataclass(frozen=True)
class State:
    """Where N frames are."""

    translation: torch.Tensor   # (N, 3) of the root, world
    rotation: torch.Tensor      # (N, 3, 3)
    values: torch.Tensor        # (N, F, P)


@dataclass(frozen=True)
class Evaluation:
    """The loss at a state, and what its derivatives need."""

    posed: object
    root_gap: torch.Tensor      # (N, 3) target - root, in the root's frame
    limb_gaps: torch.Tensor     # (N, F, M, 3)
    frames: torch.Tensor        # (N,) loss of each frame: position and natural
    drag: torch.Tensor          # (N, 3) half of the velocity loss's slope in the translation
    velocity: torch.Tensor      # () loss of the steps between frames

    @property
    def total(self) -> float:
        """Return the loss."""
        return float(self.frames.sum() + self.velocity)


@dataclass(frozen=True)
class Solution:
    """Where the solver ended; `at` is the loss there."""

    state: State
    at: Evaluation
    iterations: int
    converged: bool


def choose(chosen: torch.Tensor, one: Any, other: Any) -> Any:
    """Return a dataclass of tensors (N, ...) with the chosen (N,) frames of one, else of other."""
    if isinstance(one, torch.Tensor):
        if one.dim() == 0:
            return one
        return torch.where(chosen.reshape(-1, *[1] * (one.dim() - 1)), one, other)
    return replace(one, **{
        field.name: choose(chosen, getattr(one, field.name), getattr(other, field.name))
        for field in fields(one)})


class JointFit:
    """Fits a linkage to points in the world."""

    def __init__(
        self, linkage: Linkage, root: torch.Tensor, limbs: torch.Tensor,
        root_weight: torch.Tensor, limb_weight: torch.Tensor, edges: torch.Tensor,
        config: FitConfig,
    ):
        """
        Keep targets and weights, float64.

        :param root: (N, 3) metres
        :param limbs: (N, F, M, 3)
        :param root_weight: (N,) of squared metres
        :param limb_weight: (N, F, M)
        :param edges: (N - 1,) velocity weight between frames
        """
        self.linkage, self.config = linkage, config
        self.root, self.limbs = root, limbs
        self.root_weight, self.limb_weight, self.edges = root_weight, limb_weight, edges

    def evaluate(self, state: State) -> Evaluation:
        """Return the loss at a state."""
        posed = self.linkage.pose(state.values)
        count = len(state.values)
        away = (self.limbs - state.translation[:, None, None]).flatten(1, 2) @ state.rotation
        gaps = away.reshape(posed.points.shape) - posed.points
        root_gap = ((self.root - state.translation)[:, None] @ state.rotation)[:, 0]
        frames = (
            self.root_weight * root_gap.square().sum(dim=-1)
            + (self.limb_weight * gaps.square().sum(dim=-1)).reshape(count, -1).sum(dim=-1)
            + self.config.natural * posed.strain.square().reshape(count, -1).sum(dim=-1))
        return Evaluation(posed, root_gap, gaps, frames, *self._velocity(state.translation))

    def _velocity(self, translation: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return drag (N, 3) and loss () of the velocity."""
        pull = self.edges[:, None] * translation.diff(dim=0)
        zero = pull.new_zeros(1, 3)
        drag = torch.cat([zero, pull]) - torch.cat([pull, zero])
        return drag, (translation * drag).sum()

    def normal_equations(self, at: Evaluation) -> NormalEquations:
        """Return the Gauss-Newton equations at an evaluated state."""
        rows = self._rows(at)
        products = rows.transpose(-1, -2) @ rows                        # (N, F, 6 + P + 1, same)
        both = torch.cat([products[:, :, 6:-1, :6], products[:, :, 6:-1, -1:]], dim=-1)
        across = self.linkage.pull_across(
            at.posed, self.limb_weight[..., None] * at.limb_gaps)
        if across is not None:
            both[..., 6] += across
        root, force = products[:, :, :6, :6].sum(dim=1), products[:, :, :6, -1].sum(dim=1)
        root[:, range(3), range(3)] += self.root_weight[:, None]
        force[:, :3] += self.root_weight[:, None] * at.root_gap
        return NormalEquations(root, force, products[:, :, 6:-1, 6:-1], both)

    def _rows(self, at: Evaluation) -> torch.Tensor:
        """Return the weighted rows (N, F, 3 M + S, 6 + P + 1): derivatives, then the gap."""
        points, strain = at.posed.points, at.posed.strain
        slopes = self.linkage.jacobian(at.posed)
        number = points.shape[2]
        rows = slopes.new_zeros(*slopes.shape[:3], 7 + slopes.shape[-1])
        root = rows[:, :, :3 * number, :6].unflatten(2, (number, 3))
        root[..., :3] = torch.eye(3, dtype=points.dtype)
        root[..., 3:] = -cross_matrix(points)       # a root's turn d moves a point by d x point
        rows[..., 6:-1] = slopes
        rows[..., -1] = torch.cat([at.limb_gaps.flatten(2), -strain], dim=-1)
        roots = self.limb_weight.sqrt()[..., None].expand(-1, -1, -1, 3).flatten(2)
        natural = strain.new_full(strain.shape, self.config.natural ** 0.5)
        return rows * torch.cat([roots, natural], dim=-1)[..., None]

    def step(
        self, state: State, at: Evaluation, equations: NormalEquations, damping: torch.Tensor,
    ) -> State:
        """Return the state after one damped, clipped step."""
        force = equations.both[..., 6]
        low, high = self.linkage.lower - state.values, self.linkage.upper - state.values
        fixed = ((low >= 0) & (force <= 0)) | ((high <= 0) & (force >= 0))
        landing = torch.zeros_like(force)
        for _ in range(PASSES):
            moved, turned, values = solve_step(
                equations, fixed, landing, damping, state.rotation, self.edges, -at.drag)
            over, under = values > high, values < low
            landing = torch.where(over, high, torch.where(under, low, landing))
            fixed = fixed | over | under
        return State(
            state.translation + moved, state.rotation @ exponential(turned)[0],
            (state.values + values).clamp(self.linkage.lower, self.linkage.upper))

    def solve(self, start: State) -> Solution:
        """Return where the loss stops falling, from a start within the limits."""
        state, at = start, self.evaluate(start)
        damping = torch.full((len(start.values),), FIRST_DAMPING, dtype=torch.float64)
        exact = EXACT ** 2 * float(self.root_weight.sum() + self.limb_weight.sum())
        equations = None
        for iteration in range(1, self.config.iterations + 1):
            equations = equations or self.normal_equations(at)
            trial = self.step(state, at, equations, damping)
            found = self.evaluate(trial)
            # The velocity's change, shared among frames so that the shares sum to it.
            moved = trial.translation - state.translation
            change = found.frames - at.frames + (moved * (at.drag + found.drag)).sum(dim=-1)
            # Refused steps count too: where they are long, shorter ones may yet help.
            done = float(change.abs().sum()) <= self.config.tolerance * (at.total + exact)
            better = change <= 0
            damping = torch.where(better, damping / 5, damping * 8).clamp(
                LEAST_DAMPING, MOST_DAMPING)
            if not better.all():
                trial = choose(better, trial, state)
                drag, velocity = self._velocity(trial.translation)
                found = replace(choose(better, found, at), drag=drag, velocity=velocity)
            if found.total <= at.total:     # frames that are better alone may be worse together
                state, at = trial, found
                equations = None
            if done:
                return Solution(state, at, iteration, True)
        return Solution(state, at, self.config.iterations, False)
