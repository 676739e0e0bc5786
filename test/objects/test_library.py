# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The library: closed formulas for volume, mass and inertia; parts against meshes; refusals."""

from dataclasses import fields
import math

from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.geometry.meshes import closed_surface
from hoi_planner.geometry.signed_distance import exact_signed_distance
from hoi_planner.objects.families import Carton, Drum, Family, Tote
from hoi_planner.objects.library import build_library_object, FAMILIES, list_library
from hypothesis import given, settings, strategies as st
import numpy as np
import pytest
from scipy.spatial import ConvexHull


@st.composite
def any_plain_family(draw) -> Family:
    """Draw a family of touching parts with every parameter anywhere in its range."""
    family = draw(st.sampled_from([Carton, Drum, Tote]))
    return family(**{
        item.name: draw(st.floats(item.metadata['low'], item.metadata['high']))
        for item in fields(family)})


@settings(max_examples=60, deadline=None)
@given(any_plain_family())
def test_every_parameter_gives_a_solid_made_of_its_parts(thing):
    mesh = thing.mesh()
    assert mesh.is_watertight and mesh.is_winding_consistent and mesh.body_count == 1
    assert closed_surface(mesh).volume == pytest.approx(mesh.volume)
    hulls = [ConvexHull(part) for part in thing.convex_parts()]
    assert sum(hull.volume for hull in hulls) == pytest.approx(mesh.volume, rel=1e-6)
    corners = np.concatenate(thing.convex_parts())
    np.testing.assert_allclose([corners.min(axis=0), corners.max(axis=0)], mesh.bounds, atol=1e-9)
    # With equal volumes, parts inside the mesh are the mesh.
    inside = np.concatenate([
        np.random.default_rng(0).dirichlet(np.ones(len(part)), 40) @ part
        for part in thing.convex_parts()])
    assert exact_signed_distance(mesh, inside).max() < 1e-9


def test_every_default_is_named():
    for name, family in FAMILIES.items():
        model = build_library_object(f'library://{name}')
        assert family.name == name == model.category
        assert model.resource == f'library://{name}' and model.mass == family().kilograms


def test_carton_has_the_size_and_the_chamfers_asked_for():
    carton = Carton(width=0.4, depth=0.3, height=0.2, chamfer=0.01)
    mesh = carton.mesh()
    np.testing.assert_allclose(mesh.extents, [0.4, 0.3, 0.2])
    w, d, h, c = 0.4, 0.3, 0.2, 0.01
    # A cut edge takes a prism c^2/2 a metre; of a corner cube c^3 only the tetrahedron
    # x + y + z >= 2 c stays, one sixth.
    edges = 4 * ((w - 2 * c) + (d - 2 * c) + (h - 2 * c)) * c * c / 2
    assert mesh.volume == pytest.approx(w * d * h - edges - 8 * 5 / 6 * c**3, rel=1e-9)
    assert mesh.is_convex


def test_drum_has_exactly_the_volume_of_its_cylinder():
    drum = Drum(radius=0.1, height=0.3)
    assert drum.mesh().volume == pytest.approx(math.pi * 0.1**2 * 0.3, rel=1e-9)


def test_tote_is_open_at_the_top():
    tote = Tote(width=0.3, depth=0.2, height=0.1, wall=0.01)
    mesh = tote.mesh()
    assert mesh.volume == pytest.approx(0.3 * 0.2 * 0.1 - 0.28 * 0.18 * 0.09, rel=1e-9)
    distance = exact_signed_distance(mesh, np.array([[0, 0, 0], [0, 0, -0.045], [0.145, 0, 0]]))
    assert distance[0] == pytest.approx(0.04)
    np.testing.assert_allclose(distance[1:], -0.005, atol=1e-9)
    assert len(tote.convex_parts()) == 5


def test_mass_and_inertia_of_a_carton_against_the_formula_of_a_box():
    model = build_library_object('library://carton?width=0.3&depth=0.2&height=0.1&chamfer=0.0005')
    m = model.mass
    expected = m / 12 * np.array([0.2**2 + 0.1**2, 0.3**2 + 0.1**2, 0.3**2 + 0.2**2])
    np.testing.assert_allclose(np.diag(model.inertia), expected, rtol=1e-3)
    np.testing.assert_allclose(model.center_of_mass, 0, atol=1e-9)


def test_resources_set_parameters_and_mass():
    model = build_library_object('library://carton?width=0.32&mass=1.5')
    assert model.mesh.extents[0] == pytest.approx(0.32) and model.mass == 1.5
    assert build_library_object('library://carton?width=0.32&mass=1.5', mass=2.5).mass == 2.5
    assert build_library_object('library://carton/').mass == 0.8


@pytest.mark.parametrize('resource, code, message', [
    ('library://dragon', FailureCode.MISSING_MESH,
     r"the library has no 'dragon'; it has \['ball', 'bottle', "),
    ('library://', FailureCode.MISSING_MESH, "the library has no ''"),
    ('library://carton?colour=1', FailureCode.INVALID_REQUEST,
     r"carton has no parameter 'colour'; it has \['width', 'depth'"),
    ('library://carton?width=wide', FailureCode.INVALID_REQUEST, "width is 'wide', must be a numb"),
    ('library://carton?width=9', FailureCode.INVALID_REQUEST, 'width is 9.0, must be 0.05 to 0.6'),
    ('library://carton?width=nan', FailureCode.INVALID_REQUEST, 'width is nan, must be 0.05'),
    ('library://carton?mass=-1', FailureCode.INVALID_REQUEST, 'mass is -1.0, must be 0.02 to 20'),
    ('library://carton?width=0.3&width=0.4', FailureCode.INVALID_REQUEST, 'given twice'),
    ('library://carton?width', FailureCode.INVALID_REQUEST, 'does not parse'),
    ('library://carton?' + '&'.join(['width=1'] * 40), FailureCode.INVALID_REQUEST,
     'does not parse'),
    ('library://carton/x', FailureCode.INVALID_REQUEST, 'must read library://NAME'),
    ('library://carton#x', FailureCode.INVALID_REQUEST, 'must read library://NAME'),
    ('library://[', FailureCode.INVALID_REQUEST, 'does not parse'),
])
def test_bad_resources_are_refused(resource, code, message):
    with pytest.raises(HoiPlannerError, match=message) as caught:
        build_library_object(resource)
    assert caught.value.code == code


def test_list_library_names_every_parameter_with_its_range():
    listing = list_library()
    assert set(listing) == set(FAMILIES)
    assert 'wall=0.006 (0.002 to 0.02)' in listing['tote']
    assert 'closed carton' in listing['carton']
