# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Users' objects: from a file to library://NAME, and what is refused on the way, a line each."""

import argparse
import json
from pathlib import Path
import struct
import subprocess
import sys

from at_rest import movement_at_rest
from hoi_planner.cli import objects
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.geometry.manifolds import mesh_from_manifold
from hoi_planner.objects.loading import load_object
from hoi_planner.objects.user_library import (
    add_object, folder, read_user_mesh, remove_object, user_objects)
import manifold3d
import numpy as np
import pytest
import trimesh


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    """Give every test a user's directory of its own."""
    monkeypatch.setenv('HOI_HOME', str(tmp_path / 'home'))
    monkeypatch.setenv('HOI_CACHE', str(tmp_path / 'cache'))
    return tmp_path


def hoi_planner(*words) -> None:
    """Run a sub-command of objects as hoi-planner does."""
    top = argparse.ArgumentParser()
    objects.add_commands(top.add_subparsers(required=True))
    arguments = top.parse_args([str(word) for word in words])
    arguments.job(arguments)


def refusal(*words) -> HoiPlannerError:
    """Return the error that a sub-command raises, which is one line."""
    with pytest.raises(HoiPlannerError) as caught:
        hoi_planner(*words)
    assert '\n' not in str(caught.value)
    return caught.value


def bracket() -> trimesh.Trimesh:
    """Return an L of 100 x 80 x 60 mm, not convex, its corner at the origin."""
    foot = manifold3d.Manifold.cube((0.1, 0.02, 0.06))
    return mesh_from_manifold(foot + manifold3d.Manifold.cube((0.02, 0.08, 0.06)))


@pytest.mark.parametrize('extension', ['obj', 'ply', 'glb', 'stl'])
def test_a_mesh_becomes_an_object_of_the_library(home, extension, capsys):
    path = home / f'my-bracket.{extension}'
    # Once is enough for the decomposition, which takes seconds; a hull needs none.
    shape = bracket() if extension == 'obj' else bracket().convex_hull
    shape.copy().apply_scale(1000).export(path)
    hoi_planner('objects', 'add', path, '--scale', 0.001, '--mass', 0.25, '--up', 'y')
    assert 'added as library://my_bracket' in capsys.readouterr().out
    model = load_object('library://my_bracket')
    assert model.category == 'user' and model.mass == 0.25
    # The file's y points up, its z, 60 mm, comes to lie along -y.
    np.testing.assert_allclose(model.mesh.extents, [0.1, 0.06, 0.08], atol=1e-6)
    np.testing.assert_allclose(model.mesh.bounds.sum(axis=0), 0, atol=1e-9)
    assert model.mesh.volume == pytest.approx(shape.volume, rel=1e-4)
    assert model.center_of_mass[2] < 0
    (part,) = model.affordances.graspable
    assert part.name == 'body' and part.contains(np.asarray(model.mesh.vertices)).all()
    moved, turned = movement_at_rest([model])[0]
    assert moved < 0.002 and turned < 0.02
    assert load_object('library://my_bracket', mass=0.4).mass == 0.4
    remove_object('my_bracket')
    assert user_objects() == []
    with pytest.raises(HoiPlannerError, match="the library has no 'my_bracket'"):
        load_object('library://my_bracket')


def test_another_process_sees_it(home):
    path = home / 'cube.stl'
    trimesh.creation.box((0.1, 0.1, 0.1)).export(path)
    hoi_planner('objects', 'add', path)
    code = ('from hoi_planner.objects.loading import load_object;'
            "print(round(load_object('library://cube').mesh.volume, 6))")
    found = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == '0.001'


def test_one_that_is_replaced_is_not_served_from_memory(home):
    path = home / 'cube.stl'
    trimesh.creation.box((0.1, 0.1, 0.1)).export(path)
    hoi_planner('objects', 'add', path, '--mass', 1)
    assert load_object('library://cube').mass == 1
    assert 'is there already' in str(refusal('objects', 'add', path))
    hoi_planner('objects', 'add', path, '--mass', 2, '--replace')
    assert load_object('library://cube').mass == 2
    assert [p.name for p in folder().iterdir()] == ['cube']


