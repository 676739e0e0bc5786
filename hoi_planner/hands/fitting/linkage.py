# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What the solver asks of a hand or a body: points of its limbs and how turns move them."""

from typing import Protocol

import torch


class Posed(Protocol):
    """N frames, in the root's frame."""

    points: torch.Tensor    # (N, F, M, 3) metres
    strain: torch.Tensor    # (N, F, S) numbers that are 0 where the limb is turned naturally


class Linkage(Protocol):
    """A root with F limbs of M points; P parameters a limb, axis-angles of its joints."""

    lower: torch.Tensor     # (F, P) radians
    upper: torch.Tensor     # (F, P)

    def pose(self, values: torch.Tensor) -> Posed:
        """Return the limbs posed by parameters (N, F, P)."""

    def jacobian(self, posed: Posed) -> torch.Tensor:
        """Return d (points, strain) / d parameters of the same limb, (N, F, 3 M + S, P)."""

    def pull_across(self, posed: Posed, forces: torch.Tensor) -> torch.Tensor | None:
        """
        Return what forces on other limbs' points pull at parameters, (N, F, P); None: nothing.

        :param forces: (N, F, M, 3)
        """
