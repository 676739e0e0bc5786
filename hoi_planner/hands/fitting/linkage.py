# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What the solver asks of a hand or a body: points of its limbs and how parameters move them."""

from typing import Any, Protocol

from hoi_planner.hands.fitting.turns import Turns
import torch


class Linkage(Protocol):
    """
    A root with F limbs, in the root's frame; M points a limb.

    `posed` is what `pose` returned: the linkage's own, with at least `points` (N, F, M, 3)
    and, of the joints in their parents' frames, `rotations` (N, F, K, 3, 3) and `axes` (N, F, P, 3).
    """

    turns: Turns

    def pose(self, values: torch.Tensor) -> Any:
        """Return the limbs posed by parameters (N, F, P)."""

    def jacobian(self, posed: Any) -> torch.Tensor:
        """Return d points / d parameters of the same limb, (N, F, M, 3, P)."""

    def pull_across(self, posed: Any, forces: torch.Tensor) -> torch.Tensor | None:
        """
        Return what forces on other limbs' points pull at parameters, (N, F, P); None: nothing.

        :param forces: (N, F, M, 3)
        """
