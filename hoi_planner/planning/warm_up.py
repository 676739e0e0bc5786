# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What every generator does before its first request, so that the request does not wait for it."""

import torch


def make_optimizer() -> None:
    """Make an optimizer: with the first, PyTorch imports its compiler, most of a second long."""
    torch.optim.Adam([torch.zeros(1, requires_grad=True)])
