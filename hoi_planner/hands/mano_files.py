# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Read MANO's model files (licensed; the user brings them) into plain arrays.

A pickle is read through the restricted unpickler and kept as npz in a cache; no pickle is written.
"""

from dataclasses import dataclass, fields
import hashlib
import os
from pathlib import Path
import tempfile

import numpy as np

from hoi_planner.assets import cache_directory
from hoi_planner.hands.contract import NUM_JOINTS, NUM_SHAPE, PARENTS
from hoi_planner.hands.restricted_unpickler import as_array, load_restricted

FILE_NAMES = {'right': 'MANO_RIGHT', 'left': 'MANO_LEFT'}
MANO_PAGE = 'https://mano.is.tue.mpg.de'


@dataclass(frozen=True)
class ManoArrays:
    """The arrays of one side, in the layout of MANO's files; V vertices, metres."""

    v_template: np.ndarray          # (V, 3)
    shapedirs: np.ndarray           # (V, 3, 10)
    posedirs: np.ndarray            # (V, 3, 135)
    J_regressor: np.ndarray         # (16, V)
    weights: np.ndarray             # (V, 16)
    f: np.ndarray                   # (F, 3), open at the wrist
    hands_mean: np.ndarray          # (45,)
    hands_components: np.ndarray    # (45, 45)
    kintree_table: np.ndarray       # (2, 16)

    def __post_init__(self):
        """
        Check the shapes and the tree.

        :raises ValueError: names the array, its shape and the shape that it must have
        """
        count = len(self.v_template)
        wanted = {
            'v_template': (count, 3), 'shapedirs': (count, 3, NUM_SHAPE),
            'posedirs': (count, 3, 135), 'J_regressor': (NUM_JOINTS, count),
            'weights': (count, NUM_JOINTS), 'f': (len(self.f), 3), 'hands_mean': (45,),
            'hands_components': (45, 45), 'kintree_table': (2, NUM_JOINTS)}
        for name, shape in wanted.items():
            given = getattr(self, name).shape
            if given != shape:
                raise ValueError(f'MANO array {name} has shape {given}, must be {shape}')
        if tuple(self.kintree_table[0, 1:].astype(int)) != PARENTS[1:]:
            raise ValueError(f'MANO kintree_table says parents {self.kintree_table[0].tolist()}, '
                             f'must be {list(PARENTS)}')


def find_mano_file(folder: Path, side: str) -> Path:
    """
    Return MANO's file of a side in a folder, in its `mano` or `models` folder; npz before pkl.

    :raises FileNotFoundError: names the folder and where the files come from
    """
    for place in (folder, folder / 'mano', folder / 'models'):
        for suffix in ('.npz', '.pkl'):
            path = place / f'{FILE_NAMES[side]}{suffix}'
            if path.is_file():
                return path
    raise FileNotFoundError(
        f'{FILE_NAMES[side]}.pkl or .npz is not in {folder}; MANO is licensed and must be '
        f'downloaded by its user from {MANO_PAGE}')


def read_mano_file(path: Path, cache_folder: Path | None = None) -> ManoArrays:
    """
    Read MANO_RIGHT or MANO_LEFT as pkl or npz.

    :param path: the file
    :param cache_folder: where the npz of a pickle is kept, named by the pickle's SHA-256; None
        means the package's cache
    :raises pickle.UnpicklingError: the pickle asks for what is not allowed
    :raises ValueError: an array is missing or has a wrong shape
    """
    if path.suffix == '.npz':
        return _read_npz(path)
    data = path.read_bytes()
    folder = cache_directory() / 'mano' if cache_folder is None else cache_folder
    cached = folder / f'{hashlib.sha256(data).hexdigest()}.npz'
    if cached.is_file():
        return _read_npz(cached)
    arrays = _arrays_from(load_restricted(data), path)
    _write_npz(arrays, cached)
    return arrays


def _arrays_from(content, path: Path) -> ManoArrays:
    """Return the arrays of an unpickled or npz dictionary; shape directions beyond 10 are cut."""
    names = [field.name for field in fields(ManoArrays)]
    missing = [name for name in names if name not in content]
    if missing:
        raise ValueError(f'{path} lacks the arrays {missing}')
    arrays = {name: as_array(content[name]) for name in names}
    for name in names:
        whole = name in ('f', 'kintree_table')
        # The wrist's parent is stored as 2**32 - 1: it becomes -1 in signed 32 bits.
        arrays[name] = (arrays[name].astype(np.uint32).astype(np.int32) if whole
                        else arrays[name].astype(np.float64))
    arrays['shapedirs'] = arrays['shapedirs'][:, :, :NUM_SHAPE]
    return ManoArrays(**arrays)


def _read_npz(path: Path) -> ManoArrays:
    """Return the arrays of an npz file that holds no objects."""
    with np.load(path, allow_pickle=False) as content:
        return _arrays_from(dict(content), path)


def _write_npz(arrays: ManoArrays, path: Path) -> None:
    """Write beside and rename, so that another process never reads half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix='.part', delete=False) as file:
        np.savez_compressed(file, **{field.name: getattr(arrays, field.name)
                                     for field in fields(ManoArrays)})
    os.replace(file.name, path)


def close_wrist(faces: np.ndarray) -> np.ndarray:
    """
    Return faces (F + n - 2, 3) with every boundary loop of n vertices closed by a fan.

    :param faces: (F, 3) oriented; boundary loops must not touch each other
    :raises ValueError: a boundary vertex belongs to two loops
    """
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    known = {(int(a), int(b)) for a, b in edges}
    # A cap runs along each boundary edge the other way.
    onward = {}
    for a, b in sorted(known):
        if (b, a) not in known:
            if b in onward:
                raise ValueError(f'vertex {b} lies on two boundary loops')
            onward[b] = a
    caps = []
    while onward:
        first = min(onward)
        loop = [first]
        while (following := onward.pop(loop[-1])) != first:
            loop.append(following)
        caps += [(first, loop[k], loop[k + 1]) for k in range(1, len(loop) - 1)]
    return np.concatenate([faces, np.array(caps, dtype=faces.dtype).reshape(-1, 3)])


def fix_left_shape_directions(left: ManoArrays, right: ManoArrays) -> ManoArrays:
    """
    Return the left side with the sign of its shape directions' x repaired where it is wrong.

    MANO_LEFT.pkl was published with the right hand's x directions (github.com/vchoutas/smplx issue
    48). Datasets fitted without the repair, such as DexYCB, need the file as it is.
    """
    if np.abs(left.shapedirs[:, 0] - right.shapedirs[:, 0]).sum() >= 1:
        return left
    repaired = left.shapedirs.copy()
    repaired[:, 0] *= -1
    arrays = {field.name: getattr(left, field.name) for field in fields(ManoArrays)}
    return ManoArrays(**{**arrays, 'shapedirs': repaired})


def load_mano(
    folder: str | Path, side: str, fix_left_shape: bool = False, cache_folder: Path | None = None
) -> ManoArrays:
    """
    Return the arrays of one side from a folder with MANO's files.

    :param fix_left_shape: repair the left side's shape directions; needs the right file too
    """
    arrays = read_mano_file(find_mano_file(Path(folder), side), cache_folder)
    if side == 'left' and fix_left_shape:
        right = read_mano_file(find_mano_file(Path(folder), 'right'), cache_folder)
        arrays = fix_left_shape_directions(arrays, right)
    return arrays
