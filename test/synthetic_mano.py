# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
A MANO-shaped model without MANO: 778 vertices, 1538 faces, a wrist loop of 16, MANO's tips.

The open hand, simplified. Its pickle is written like MANO's, with chumpy's classes by name.
"""

import contextlib
import pickle
import sys
import types

from hoi_planner.hands.hand_description import load_description
from hoi_planner.hands.mano_files import ManoArrays
from hoi_planner.hands.mano_model import MANO_TIPS
from hoi_planner.hands.open_hand_skinning import joint_regressor
from hoi_planner.hands.registry import load_hand_model
import igl
import numpy as np
import scipy.sparse
import torch

WRIST_FACES = 14


def open_wrist(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Return the faces without a strip of 14 at the wrist, which leaves one loop of 16 vertices."""
    start = int(vertices[faces].mean(axis=1)[:, 0].argmax())
    removed, known = [start], set(faces[start].tolist())
    while len(removed) < WRIST_FACES:
        for face, corners in enumerate(faces.tolist()):
            new = set(corners) - known
            shares_edge = any(len(set(corners) & set(faces[k].tolist())) == 2 for k in removed)
            if face not in removed and len(new) == 1 and shares_edge:
                removed.append(face)
                known |= new
                break
        else:
            raise AssertionError('the strip cannot grow')
    return np.delete(faces, removed, axis=0)


def synthetic_arrays(side: str) -> ManoArrays:
    """Return MANO-shaped arrays of one side."""
    hand = load_hand_model('open_hand', side)
    template = hand.template(torch.float64)
    vertices, faces, _, source = igl.decimate(
        template.vertices.numpy(), hand.faces.numpy(), 778 * 2 - 4)[:4]
    assert vertices.shape == (778, 3) and faces.shape == (1552, 3)
    directions = template.shape_directions[:, source]
    # Put the fingertips where MANO has them.
    tips = [int(np.linalg.norm(vertices - tip, axis=1).argmin())
            for tip in template.vertices[hand.tips].numpy()]
    order = [k for k in range(778) if k not in tips]
    for place, tip in sorted(zip(MANO_TIPS[side], tips)):
        order.insert(place, tip)
    rank = np.argsort(order)
    vertices, source, directions = vertices[order], source[order], directions[:, order]
    faces = open_wrist(vertices, rank[faces])
    description = load_description()
    flip = torch.tensor([1.0 if side == 'right' else -1.0, 1, 1], dtype=torch.float64)
    regressor = joint_regressor(torch.from_numpy(vertices) * flip, directions * flip, description)
    return ManoArrays(
        v_template=vertices + [0.0957, 0.0064, 0.0062],     # MANO's wrist is not at the origin
        shapedirs=directions.permute(1, 2, 0).numpy(),
        posedirs=template.pose_directions[:, source].permute(1, 2, 0).numpy(),
        J_regressor=regressor.numpy(), weights=template.weights[source].numpy(),
        f=faces, hands_mean=np.zeros(45), hands_components=np.eye(45),
        kintree_table=np.array([[-1, 0, 1, 2, 0, 4, 5, 0, 7, 8, 0, 10, 11, 0, 13, 14],
                                list(range(16))]))


@contextlib.contextmanager
def chumpy_names():
    """Provide classes that pickle under chumpy's names, while the pickle is written."""
    names = ('chumpy', 'chumpy.ch', 'chumpy.reordering')
    modules = {name: types.ModuleType(name) for name in names}
    classes = {}
    for module, name in (('chumpy.ch', 'Ch'), ('chumpy.reordering', 'Select')):
        classes[name] = type(name, (), {'__module__': module, '__qualname__': name})
        setattr(modules[module], name, classes[name])
    sys.modules.update(modules)
    try:
        yield classes['Ch'], classes['Select']
    finally:
        for name in modules:
            del sys.modules[name]


def chumpy_pickle(arrays: ManoArrays, protocol: int = 2) -> bytes:
    """Return a pickle laid out as MANO's: chumpy arrays, a Select, a sparse regressor, text."""
    with chumpy_names() as (ch_class, select_class):
        def ch(array):
            one = ch_class()
            one.__dict__.update(x=np.asarray(array), _dirty_vars=None, _itr=None)
            return one

        shapedirs = select_class()
        whole = np.concatenate([np.full(5, 7.0), arrays.shapedirs.ravel()])
        shapedirs.__dict__.update(
            a=ch(whole), idxs=np.arange(5, len(whole)), preferred_shape=arrays.shapedirs.shape)
        return pickle.dumps({
            'v_template': ch(arrays.v_template), 'shapedirs': shapedirs,
            'posedirs': arrays.posedirs, 'weights': ch(arrays.weights),
            'J_regressor': scipy.sparse.csc_matrix(arrays.J_regressor),
            'f': arrays.f.astype(np.uint32), 'hands_mean': arrays.hands_mean,
            'hands_components': arrays.hands_components, 'hands_coeffs': np.zeros((4, 45)),
            'kintree_table': (arrays.kintree_table % 2**32).astype(np.uint32),
            'bs_style': 'lbs', 'bs_type': 'lrotmin'}, protocol=protocol)
