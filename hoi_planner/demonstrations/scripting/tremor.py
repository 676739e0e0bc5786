# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The tremor of a hand that holds something: small, band-limited, correlated over time."""

import math

from hoi_planner.demonstrations.scripting.draw import Draw
from hoi_planner.geometry.transforms import compose, pose_from_rotvec
import torch

BAND = (1.0, 4.0)       # Hz
WAVES = 4               # sinusoids an axis
LIMIT = 3e-4            # metres, never passed by any axis
TURN_LIMIT = 2e-3       # radians, likewise


def tremor(times: torch.Tensor, envelope: torch.Tensor, draw: Draw) -> torch.Tensor:
    """
    Return small poses (N, 7) to compose with a held object's, in its own frame.

    :param envelope: (N,) 0 to 1, where it is held
    """
    rate = draw.uniforms(*BAND, 6, WAVES, 1)
    phase = draw.uniforms(0.0, 2 * math.pi, 6, WAVES, 1)
    share = draw.uniforms(0.0, 1.0, 6, WAVES, 1)
    strength = draw.uniforms(0.3, 1.0, 6, 1)
    waves = torch.sin(2 * math.pi * rate * times + phase) * share / share.sum(dim=1, keepdim=True)
    noise = strength * waves.sum(dim=1) * envelope                    # (6, N), within -1 to 1
    return pose_from_rotvec(LIMIT * noise[:3].T, TURN_LIMIT * noise[3:].T)


def trembling(path: torch.Tensor, times: torch.Tensor, envelope: torch.Tensor, draw: Draw):
    """Return a held object's path (N, 7) with tremor; envelope (N,) is 0 where it lies still."""
    return compose(path, tremor(times, envelope, draw))
