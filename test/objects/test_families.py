# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""All families and their instances: closed, of one body, made of their parts, at rest."""

from dataclasses import fields

from at_rest import contacts_at_rest, movement_at_rest
from hoi_planner.geometry.meshes import closed_surface
from hoi_planner.geometry.transforms import compose, transform_points
from hoi_planner.objects.families import Bottle, FAMILIES, Jar, Mug
from hoi_planner.objects.instances import instance_resource, TRAIN_INSTANCES, UNSEEN_INSTANCES
from hoi_planner.objects.library import build_library_object, companion
from hoi_planner.objects.loading import load_object
from hoi_planner.objects.standing import standing_pose
from hypothesis import given, settings, strategies as st
import manifold3d
import numpy as np
import pytest
from scipy.spatial import cKDTree
import torch

ALL = sorted(FAMILIES)
INSTANCES = [*TRAIN_INSTANCES, *UNSEEN_INSTANCES]
MASS_LIMITS = {'mug': (0.15, 0.5), 'pan': (0.2, 0.6), 'cutting_board': (0.2, 0.55),
               'hammer': (0.15, 0.5), 'whisk': (0.03, 0.12), 'bottle_cap': (0.01, 0.05)}


def build(name: str, index: int):
    """Return an instance of a family."""
    return build_library_object(instance_resource(name, index))


def overlap(model) -> float:
    """Return the intersection over union of an object's mesh and of its hulls in Bullet."""
    family = model.category
    hulls = manifold3d.Manifold.batch_boolean(
        [manifold3d.Manifold.hull_points(part) for part in model.convex_parts],
        manifold3d.OpType.Add)
    solid = FAMILIES[family]().solid()
    return (hulls ^ solid).volume() / (hulls + solid).volume()


@pytest.mark.parametrize('name', ALL)
def test_the_parts_are_the_mesh(name):
    model = build_library_object(f'library://{name}')
    assert len(model.convex_parts) <= 24
    assert overlap(model) > 0.98


@pytest.mark.parametrize('name', ALL)
def test_it_rests_as_it_says(name):
    moved, turned = movement_at_rest([build_library_object(f'library://{name}')])[0]
    assert moved < 0.001 and turned < np.deg2rad(1)


@pytest.mark.slow
@pytest.mark.parametrize('name', ALL)
def test_all_instances_are_sound_and_rest(name):
    low, high = MASS_LIMITS.get(name, (0.01, 1.2))
    seen = set()
    for index in INSTANCES:
        model = build(name, index)
        assert model.mesh.is_watertight and model.mesh.body_count == 1, index
        assert closed_surface(model.mesh).volume == pytest.approx(model.mesh.volume, rel=1e-6)
        assert low < model.mass < high, (index, model.mass)
        moved, turned = movement_at_rest([model], seconds=0.5)[0]
        assert moved < 0.003 and turned < np.deg2rad(3), index
        seen.add((round(model.mesh.volume, 9), round(model.mass, 6)))
    assert len(seen) == len(INSTANCES)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ALL), st.data())
def test_every_combination_of_parameters_is_one_closed_body(name, data):
    family = FAMILIES[name]
    thing = family(**{
        item.name: data.draw(st.floats(item.metadata['low'], item.metadata['high']), item.name)
        for item in fields(family)})
    mesh = thing.mesh()
    assert mesh.is_watertight and mesh.is_winding_consistent and mesh.body_count == 1
    affordances = thing.affordances()
    assert affordances.graspable
    corners = np.concatenate(thing.convex_parts())
    for item in affordances.regions:
        # A region that holds nothing of the object is misplaced.
        assert item.contains(mesh.triangles_center).any() or item.contains(corners).any()


@pytest.mark.parametrize('index', [0, *UNSEEN_INSTANCES])
def test_a_board_stands_on_one_point_of_each_foot(index):
    # Each point more is three rows more for the solver, in every step that the board stands.
    assert contacts_at_rest(build('cutting_board', index)) == 4


def test_what_is_hollow_is_open_to_physics():
    mug = Mug()
    ray = np.array([0.01, 0.01, 0.0])
    for part in mug.convex_parts():
        hull = manifold3d.Manifold.hull_points(part)
        drop = manifold3d.Manifold.cube((0.002, 0.002, 0.06), True).translate(tuple(ray))
        assert (hull ^ drop).is_empty()


@pytest.mark.parametrize('family, index', [('jar', 0), ('jar', 7), ('bottle', 0), ('bottle', 30)])
def test_a_lid_stays_on_its_vessel(family, index):
    resource = instance_resource(family, index)
    vessel, lid = load_object(resource), load_object(companion(resource))
    pose = standing_pose(vessel, 0.4, 0.0)
    seat = compose(pose, torch.tensor(vessel.affordances.frames['lid_seat']))
    (_, _), (moved, turned) = movement_at_rest([vessel, lid], [pose, seat])
    assert moved < 0.001 and turned < np.deg2rad(1)
    # It comes off upwards freely and is held sideways.
    solids = [manifold3d.Manifold.batch_boolean(
        [manifold3d.Manifold.hull_points(transform_points(
            at, torch.tensor(part)).numpy()) for part in model.convex_parts],
        manifold3d.OpType.Add) for model, at in ((vessel, pose), (lid, seat))]
    assert (solids[0] ^ solids[1].translate((0, 0, 1e-5))).is_empty()
    assert (solids[0] ^ solids[1].translate((0.0015, 0, 1e-5))).is_empty()
    assert not (solids[0] ^ solids[1].translate((0.005, 0, 1e-5))).is_empty()


def test_only_what_has_a_neck_has_a_companion():
    assert companion('library://mug') is None
    assert companion('library://jar') == 'library://jar_lid'
    assert Jar().companion().radius > Jar().neck_radius + 0.0018
    assert companion('library://bottle') == 'library://bottle_cap'
    assert Bottle(neck_radius=0.014).companion().neck == 0.014


def test_frames_keep_their_conventions():
    for name in ALL:
        model = build_library_object(f'library://{name}')
        for key, pose in model.affordances.frames.items():
            axes = torch.tensor(pose)
            ends = transform_points(axes, torch.eye(3, dtype=torch.float64)) - axes[:3]
            distance = model.mesh.nearest.on_surface(pose[None, :3])[1][0]
            if key in ('spout', 'top', 'bristles', 'tip', 'blade'):
                assert distance < 0.004, (name, key, distance)
            if key in ('opening', 'spout', 'top') and name not in ('jar_lid', 'bottle_cap'):
                assert ends[2, 2] > 0.99, (name, key)
            if key == 'spout':
                assert ends[0, 0] > 0.99, name


def test_mirror_planes_are_planes_of_symmetry():
    for name in ALL:
        model = build_library_object(f'library://{name}')
        normal = model.affordances.mirror_normal
        points = np.concatenate(model.convex_parts)
        mirrored = points - 2 * np.outer(points @ normal, normal)
        distance, _ = cKDTree(points).query(mirrored)
        assert distance.max() < 1e-6, name
        assert model.center_of_mass @ normal == pytest.approx(0, abs=1e-5), name
