# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The distance without a mesh: each capsule exact, the hand close to libigl's on the skin."""

from hand_inputs import random_inputs
from hoi_planner.hands.analytic_distance import hand_distance
from hoi_planner.hands.hand_measures import (
    band_points, compare_distances, libigl_distance, mesh_of, pose_hand)
from hoi_planner.hands.postures import posture
from hoi_planner.hands.skin_field import smooth_minimum
from hoi_planner.hands.tapered_capsule import capsule_distance
from hypothesis import given, settings, strategies
import numpy as np
import pytest
import torch
import trimesh

COORDINATE = strategies.floats(-0.05, 0.05)


@given(point=strategies.tuples(COORDINATE, COORDINATE, COORDINATE),
       radii=strategies.tuples(strategies.floats(0.002, 0.02), strategies.floats(0.002, 0.02)))
@settings(max_examples=200)
def test_a_capsule_is_the_union_of_its_spheres(point, radii):
    """A brute-force minimum over 20 001 spheres along the axis is the oracle."""
    a, b = torch.tensor([[0.0, 0, 0], [0.025, 0.01, -0.005]], dtype=torch.float64)
    ra, rb = torch.tensor(radii, dtype=torch.float64)
    point = torch.tensor(point, dtype=torch.float64)
    along = torch.linspace(0, 1, 20001, dtype=torch.float64)
    centres = a + along[:, None] * (b - a)
    brute = ((point - centres).norm(dim=-1) - (ra + along * (rb - ra))).min()
    # On the axis the oracle is off by up to half the 1.4 micrometres between its spheres.
    assert capsule_distance(point, a, b, ra, rb).item() == pytest.approx(brute.item(), abs=8e-7)


def test_a_capsule_against_libigl_on_its_hull():
    sphere = trimesh.creation.icosphere(subdivisions=5)
    hull = trimesh.convex.convex_hull(np.concatenate([
        0.012 * sphere.vertices, 0.007 * sphere.vertices + [0.03, 0.01, 0]]))
    points = np.random.default_rng(0).uniform(-0.03, 0.05, size=(2000, 3))
    reference = libigl_distance(hull, points)
    ends = (torch.zeros(3).double(), torch.tensor([0.03, 0.01, 0.0]).double(),
            torch.tensor(0.012).double(), torch.tensor(0.007).double())
    ours = capsule_distance(torch.from_numpy(points), *ends).numpy()
    assert np.abs(ours - reference).max() < 2e-5        # the facets of the hull


def test_the_smooth_minimum_is_below_the_minimum_and_near_it():
    distances = torch.tensor([[0.004, 0.004], [0.0, 0.02], [-0.01, 0.0]], dtype=torch.float64)
    blended = smooth_minimum(distances, 0.002)
    plain = distances.amin(dim=-1)
    assert (blended <= plain).all()
    assert blended[1].item() == pytest.approx(0.0, abs=1e-6)
    # Equal distances within the onset sink by width times log 2.
    same = smooth_minimum(torch.zeros(1, 2, dtype=torch.float64), 0.002)
    assert same.item() == pytest.approx(-0.002 * np.log(2), rel=1e-12)


# Millimetres: mean over the 20 mm band, largest outside, largest inside. Inside, a fist's mesh
# folds into itself and measures to its own folds; the capsules measure to the union's outside.
BOUNDS = {
    'flat': (0.35, 2.0, 6.5), 'rest': (0.4, 2.0, 6.5), 'relaxed_palm': (0.35, 4.0, 6.5),
    'spread': (0.4, 4.0, 6.5), 'pinch': (0.45, 3.0, 6.5), 'fist': (0.5, 4.5, 11.0),
}


@pytest.mark.parametrize('name', sorted(BOUNDS))
def test_against_libigl_on_the_posed_mesh(right, name):
    mean, outside, inside = BOUNDS[name]
    found = compare_distances(right, posture(name), count=8000)
    assert found['band'].mean < mean
    assert found['outside'].mean < 0.3
    assert found['outside'].maximum < outside
    assert found['inside'].maximum < inside


def test_against_libigl_for_random_shapes_of_both_sides(hand):
    _, _, shapes = random_inputs(hand, 4, seed=11)
    for shape in shapes:
        found = compare_distances(hand, posture('rest', hand.side), shape, count=4000)
        assert found['band'].mean < 0.6
        assert found['outside'].maximum < 4.0


def test_it_moves_with_the_wrist(hand):
    wrist, fingers, shape = random_inputs(hand, 3, seed=12)
    output = hand.forward(wrist, fingers, shape)
    skin = hand_distance(hand, output.vertices, output, shape)
    assert skin.shape == (3, hand.num_vertices)
    assert (skin.abs() < 0.001).double().mean() > 0.9


def test_gradients_in_points_and_pose(right):
    wrist, fingers, shape = random_inputs(right, 1, seed=13)
    mesh = mesh_of(right, pose_hand(right, fingers[0], shape[0]))
    points = torch.from_numpy(band_points(mesh, 12, seed=0))[None]

    def distance(points, fingers, shape):
        output = right.forward(wrist, fingers, shape)
        return hand_distance(right, points + wrist[:, None, :3], output, shape)

    inputs = tuple(t.requires_grad_(True) for t in (points, fingers, shape))
    assert torch.autograd.gradcheck(distance, inputs, eps=1e-7, atol=1e-4, rtol=1e-3)


def test_the_gradient_has_unit_length_outside(right):
    output = pose_hand(right, posture('rest'))
    mesh = mesh_of(right, output)
    points = torch.from_numpy(band_points(mesh, 2000, seed=1))[None].requires_grad_(True)
    distance = hand_distance(right, points, output, torch.zeros(1, 10, dtype=torch.float64))
    gradient, = torch.autograd.grad(distance.sum(), points)
    length = gradient.norm(dim=-1)[distance > 0]
    assert (length < 1.15).all() and length.quantile(0.05) > 0.85
