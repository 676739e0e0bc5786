# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""How joints are fitted: the weights of the loss and when to stop."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FitConfig:
    """
    What fit_hand and fit_body minimise, and how long.

    Table 8 of SyncDiff's supplement: position 1 and velocity 0.03 (0.02 for GRAB); its angle weight
    is absent here, since the limits hold exactly. Table 9, bodies: 3 and 0.1, or 1 and 0.1.

    `natural` is not the paper's. At 0 the loss is its own and a tenth lower on noisy joints, but
    straight fingers turn about themselves at random and the fit takes all its iterations
    (bench/hand_fitting.py).
    """

    position: float = 1.0           # of a joint's squared distance, per square metre
    velocity: float = 0.03          # of the root's squared step between frames, per square metre
    natural: float = 5e-4           # of squared strain, see finger_strain; square metres
    iterations: int = 25            # at most
    tolerance: float = 5e-3         # relative change of the loss in a step that ends the fit

    def __post_init__(self):
        """
        Check the numbers.

        :raises ValueError: names the field, its value and the limit
        """
        if not self.position > 0:
            raise ValueError(f'position is {self.position}, must be above 0')
        for name in ('velocity', 'natural', 'tolerance'):
            if not getattr(self, name) >= 0:
                raise ValueError(f'{name} is {getattr(self, name)}, must be at least 0')
        if self.iterations < 1:
            raise ValueError(f'iterations is {self.iterations}, must be at least 1')
