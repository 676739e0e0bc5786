# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Hypothesis: the package's dataclasses, as the graph exchanges them."""

from dataclasses import fields

from hypothesis import strategies as st
import numpy as np
import torch

from hoi_planner.failures import FailureCode
from hoi_planner.geometry.transforms import QUATERNION_TOLERANCE
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.physics.limits import PlanLimits
from hoi_planner.physics.summary import PlanMetrics
from hoi_planner.physics.verdict import Verdict
from hoi_planner.planning.plan import CandidatePlan
from hoi_planner.planning.request import HandStart, MAX_CANDIDATES, ObjectPlacement, PlanRequest
from hoi_planner.planning.result import CandidateReport

# What ids, tasks and resources may consist of: one printable line of any script.
PRINTABLE = st.characters(exclude_categories=('C', 'Z')).filter(str.isprintable)
LENGTH = st.floats(-1e3, 1e3)
ANY = st.floats(allow_nan=True, allow_infinity=True)


def texts(smallest: int, largest: int):
    """Return printable texts."""
    return st.text(PRINTABLE, min_size=smallest, max_size=largest)


@st.composite
def poses(draw, *leading: int):
    """Draw (*leading, 7) poses, their quaternions as far off 1 as is allowed."""
    count = int(np.prod(leading))
    seed = draw(st.integers(0, 2 ** 32 - 1))
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(count, 7)) * draw(st.sampled_from([1e-6, 1.0, 300.0]))
    quaternions = generator.normal(size=(count, 4))
    off = draw(st.sampled_from([0.0, 0.9, -0.9])) * QUATERNION_TOLERANCE
    values[:, 3:] = quaternions / np.linalg.norm(quaternions, axis=1, keepdims=True) * (1 + off)
    return torch.from_numpy(values.clip(-900, 900)).reshape(*leading, 7)


@st.composite
def placements(draw, name=None):
    """Return one object."""
    return ObjectPlacement(
        name or draw(texts(1, 64)), draw(texts(0, 1024)), draw(poses()),
        draw(st.floats(0, 100)))


def ids(smallest: int, largest: int):
    """Return that many different object ids."""
    return st.lists(texts(1, 64), min_size=smallest, max_size=largest, unique=True)


@st.composite
def plans(draw):
    """Return a plan of 1 to 3 objects, 0 to 2 obstacles, with one hand or two."""
    names = draw(ids(1, 5))
    count = draw(st.integers(1, min(3, len(names))))
    sides = draw(st.sampled_from([('left',), ('right',), ('left', 'right'), ('right', 'left')]))
    frames = draw(st.integers(2, 12))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2 ** 32)))
    motion = HandObjectMotion(
        fps=draw(st.sampled_from([1.0, 29.97, 30.0, 120.0])), task=draw(texts(0, 256)),
        hand_model=draw(texts(0, 64)), object_ids=tuple(names[:count]), sides=sides,
        object_poses=draw(poses(count, frames)), wrist_poses=draw(poses(len(sides), frames)),
        finger_poses=torch.randn(
            len(sides), frames, 15, 3, generator=generator, dtype=torch.float64),
        shapes=torch.randn(len(sides), 10, generator=generator, dtype=torch.float64))
    return CandidatePlan(
        motion, tuple(draw(placements(name)) for name in names[:count]),
        tuple(draw(placements(name)) for name in names[count:]),
        draw(st.none() | LENGTH), draw(st.integers(0, 2 ** 64 - 1)),
        draw(st.integers(0, 2 ** 32 - 1)))


def limits():
    """Return limits, infinite ones among them."""
    number = st.floats(min_value=0, exclude_min=True, allow_infinity=True)
    return st.builds(PlanLimits, **{field.name: number for field in fields(PlanLimits)})


def metrics():
    """Return metrics of any numbers, NaN and inf among them."""
    values = {field.name: ANY for field in fields(PlanMetrics)}
    values['worst_object'] = texts(0, 64)
    values['times'] = values['displacement'] = st.lists(ANY, max_size=5).map(tuple)
    return st.builds(PlanMetrics, **values)


def reports():
    """Return reports of candidates."""
    verdicts = st.builds(
        Verdict, accepted=st.booleans(), code=st.sampled_from(FailureCode),
        message=texts(0, 300), limit_name=texts(0, 30), value=ANY, limit=ANY,
        object_id=texts(0, 64), time=ANY)
    return st.builds(
        CandidateReport, candidate=st.integers(0, 2 ** 32 - 1), verdict=verdicts, score=ANY,
        metrics=metrics())


@st.composite
def hand_starts(draw):
    """Return where a hand is."""
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2 ** 32)))
    return HandStart(
        draw(poses()), torch.randn(15, 3, generator=generator, dtype=torch.float64))


@st.composite
def requests(draw):
    """Return plan requests."""
    names = draw(ids(1, 5))
    count = draw(st.integers(1, len(names)))
    targets = draw(st.lists(st.sampled_from(names[:count]), unique=True))
    sides = draw(st.lists(st.sampled_from(['left', 'right']), unique=True))
    return PlanRequest(
        task=draw(texts(1, 256)), objects=tuple(draw(placements(name)) for name in names[:count]),
        targets={name: draw(poses()) for name in targets},
        obstacles=tuple(draw(placements(name)) for name in names[count:]),
        generator=draw(texts(1, 64)), candidates=draw(st.integers(1, MAX_CANDIDATES)),
        seed=draw(st.integers(0, 2 ** 64 - 1)),
        time_budget=draw(st.integers(1, 2 ** 50)) / 1e9, friction=draw(st.floats(0, 10)),
        limits=draw(limits()), table_height=draw(st.none() | LENGTH),
        start_hands={side: draw(hand_starts()) for side in sides},
        first_candidate=draw(st.integers(0, MAX_CANDIDATES - 1)))


def same(a, b) -> bool:
    """Return whether two values are the same to the bit, NaN like NaN; goes into dataclasses."""
    if isinstance(a, torch.Tensor):
        return a.shape == b.shape and a.dtype == b.dtype and torch.equal(a, b)
    if isinstance(a, float):
        return a == b or (a != a and b != b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    if hasattr(a, '__dataclass_fields__'):
        return type(a) is type(b) and all(
            same(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
    return a == b
