# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Action feedback as progress bars, one a stage."""

import math

from hoi_planner_msgs.action import PlanInteraction
from tqdm import tqdm


class StageBars:
    """One tqdm bar at a time; redrawn only when something has changed. A context manager."""

    def __init__(self):
        """Start without a bar."""
        self._bar = None
        self._stage = ''

    def __enter__(self) -> 'StageBars':
        """Return itself."""
        return self

    def __exit__(self, *exception) -> None:
        """Close the last bar."""
        if self._bar is not None:
            self._bar.close()

    def show(self, feedback: PlanInteraction.Feedback | None) -> None:
        """Show the newest feedback; None: there was none yet."""
        if feedback is None:
            return
        if feedback.stage != self._stage:
            if self._bar is not None:
                self._bar.close()
            self._stage = feedback.stage
            self._bar = tqdm(
                total=100, desc=f'{feedback.stage:<9}',
                bar_format='{desc} {bar:30} {percentage:3.0f}% {elapsed} {postfix}')
        step = round(100 * feedback.fraction) - self._bar.n
        if step > 0:
            best = ('' if math.isnan(feedback.best_score)
                    else f', best score {feedback.best_score:.3f}')
            self._bar.set_postfix_str(feedback.text + best, refresh=False)
            self._bar.update(step)
