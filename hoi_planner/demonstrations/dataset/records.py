# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""DemonstrationRecord: the words of one sample, as they stand in the index."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
import json
import math

from hoi_planner.failures import FailureCode


@dataclass(frozen=True)
class Refusal:
    """Why an attempt was not kept: by the script or by physics, with the failure code's name."""

    stage: str          # 'script' or 'physics'
    code: str


@dataclass(frozen=True)
class DemonstrationRecord:
    """
    One sample of an order; M objects, H hands. Of one that no attempt made, objects are empty.

    metrics: of METRICS, SI units
    refusals: of the attempts before the kept one
    shown: codes of the verdicts of all motions that physics was shown, in all attempts; NONE: kept.
        A script shows physics several motions of a scene until one is kept
    """

    number: int
    task: str
    resources: tuple[str, ...]      # (M,) library:// resources
    categories: tuple[str, ...]     # (M,)
    masses: tuple[float, ...]       # (M,) kilograms
    object_ids: tuple[str, ...]     # (M,)
    sides: tuple[str, ...]          # (H,)
    frames: int
    fps: float
    refusals: tuple[Refusal, ...]
    metrics: dict[str, float]
    shown: tuple[str, ...] = ()

    @property
    def kept(self) -> bool:
        """Return whether an attempt passed."""
        return self.frames > 0

    @property
    def attempts(self) -> int:
        """Return how many attempts were made, the kept one included."""
        return len(self.refusals) + self.kept

    @property
    def duration(self) -> float:
        """Return the time of the last frame, seconds."""
        return (self.frames - 1) / self.fps

    def words(self) -> dict:
        """Return what goes into JSON."""
        return asdict(self)

    @classmethod
    def from_words(cls, words: dict) -> 'DemonstrationRecord':
        """
        Return the record that words speak of.

        :raises ValueError: a field is missing or of another kind
        """
        if not isinstance(words, dict) or set(words) != {item.name for item in fields(cls)}:
            raise ValueError(f'not the words of a demonstration: {json.dumps(words)[:200]}')
        try:
            record = cls(**{
                **{name: tuple(value) if isinstance(value, list) else value
                   for name, value in words.items()},
                'refusals': tuple(Refusal(**refusal) for refusal in words['refusals'])})
        except TypeError as error:
            raise ValueError(f'not the words of a demonstration: {error}') from error
        if not (isinstance(record.frames, int) and record.frames >= 0 and record.fps > 0):
            raise ValueError(f'sample {record.number} has {record.frames} frames at {record.fps}')
        return record


KEPT = FailureCode.NONE.name
METRICS = ('displacement', 'rotation', 'slip', 'penetration', 'volume', 'force', 'contact_ratio')


def lost(
    number: int, task: str, refusals: Iterable[Refusal], fps: float = 30.0,
) -> DemonstrationRecord:
    """Return the record of a sample that no attempt made."""
    return DemonstrationRecord(
        number, task, (), (), (), (), (), 0, fps, tuple(refusals),
        dict.fromkeys(METRICS, None))


def known(value: float) -> float | None:
    """Return the number, None (JSON has no NaN) where it is not finite."""
    return value if math.isfinite(value) else None


def reasons(records: Iterable[DemonstrationRecord]) -> Counter:
    """
    Return how often each reason was given, 'script NO_CANDIDATE' and such.

    A script refuses a whole attempt, physics one motion that it was shown.
    """
    counted = Counter()
    for record in records:
        counted.update(f'{refusal.stage} {refusal.code}' for refusal in record.refusals
                       if refusal.stage == 'script')
        counted.update(f'physics {code}' for code in record.shown if code != KEPT)
    return counted
