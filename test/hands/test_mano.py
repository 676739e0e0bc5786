# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The MANO adapters, on a MANO-shaped model: files, cache, closing, order, units, both layers."""

import builtins
import importlib.util
import pickle

from hand_inputs import random_inputs, rest_inputs, rotate
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.hands import mano_files
from hoi_planner.hands.contract import JOINT_NAMES, OPENPOSE_FROM_MANO
from hoi_planner.hands.linear_blend_skinning import pose_template, SkinnedTemplate
from hoi_planner.hands.mano_files import (
    close_wrist, fix_left_shape_directions, load_mano, ManoArrays, read_mano_file)
from hoi_planner.hands.mano_manopth import (
    from_manopth, MANO_FROM_OPENPOSE, manopth_data, ManoManopth)
from hoi_planner.hands.mano_model import MANO_TIPS
from hoi_planner.hands.mano_smplx import ManoSmplx
from hoi_planner.hands.registry import load_hand_model
import numpy as np
import pytest
import roma
from synthetic_mano import chumpy_pickle, synthetic_arrays
import torch
import trimesh

# Copied from manopth/manolayer.py as published (commit 4f1dcad), to compare with ours.
MANOPTH_ORDER = [0, 13, 14, 15, 16, 1, 2, 3, 17, 4, 5, 6, 18, 10, 11, 12, 19, 7, 8, 9, 20]
OPENPOSE_NAMES = ['wrist'] + [
    f'{finger}{k}' for finger in ('thumb', 'index', 'middle', 'ring', 'pinky')
    for k in (1, 2, 3, 4)]


@pytest.fixture(scope='session', params=['right', 'left'])
def arrays(request):
    """Return the synthetic arrays of each side, with the side."""
    return request.param, synthetic_arrays(request.param)


@pytest.fixture
def folder(tmp_path, arrays):
    """Return a folder with one side's pickle."""
    side, values = arrays
    (tmp_path / f'MANO_{side.upper()}.pkl').write_bytes(chumpy_pickle(values))
    return tmp_path


def float32_equal(one: ManoArrays, other: ManoArrays):
    """Say whether two sets of arrays are equal."""
    return all(np.array_equal(getattr(one, name), getattr(other, name))
               for name in ManoArrays.__annotations__)


def test_the_joint_order_is_manopths():
    assert list(OPENPOSE_FROM_MANO) == MANOPTH_ORDER
    names = [*JOINT_NAMES, 'thumb4', 'index4', 'middle4', 'ring4', 'pinky4']
    assert [names[k] for k in OPENPOSE_FROM_MANO] == OPENPOSE_NAMES
    assert [OPENPOSE_NAMES[k] for k in MANO_FROM_OPENPOSE] == list(JOINT_NAMES)


@pytest.mark.parametrize('protocol', [0, 2])
def test_a_chumpy_pickle_loads_and_is_cached_without_pickle(tmp_path, arrays, protocol):
    side, values = arrays
    path = tmp_path / f'MANO_{side.upper()}.pkl'
    path.write_bytes(chumpy_pickle(values, protocol))
    cache = tmp_path / 'cache'
    first = read_mano_file(path, cache)
    assert first.v_template.shape == (778, 3) and first.f.shape == (1538, 3)
    assert float32_equal(first, values)
    cached, = cache.iterdir()
    with np.load(cached, allow_pickle=False) as content:
        assert set(content) == set(ManoArrays.__annotations__)
    assert float32_equal(read_mano_file(path, cache), first)
    assert float32_equal(read_mano_file(cached), first)


def test_the_cache_is_used_for_the_same_bytes_only(folder, arrays, tmp_path, monkeypatch):
    side, _ = arrays
    cache = tmp_path / 'cache'
    load_mano(folder, side, cache_folder=cache)

    def refuse(data):
        raise AssertionError('the pickle was read again')

    monkeypatch.setattr(mano_files, 'load_restricted', refuse)
    load_mano(folder, side, cache_folder=cache)
    path = folder / f'MANO_{side.upper()}.pkl'
    path.write_bytes(path.read_bytes() + b'changed')
    with pytest.raises(AssertionError, match='read again'):
        load_mano(folder, side, cache_folder=cache)


def test_bad_files_are_refused(tmp_path, arrays):
    side, values = arrays
    with pytest.raises(FileNotFoundError, match='must be downloaded by its user'):
        load_mano(tmp_path, side)
    path = tmp_path / f'MANO_{side.upper()}.pkl'
    path.write_bytes(pickle.dumps({'v_template': np.zeros((778, 3))}, protocol=2))
    with pytest.raises(ValueError, match="lacks the arrays .*'shapedirs'"):
        load_mano(tmp_path, side, cache_folder=tmp_path / 'cache')
    with pytest.raises(ValueError, match=r'weights has shape \(778, 15\), must be \(778, 16\)'):
        ManoArrays(**{**vars(values), 'weights': values.weights[:, :15]})
    with pytest.raises(ValueError, match='kintree_table'):
        ManoArrays(**{**vars(values), 'kintree_table': np.zeros((2, 16), dtype=int)})


