# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Projected Levenberg-Marquardt over all frames of a motion.

SyncDiff's supplement, C.2: lambda_pos L_pos + lambda_vel L_vel, with the limits of L_angle as a box.
The loss in metres makes any turn past a limit dear beyond what it gains, so an active set replaces
the hinge: parameters at a limit that the loss pushes outward stay, the others step and are clipped
(Bertsekas, Projected Newton methods, SIAM J. Control 20, 1982).
"""

from dataclasses import dataclass

from hoi_planner.hands.fitting.arrow import NormalEquations, solve_step
from hoi_planner.hands.fitting.config import FitConfig
from hoi_planner.hands.fitting.linkage import Linkage
from hoi_planner.hands.fitting.turns import cross_matrix, exponential
import torch

PASSES = 3
FIRST_DAMPING = 1e-3
LEAST_DAMPING, MOST_DAMPING = 1e-8, 1e6


@dataclass(frozen=True)
class State:
    """Where N frames are."""

    translation: torch.Tensor   # (N, 3) of the root, world
    rotation: torch.Tensor      # (N, 3, 3)
    values: torch.Tensor        # (N, F, P)

    def where(self, chosen: torch.Tensor, other: 'State') -> 'State':
        """Return the chosen (N,) frames of this state, the others of the other."""
        return State(*(
            torch.where(chosen.reshape(-1, *[1] * (mine.dim() - 1)), mine, theirs)
            for mine, theirs in zip(vars(self).values(), vars(other).values())))


@dataclass(frozen=True)
class Evaluation:
    """The loss at a state, and what its derivatives need."""

    posed: object
    root_gap: torch.Tensor      # (N, 3) target - root, in the root's frame
    limb_gaps: torch.Tensor     # (N, F, M, 3)
    strain: torch.Tensor        # (N, F, S)
    frames: torch.Tensor        # (N,) loss of each frame: position and natural
    velocity: torch.Tensor      # (N,) half of the loss of the frame's steps to its neighbours

    @property
    def total(self) -> float:
        """Return the loss."""
        return float(self.frames.sum() + self.velocity.sum())


@dataclass(frozen=True)
class Solution:
    """Where the solver ended."""

    state: State
    iterations: int
    converged: bool


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
        strain = self.linkage.turns.strain(state.values, posed.rotations)
        frames = (
            self.root_weight * root_gap.square().sum(dim=-1)
            + (self.limb_weight * gaps.square().sum(dim=-1)).reshape(count, -1).sum(dim=-1)
            + self.config.natural * strain.square().reshape(count, -1).sum(dim=-1))
        steps = self.edges * state.translation.diff(dim=0).square().sum(dim=-1) / 2
        zero = steps.new_zeros(1)
        velocity = torch.cat([zero, steps]) + torch.cat([steps, zero])
        return Evaluation(posed, root_gap, gaps, strain, frames, velocity)

    def normal_equations(self, at: Evaluation) -> NormalEquations:
        """Return the Gauss-Newton equations at a state."""
        points = at.posed.points
        moves = self.linkage.jacobian(at.posed)                         # (N, F, M, 3, P)
        weighted = moves * self.limb_weight[..., None, None]
        flat, heavy = moves.flatten(2, 3), weighted.flatten(2, 3)
        forces = at.limb_gaps * self.limb_weight[..., None]
        pull = (flat.transpose(-1, -2) @ forces.flatten(2)[..., None])[..., 0]
        across = self.linkage.pull_across(at.posed, forces)
        if across is not None:
            pull = pull + across
        slopes = self.linkage.turns.strain_slopes(at.posed.rotations, at.posed.axes)
        held = self.config.natural * slopes.transpose(-1, -2)
        pull = pull - (held @ at.strain[..., None])[..., 0]
        levers = cross_matrix(points)                                   # (N, F, M, 3, 3)
        # A root's turn moves a point by d x point = -[point]x d.
        border = torch.cat([
            weighted.sum(dim=2), (levers @ weighted).sum(dim=2)], dim=-2)
        return NormalEquations(
            *self._root_equations(at, points, levers, forces), border.transpose(-1, -2),
            flat.transpose(-1, -2) @ heavy + held @ slopes, pull)

    def _root_equations(self, at: Evaluation, points, levers, forces):
        """Return the root's matrix (N, 6, 6) and force (N, 6), in its own frame."""
        weight = self.limb_weight
        mass = self.root_weight + weight.flatten(1).sum(dim=-1)
        unit = torch.eye(3, dtype=points.dtype)
        centre = (weight[..., None] * points).flatten(1, 2).sum(dim=1)
        flat, heavy = points.flatten(1, 2), (weight[..., None] * points).flatten(1, 2)
        spread = heavy.transpose(-1, -2) @ flat
        trace = spread.diagonal(dim1=-2, dim2=-1).sum(dim=-1)
        mixed = -cross_matrix(centre)
        top = torch.cat([mass[:, None, None] * unit, mixed], dim=-1)
        bottom = torch.cat([mixed.transpose(-1, -2), trace[:, None, None] * unit - spread], dim=-1)
        force = self.root_weight[:, None] * at.root_gap + forces.flatten(1, 2).sum(dim=1)
        torque = (levers @ forces[..., None])[..., 0].flatten(1, 2).sum(dim=1)
        return torch.cat([top, bottom], dim=-2), torch.cat([force, torque], dim=-1)

    def step(self, state: State, equations: NormalEquations, damping: torch.Tensor) -> State:
        """Return the state after one damped, clipped step."""
        turns, force = self.linkage.turns, equations.limb_force
        low, high = turns.lower - state.values, turns.upper - state.values
        fixed = ((low >= 0) & (force <= 0)) | ((high <= 0) & (force >= 0))
        landing = torch.zeros_like(force)
        pull = self.edges[:, None] * state.translation.diff(dim=0)
        zero = pull.new_zeros(1, 3)
        world_force = torch.cat([pull, zero]) - torch.cat([zero, pull])
        for _ in range(PASSES):
            moved, turned, values = solve_step(
                equations, fixed, landing, damping, state.rotation, self.edges, world_force)
            over, under = values > high, values < low
            landing = torch.where(over, high, torch.where(under, low, landing))
            fixed = fixed | over | under
        return State(
            state.translation + moved, state.rotation @ exponential(turned)[0],
            (state.values + values).clamp(turns.lower, turns.upper))

    def solve(self, start: State) -> Solution:
        """Return where the loss stops falling, from a start within the limits."""
        state, at = start, self.evaluate(start)
        damping = torch.full((len(start.values),), FIRST_DAMPING, dtype=torch.float64)
        equations = self.normal_equations(at)
        for iteration in range(1, self.config.iterations + 1):
            trial = self.step(state, equations, damping)
            found = self.evaluate(trial)
            better = found.frames + found.velocity <= at.frames + at.velocity
            if not better.all():
                trial = trial.where(better, state)
                found = self.evaluate(trial)
            damping = torch.where(better, damping / 5, damping * 8).clamp(
                LEAST_DAMPING, MOST_DAMPING)
            fall = at.total - found.total
            if fall < 0:                # frames that are better alone may be worse together
                damping = (damping * 8).clamp(max=MOST_DAMPING)
                continue
            small = fall <= self.config.tolerance * at.total
            state, at = trial, found
            if small and (better.all() or damping[~better].min() >= 1.0):
                return Solution(state, iteration, True)
            equations = self.normal_equations(at)
        return Solution(state, self.config.iterations, False)
