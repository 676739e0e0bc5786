# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Candidates: what a generator made, and what it could not make."""

from collections.abc import Sequence
from dataclasses import dataclass

from hoi_planner.failures import FailureCode
from hoi_planner.planning.plan import CandidatePlan


@dataclass(frozen=True)
class RefusedCandidate:
    """A candidate that no plan came of, and why."""

    index: int
    code: FailureCode
    message: str


@dataclass(frozen=True)
class Candidates(Sequence):
    """The plans of a request in order of their index, as a sequence; and its refused candidates."""

    plans: tuple[CandidatePlan, ...]
    refused: tuple[RefusedCandidate, ...] = ()

    def __len__(self) -> int:
        """Return the number of plans."""
        return len(self.plans)

    def __getitem__(self, place):
        """Return a plan, or plans."""
        return self.plans[place]

    def refusals(self) -> str:
        """Return one line about the refused; empty without any."""
        if not self.refused:
            return ''
        count = len(self.plans) + len(self.refused)
        return f'{len(self.refused)} of {count} candidates refused: ' + '; '.join(
            f'{item.index}: {item.message}' for item in self.refused)
