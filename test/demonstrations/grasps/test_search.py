# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A search from starts to proof: what comes out keeps the limits, and is the same every time."""

from dataclasses import replace

from hoi_planner.demonstrations.grasps.checks import GeometryLimits, passes
from hoi_planner.demonstrations.grasps.mirrored import mirror_records, mirrored_region
from hoi_planner.demonstrations.grasps.proof import prove, ProofConfig
from hoi_planner.demonstrations.grasps.proving import prove_batch, ProofBatch
from hoi_planner.demonstrations.grasps.records import ARRAYS
from hoi_planner.demonstrations.grasps.search import search_batch, SearchBatch, SearchConfig
from hoi_planner.demonstrations.grasps.target import GraspTarget
from hoi_planner.hands.contract import NUM_SHAPE
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.objects.loading import load_object
from hoi_planner.physics.config import PhysicsConfig
import pytest
import torch
from trial_objects import can

BATCH = SearchBatch(can(), 'right', 'body', 'tripod', seed=5, round=0, config=SearchConfig(
    starts=40, enough=2, proofs=12, patience=None))
SMALL = replace(BATCH, config=SearchConfig(starts=16, enough=1, proofs=4, patience=None))


@pytest.fixture(scope='module')
def found():
    """Return a small search's proven grasps."""
    records = search_batch(BATCH).records
    assert len(records) >= 1
    return records


def test_proven_grasps_keep_the_limits(found):
    assert (found.displacement <= 0.012).all() and (found.lift <= 0.012).all()
    assert (found.penetration <= GeometryLimits().penetration).all()
    target = GraspTarget.of(can())
    hand = load_hand_model('open_hand', 'right')
    for index in range(len(found)):
        fits, depth = passes(hand, target, found.hand(index))
        assert fits and depth == pytest.approx(found.penetration[index].item(), abs=1e-7)


def test_the_hand_at_the_pregrasp_is_away_from_the_object(found):
    grasps = found.grasp_set('library://drum', 'open_hand')
    hand = load_hand_model('open_hand', 'right')
    output = hand.forward(grasps.pregrasp_wrists, grasps.open_fingers,
                          torch.zeros(len(grasps), NUM_SHAPE, dtype=torch.float64))
    grid = GraspTarget.of(can()).grid
    assert (grid(output.vertices).amin(dim=1) > 0.002).all()


def test_the_same_batch_gives_the_same_bits_and_another_seed_other_grasps():
    one, again, other = (
        search_batch(replace(SMALL, seed=seed)).records for seed in (5, 5, 6))
    assert len(one) and len(other)
    for name in ARRAYS:
        assert torch.equal(getattr(one, name), getattr(again, name)), name
    assert not (len(other) == len(one) and torch.equal(other.wrists, one.wrists))


def test_a_grasp_pulled_away_fails(found):
    held = found.hand(0)
    away = held.wrist.clone()
    away[:3] += (held.pregrasp_wrist - held.wrist)[:3] * 0.5
    assert not prove(can(), (replace(held, wrist=away),)).holds


def test_a_grasp_without_friction_fails(found):
    slippery = ProofConfig(physics=PhysicsConfig(effective_friction=0.01))
    assert not prove(can(), (found.hand(0),), config=slippery).holds


def test_open_fingers_do_not_hold(found):
    held = found.hand(0)
    assert not prove(can(), (replace(held, fingers=held.open_fingers),)).holds


def test_mirrored_grasps_are_mirror_images(found):
    model = can()
    left = mirror_records(found, model.affordances)
    shape = torch.zeros(1, NUM_SHAPE, dtype=torch.float64)
    points = [load_hand_model('open_hand', held.side).forward(
        held.wrist[None], held.fingers[None], shape).vertices
        for held in (found.hand(0), left.hand(0))]
    mirror = torch.tensor([1.0, -1.0, 1.0], dtype=torch.float64)
    assert torch.allclose(points[0] * mirror, points[1], atol=2e-6)
    back = mirror_records(left, model.affordances)
    assert torch.allclose(back.wrists[:, :3], found.wrists[:, :3], atol=1e-7)


def test_most_mirrored_grasps_hold_as_well(found):
    left = mirror_records(found, can().affordances)
    assert len(prove_batch(ProofBatch(can(), left)).records) >= len(found) - 1


def test_regions_mirror_by_their_boxes():
    words = load_object('library://rolling_pin').affordances
    assert mirrored_region(words, 'handle_left') == 'handle_right'
    assert mirrored_region(words, 'body') == 'body'
