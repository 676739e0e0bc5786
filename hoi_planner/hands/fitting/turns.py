# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Parameters of the turns of limbs' joints: rotations, and the axes about which parameters turn them.

A limb's parameters q (..., P) turn its K joints, each in its parent's frame. Parameter k turns
joint owners[k]: dR = [axis_k]x R dq_k, with the axis in the parent's frame.
"""

from typing import Protocol

import torch


class Turns(Protocol):
    """Parameters of F limbs of K joints."""

    owners: tuple[int, ...]     # (P,) the joint that each parameter turns
    lower: torch.Tensor         # (F, P) radians
    upper: torch.Tensor         # (F, P)

    def turn(self, values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return rotations (N, F, K, 3, 3) and axes (N, F, P, 3) at parameters (N, F, P)."""

    def strain(self, values: torch.Tensor, rotations: torch.Tensor) -> torch.Tensor:
        """Return S numbers (N, F, S) a limb that are 0 where it is turned naturally."""

    def strain_slopes(self, rotations: torch.Tensor, axes: torch.Tensor) -> torch.Tensor:
        """Return d strain / d parameters, (N, F, S, P), at what turn returned."""

    def aim(self, joint: int, rest: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
        """
        Return parameters (N, F, p) of a joint that turn directions at rest to wanted ones.

        :param rest: (F, 3) unit, in the parent's frame
        :param wanted: (N, F, 3) unit or 0
        """


def cross_matrix(vector: torch.Tensor) -> torch.Tensor:
    """Return the matrices (..., 3, 3) of the cross product with vectors (..., 3)."""
    x, y, z = vector.unbind(dim=-1)
    zero = torch.zeros_like(x)
    return torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], dim=-1).unflatten(-1, (3, 3))


def exponential(rotvec: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """
    Return exp(v) and J (..., 3, 3) of axis-angles v (..., 3): exp(v + dv) = exp(J dv) exp(v).

    Chirikjian, Stochastic Models, Information Theory, and Lie Groups 2, 2012, eq. 10.86.
    """
    square = rotvec.square().sum(dim=-1)[..., None, None]
    small = square < 1e-6
    angle = torch.where(small, 1.0, square).sqrt()
    # 1 - cos by the half angle: no cancellation.
    half = 2 * ((angle / 2).sin() / angle).square()
    first = torch.where(small, 0.5 - square / 24, half)
    second = torch.where(small, 1 / 6 - square / 120, (angle - angle.sin()) / angle.pow(3))
    hat = cross_matrix(rotvec)
    unit = torch.eye(3, dtype=rotvec.dtype)
    jacobian = unit + first * hat + second * (hat @ hat)
    return unit + hat @ jacobian, jacobian


def swing(start: torch.Tensor, end: torch.Tensor) -> torch.Tensor:
    """Return the shortest axis-angle (..., 3) from unit start to unit end; 0 where end is 0."""
    axis = torch.linalg.cross(*torch.broadcast_tensors(start, end))
    sine = axis.norm(dim=-1, keepdim=True)
    angle = torch.atan2(sine, (start * end).sum(dim=-1, keepdim=True))
    return axis / sine.clamp_min(1e-12) * angle


class AxisAngleTurns:
    """Three numbers a joint within limits: what the paper tunes."""

    def __init__(self, limits: torch.Tensor):
        """
        Keep the limits.

        :param limits: (F, K, 3, 2) radians
        """
        self.owners = tuple(k // 3 for k in range(3 * limits.shape[1]))
        self.lower, self.upper = limits.flatten(1, 2).double().unbind(dim=-1)

    def turn(self, values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return rotations and axes, see Turns."""
        rotations, jacobian = exponential(values.unflatten(-1, (-1, 3)))
        return rotations, jacobian.transpose(-1, -2).flatten(2, 3)

    def aim(self, joint: int, rest: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
        """Return parameters (N, F, 3) of a joint, see Turns; without twist."""
        return swing(rest, wanted)
