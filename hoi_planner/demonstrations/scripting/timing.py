# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""When things happen: drawn durations of the phases, two hands out of step, 200 frames at most."""

from dataclasses import dataclass

from hoi_planner.demonstrations.scripting.draw import Draw
from hoi_planner.motion.record import MAX_FRAMES
import torch

FPS = 30.0
LONGEST = (MAX_FRAMES - 1) / FPS
FASTEST = 0.72              # of drawn durations, for a motion that would take too many frames


@dataclass(frozen=True)
class Pace:
    """
    Ranges of durations that a seed draws from, seconds.

    lag: of one hand behind the other; lead: how often the hand that holds still comes first
    """

    reach: tuple[float, float] = (0.50, 0.72)
    approach: tuple[float, float] = (0.22, 0.30)
    close: tuple[float, float] = (0.24, 0.32)
    transport: tuple[float, float] = (0.65, 0.95)
    loosen: tuple[float, float] = (0.20, 0.28)
    leave: tuple[float, float] = (0.22, 0.30)
    retreat: tuple[float, float] = (0.38, 0.55)
    lag: tuple[float, float] = (0.0, 0.25)
    lead: float = 0.7


@dataclass(frozen=True)
class Tempo:
    """Drawn durations of one hand, seconds, and its lag behind the other."""

    reach: float
    approach: float
    close: float
    transport: float
    back: float
    loosen: float
    leave: float
    retreat: float
    lag: float

    def faster(self, factor: float) -> 'Tempo':
        """Return it with every duration but those of transports multiplied."""
        same = {'transport': self.transport, 'back': self.back}
        return Tempo(**({name: factor * value for name, value in vars(self).items()} | same))

    @property
    def ready(self) -> float:
        """Return when the hand holds."""
        return self.lag + self.reach + self.approach + self.close

    @property
    def after(self) -> float:
        """Return how long the hand takes from the set-down to its rest."""
        return self.loosen + self.leave + self.retreat


def draw_tempos(draw: Draw, pace: Pace = Pace()) -> tuple[Tempo, Tempo]:
    """Return the tempos of the working and of the holding hand; one of them lags."""
    lag = draw.uniform(*pace.lag)
    lags = (lag, 0.0) if draw.chance(pace.lead) else (0.0, lag)
    return tuple(
        Tempo(draw.uniform(*pace.reach), draw.uniform(*pace.approach), draw.uniform(*pace.close),
              draw.uniform(*pace.transport), draw.uniform(*pace.transport),
              draw.uniform(*pace.loosen), draw.uniform(*pace.leave), draw.uniform(*pace.retreat),
              each) for each in lags)


def hurried(tempos: tuple[Tempo, ...], share: float) -> tuple[Tempo, ...]:
    """Return tempos faster by a share, 0 to 1, of what is still human."""
    return tuple(tempo.faster(1 - share * (1 - FASTEST)) for tempo in tempos)


def frame_times(duration: float) -> torch.Tensor:
    """Return the (N,) times of the frames that cover a duration, at most MAX_FRAMES."""
    count = min(MAX_FRAMES, int(duration * FPS + 1 - 1e-9) + 1)
    return torch.arange(count, dtype=torch.float64) / FPS