@pytest.mark.parametrize('name, message', [
    ('mug', 'taken by a family'), ('../mug', 'must match'), ('a/b', 'must match'),
    ('', 'must match'), ('.', 'must match'), ('Cup', 'must match'), ('x' * 41, 'must match'),
    ('a\nb', 'must match'), ('a%2e', 'must match'),
])
def test_bad_names_are_refused(home, name, message):
    thing = read_user_mesh(saved(home, trimesh.creation.box((0.1, 0.1, 0.1))))
    with pytest.raises(HoiPlannerError, match=message) as caught:
        add_object(name, thing, 'cube.stl')
    assert caught.value.code == FailureCode.INVALID_REQUEST
    with pytest.raises(HoiPlannerError, match=message):
        remove_object(name)


def saved(home: Path, mesh: trimesh.Trimesh, name: str = 'mesh.stl') -> Path:
    """Write a mesh file."""
    mesh.export(home / name)
    return home / name


@pytest.mark.parametrize('size, message', [
    (120.0, r'looks like millimetres: scale it by 0\.001'),
    (5.0, r'looks like centimetres: scale it by 0\.01'),
    (0.0002, 'scaled from millimetres twice'),
    (1e7, 'are its units metres'),
])
def test_sizes_that_no_hand_holds_come_with_a_hint(home, size, message):
    error = refusal('objects', 'add', saved(home, trimesh.creation.box((size, size / 2, size))))
    assert error.code == FailureCode.INVALID_MESH
    with pytest.raises(HoiPlannerError, match=message):
        raise error
    assert user_objects() == []


def test_bad_files_are_refused(home):
    open_box = trimesh.creation.box((0.1, 0.1, 0.1))
    open_box.update_faces(np.arange(len(open_box.faces)) > 0)
    assert 'not watertight' in str(refusal('objects', 'add', saved(home, open_box)))
    (home / 'nan.obj').write_text('v 0 0 0\nv nan 0 0\nv 0 0.1 0\nv 0 0 0.1\n'
                                  'f 1 2 3\nf 1 4 2\nf 2 4 3\nf 3 4 1\n')
    assert 'not finite' in str(refusal('objects', 'check', home / 'nan.obj'))
    for name, content in (('empty.obj', b''), ('empty.stl', b''), ('words.ply', b'not a mesh')):
        (home / name).write_bytes(content)
        assert refusal('objects', 'add', home / name).code == FailureCode.INVALID_MESH
    assert refusal('objects', 'add', home / 'none.obj').code == FailureCode.MISSING_MESH
    assert 'extension' in str(refusal('objects', 'add', home / 'mesh.zip'))
    assert 'weighs' in str(refusal('objects', 'add', saved(home, trimesh.creation.box((1, 1, 1)))))


def test_a_file_that_promises_billions_of_faces_is_refused(home):
    # 134 bytes that ask for 100 GB.
    (home / 'bomb.stl').write_bytes(b' ' * 80 + struct.pack('<I', 2**31 - 1) + b'\0' * 50)
    assert refusal('objects', 'add', home / 'bomb.stl').code == FailureCode.INVALID_MESH


@pytest.mark.parametrize('words, message', [
    (('--scale', '0'), 'scale is 0.0'), (('--scale', 'nan'), 'scale is nan'),
    (('--mass', '-1'), 'mass is -1.0'), (('--mass', 'inf'), 'mass is inf'),
    (('--mass', '101'), 'mass is 101.0'),
])
def test_bad_numbers_are_refused(home, words, message):
    path = saved(home, trimesh.creation.box((0.1, 0.1, 0.1)))
    assert message in str(refusal('objects', 'add', path, *words))


def test_damage_is_told_from_absence(home):
    hoi_planner('objects', 'add', saved(home, trimesh.creation.box((0.1, 0.1, 0.1))))
    place = folder() / 'mesh'
    with pytest.raises(HoiPlannerError, match='has no parameters'):
        load_object('library://mesh?width=1')
    data = bytearray((place / 'arrays.safetensors').read_bytes())
    data[-1] ^= 1
    (place / 'arrays.safetensors').write_bytes(data)
    with pytest.raises(HoiPlannerError, match='checksum is wrong'):
        load_object('library://mesh')
    for card in ('{', '{}', '[]', json.dumps({'format': 9})):
        (place / 'card.json').write_text(card)
        with pytest.raises(HoiPlannerError, match='is damaged, add it again'):
            load_object('library://mesh')


def test_the_list_names_families_and_users_objects(home, capsys):
    hoi_planner('objects', 'add', saved(home, trimesh.creation.box((0.1, 0.2, 0.1)), 'brick.stl'))
    capsys.readouterr()
    hoi_planner('objects')
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith('carton ') and lines[-1].startswith('brick ')
    hoi_planner('objects', 'list')
    assert capsys.readouterr().out.splitlines() == lines