def test_the_wrist_is_closed_from_the_boundary(arrays):
    _, values = arrays
    faces = close_wrist(values.f)
    assert len(faces) == len(values.f) + 14
    mesh = trimesh.Trimesh(values.v_template, faces, process=False)
    assert mesh.is_watertight and mesh.is_winding_consistent and mesh.euler_number == 2
    assert mesh.volume > 2e-4
    assert np.array_equal(close_wrist(faces), faces)        # nothing to close


def test_two_holes_are_closed_and_touching_holes_refused():
    sphere = trimesh.creation.icosphere(subdivisions=2)
    top, bottom = sphere.vertices[:, 2].argmax(), sphere.vertices[:, 2].argmin()
    holed = sphere.faces[~np.isin(sphere.faces, [top, bottom]).any(axis=1)]
    closed = trimesh.Trimesh(sphere.vertices, close_wrist(holed), process=False)
    assert closed.is_watertight and closed.volume > 3.5
    neighbours = [k for k, face in enumerate(sphere.faces) if top in face]
    touching = np.delete(sphere.faces, [neighbours[0], next(
        k for k in neighbours[1:] if len(np.intersect1d(
            sphere.faces[k], sphere.faces[neighbours[0]])) == 1)], axis=0)
    with pytest.raises(ValueError, match=f'vertex {top} lies on two boundary loops'):
        close_wrist(touching)


def test_the_left_shape_directions_are_repaired_only_where_wrong():
    left, right = synthetic_arrays('left'), synthetic_arrays('right')
    # The published fault: the left file's x directions are the right's.
    wrong = ManoArrays(**{**vars(left), 'shapedirs': right.shapedirs})
    fixed = fix_left_shape_directions(wrong, right)
    assert np.array_equal(fixed.shapedirs[:, 0], -right.shapedirs[:, 0])
    assert np.array_equal(fixed.shapedirs[:, 1:], right.shapedirs[:, 1:])
    assert fix_left_shape_directions(fixed, right) is fixed


def test_the_repair_is_behind_a_flag(tmp_path):
    left, right = synthetic_arrays('left'), synthetic_arrays('right')
    wrong = ManoArrays(**{**vars(left), 'shapedirs': right.shapedirs})
    for name, values in (('LEFT', wrong), ('RIGHT', right)):
        (tmp_path / f'MANO_{name}.pkl').write_bytes(chumpy_pickle(values))
    options = {'folder': str(tmp_path), 'cache_folder': tmp_path / 'cache'}
    plain = load_hand_model('mano_smplx', 'left', **options)
    fixed = load_hand_model('mano_smplx', 'left', fix_left_shape=True, **options)
    assert np.array_equal(plain.arrays.shapedirs, wrong.shapedirs)
    assert np.array_equal(fixed.arrays.shapedirs[:, 0], -wrong.shapedirs[:, 0])


def skinned(values: ManoArrays) -> SkinnedTemplate:
    """Return the arrays as our own skinning takes them."""
    return SkinnedTemplate(
        torch.from_numpy(values.v_template), torch.from_numpy(values.shapedirs).permute(2, 0, 1),
        torch.from_numpy(values.posedirs).permute(2, 0, 1), torch.from_numpy(values.J_regressor),
        torch.from_numpy(values.weights))


def test_smplx_adapter_obeys_the_contract(folder, arrays, tmp_path):
    pytest.importorskip('smplx')
    side, values = arrays
    hand = load_hand_model('mano_smplx', side, folder=folder, cache_folder=tmp_path / 'cache')
    assert (hand.model_id, hand.num_vertices) == ('mano_smplx', 778)
    assert 'non-commercial' in hand.license
    wrist, fingers, shape = random_inputs(hand, 6, seed=20)
    output = hand.forward(wrist, fingers, shape)
    vertices, frames = pose_template(skinned(values), wrist, fingers, shape)
    assert (output.vertices - vertices).abs().max() < 1e-7
    assert (output.transforms - frames).abs().max() < 1e-7
    assert torch.allclose(output.joints16[:, 0], wrist[:, :3], atol=1e-12)
    assert (output.vertices - rotate(wrist, hand.forward(
        rest_inputs(6)[0], fingers, shape).vertices)).abs().max() < 1e-7
    tips = output.vertices[:, list(MANO_TIPS[side])]
    assert torch.equal(output.joints21[:, [4, 8, 12, 16, 20]], tips)
    mesh = trimesh.Trimesh(output.vertices[0].numpy(), hand.faces.numpy(), process=False)
    assert mesh.is_watertight and mesh.volume > 1e-4
    single = hand.forward(*(t.float() for t in (wrist, fingers, shape)))
    assert single.vertices.dtype == torch.float32
    assert (single.vertices - output.vertices).abs().max() < 1e-5


