# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Firm grasps hold with less friction; what was found is kept on disk, by all it hangs on."""

from dataclasses import replace

from hoi_planner.demonstrations.grasps import firmness
from hoi_planner.demonstrations.grasps.firmness import (
    firm, grasps_hash, holds_firmly, PHYSICS)
from hoi_planner.demonstrations.grasps.library import grasps_for
from hoi_planner.objects.loading import load_object
from hoi_planner.physics.config import PhysicsConfig
import pytest
import torch


@pytest.fixture()
def lid():
    """Return a bottle cap and four of its grasps."""
    model = load_object('library://bottle_cap')
    return model, grasps_for(model, 'right').select([0, 1, 2, 3])


def test_with_hardly_any_friction_no_grasp_is_firm_and_as_proven_all_are(lid):
    model, grasps = lid
    slippery = replace(PHYSICS, effective_friction=0.05)
    assert not any(holds_firmly(model, grasps, i, slippery) for i in range(len(grasps)))
    assert all(holds_firmly(model, grasps, i, PhysicsConfig()) for i in range(len(grasps)))


def test_it_is_found_once_and_then_read(lid, tmp_path, monkeypatch):
    model, grasps = lid
    monkeypatch.setenv('HOI_CACHE', str(tmp_path))
    found = firm(model, grasps)
    assert found.dtype == torch.bool and found.shape == (len(grasps),)
    assert found.tolist() == [holds_firmly(model, grasps, i) for i in range(len(grasps))]
    asked = []
    monkeypatch.setattr(firmness, 'holds_firmly', lambda *given: bool(asked.append(given)))
    assert torch.equal(firm(model, grasps), found) and not asked
    # Other grasps, or the same of a heavier object, are another question.
    assert not firm(model, grasps.select([1, 0])).any() and len(asked) == 2
    assert not firm(replace(model, mass=2 * model.mass), grasps).any() and len(asked) == 6


def test_another_processors_last_bits_are_no_other_grasps(lid):
    grasps = lid[1]
    noise = torch.linspace(-1, 1, grasps.fingers.numel(), dtype=torch.float64)
    noise = noise.reshape(grasps.fingers.shape)
    twin = replace(grasps, fingers=grasps.fingers + 1e-15 * noise)
    assert not torch.equal(twin.fingers, grasps.fingers)
    assert grasps_hash(twin) == grasps_hash(grasps)
    bent = replace(grasps, fingers=grasps.fingers + 1e-4 * noise)
    assert grasps_hash(bent) != grasps_hash(grasps)
    assert grasps_hash(replace(grasps, lift=grasps.lift + 1e-5)) != grasps_hash(grasps)