def test_mano_anchors_and_links_are_our_own(arrays):
    pytest.importorskip('smplx')
    side, values = arrays
    hand = ManoSmplx(side, values)
    other = load_hand_model('open_hand', side)
    ours = other.anchors(other.forward(*rest_inputs()))
    theirs = hand.anchors(hand.forward(*rest_inputs()))
    assert (ours - theirs).norm(dim=-1).max() < 0.005       # the same hand, simplified
    links = hand.convex_links(torch.zeros(10, dtype=torch.float64))
    assert {link.joint for link in links} == set(range(16))
    output = hand.forward(*rest_inputs())
    inside = np.zeros(hand.num_vertices, dtype=bool)
    for link in links:
        points = link.vertices + output.transforms[0, link.joint, :3, 3]
        hull = trimesh.convex.convex_hull(points.numpy())
        planes = hull.face_normals
        height = np.einsum('fk,fk->f', planes, hull.triangles[:, 0])
        inside |= (output.vertices[0].numpy() @ planes.T <= height + 1e-3).all(axis=1)
    assert inside.mean() > 0.95


class PublishedManopth(torch.nn.Module):
    """What manopth's layer returns for arrays: millimetres, OpenPose order, about rest joint 0."""

    def __init__(self, values: ManoArrays, side: str):
        super().__init__()
        self.template, self.tips = skinned(values), list(MANO_TIPS[side])

    def forward(self, pose, betas):
        """Return vertices (B, V, 3) and joints (B, 21, 3)."""
        rest = self.template.vertices + torch.einsum(
            'bk,kvc->bvc', betas.double(), self.template.shape_directions)
        root = (self.template.joint_regressor @ rest)[:, 0]
        wrist = torch.cat([root, roma.rotvec_to_unitquat(pose[:, :3].double())], dim=1)
        vertices, frames = pose_template(
            self.template, wrist, pose[:, 3:].double().reshape(-1, 15, 3), betas.double())
        joints = torch.cat([frames[:, :, :3, 3], vertices[:, self.tips]], dim=1)[:, MANOPTH_ORDER]
        return 1000 * vertices.float(), 1000 * joints.float()


def test_manopth_adapter_converts_units_order_and_place(arrays):
    side, values = arrays
    hand = ManoManopth(side, values, PublishedManopth(values, side))
    assert hand.model_id == 'mano_manopth'
    wrist, fingers, shape = random_inputs(hand, 6, seed=21)
    output = hand.forward(wrist, fingers, shape)
    vertices, frames = pose_template(skinned(values), wrist, fingers, shape)
    assert (output.vertices - vertices).abs().max() < 1e-6
    assert (output.joints16 - frames[:, :, :3, 3]).abs().max() < 1e-6
    assert (output.transforms - frames).abs().max() < 1e-5
    joints = torch.cat([output.joints16, output.vertices[:, list(MANO_TIPS[side])]], dim=1)
    assert torch.equal(output.joints21, joints[:, MANOPTH_ORDER])


def test_from_manopth_undoes_the_order():
    joints = torch.arange(16.0).repeat_interleave(3).reshape(1, 16, 3)
    with_tips = torch.cat([joints, torch.full((1, 5, 3), -1.0)], dim=1)[:, MANOPTH_ORDER]
    vertices, back = from_manopth(torch.ones(1, 4, 3), with_tips)
    assert torch.allclose(back, joints / 1000) and torch.allclose(vertices, torch.tensor(0.001))


@pytest.mark.skipif(
    importlib.util.find_spec('manopth') is None, reason='manopth is not installed (GPL, no PyPI)')
def test_the_real_manopth(folder, arrays, tmp_path):
    side, values = arrays
    hand = load_hand_model('mano_manopth', side, folder=folder, cache_folder=tmp_path / 'cache')
    wrist, fingers, shape = random_inputs(hand, 4, seed=22)
    output = hand.forward(wrist, fingers, shape)
    vertices, frames = pose_template(skinned(values), wrist, fingers, shape)
    assert (output.vertices - vertices).abs().max() < 1e-5
    assert (output.joints16 - frames[:, :, :3, 3]).abs().max() < 1e-5


def test_manopth_gets_chumpys_interface_from_plain_arrays(arrays):
    data = manopth_data(arrays[1])
    for name in ('betas', 'shapedirs', 'posedirs', 'v_template', 'weights'):
        assert type(data[name].r) is np.ndarray
        assert torch.Tensor(data[name].r).shape == data[name].shape
    assert np.array_equal(data['J_regressor'].toarray(), arrays[1].J_regressor)


@pytest.mark.parametrize('model, package, advice', [
    ('mano_smplx', 'smplx', 'extra `mano`'), ('mano_manopth', 'manopth', 'not on PyPI')])
def test_a_missing_package_is_named(monkeypatch, model, package, advice):
    real = builtins.__import__

    def without(name, *arguments, **options):
        if name.split('.')[0] == package:
            raise ImportError(f'No module named {package}')
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, '__import__', without)
    with pytest.raises(HoiPlannerError, match=advice) as caught:
        load_hand_model(model, 'right', folder='/nowhere')
    assert caught.value.code == FailureCode.UNKNOWN_HAND_MODEL
    assert package in caught.value.message
