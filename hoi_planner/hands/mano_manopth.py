# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""MANO through manopth (GPL-3, not on PyPI: the user installs a clone of it)."""

from pathlib import Path

import numpy as np
import scipy.sparse
import torch

from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.hands.contract import NUM_JOINTS, NUM_SHAPE, OPENPOSE_FROM_MANO
from hoi_planner.hands.mano_files import load_mano, ManoArrays
from hoi_planner.hands.mano_model import ManoHandModel

MILLIMETRE = 0.001
# Where each of MANO's 16 joints stands among OpenPose's 21.
MANO_FROM_OPENPOSE = tuple(OPENPOSE_FROM_MANO.index(joint) for joint in range(NUM_JOINTS))


def from_manopth(vertices: torch.Tensor, joints21: torch.Tensor):
    """
    Return vertices (B, V, 3) and joints (B, 16, 3) in metres and MANO's order.

    :param vertices: (B, V, 3) millimetres, as manopth's layer returns them
    :param joints21: (B, 21, 3) millimetres, OpenPose order
    """
    return vertices * MILLIMETRE, joints21[:, list(MANO_FROM_OPENPOSE)] * MILLIMETRE


class ChumpyLike(np.ndarray):
    """An array whose value is also its attribute r, as manopth reads chumpy's arrays."""

    @property
    def r(self) -> np.ndarray:
        """Return the plain array."""
        return np.asarray(self)


def manopth_data(arrays: ManoArrays) -> dict:
    """Return what manopth's reader would return for a file with these arrays."""
    def chumpy_like(array):
        return np.asarray(array).view(ChumpyLike)

    return {
        'betas': chumpy_like(np.zeros(NUM_SHAPE)),
        'shapedirs': chumpy_like(arrays.shapedirs),
        'posedirs': chumpy_like(arrays.posedirs),
        'v_template': chumpy_like(arrays.v_template),
        'weights': chumpy_like(arrays.weights),
        'J_regressor': scipy.sparse.csc_matrix(arrays.J_regressor),
        'f': arrays.f,
        'hands_components': arrays.hands_components,
        'hands_mean': arrays.hands_mean,
        'kintree_table': arrays.kintree_table,
    }


def import_manopth():
    """
    Return the module manopth.manolayer.

    :raises HoiPlannerError: it is not installed, or one of its own imports fails
    """
    try:
        import manopth.manolayer
    except ImportError as error:
        raise HoiPlannerError(
            FailureCode.UNKNOWN_HAND_MODEL,
            "hand model 'mano_manopth' needs the package manopth, which is not on PyPI: clone "
            'https://github.com/hassony2/manopth and pip install it; the import said: '
            f'{error}') from error
    return manopth.manolayer


def build_layer(side: str, arrays: ManoArrays) -> torch.nn.Module:
    """
    Return manopth's own layer, made from arrays.

    manopth would unpickle MANO's file itself, without restriction and through chumpy, which does
    not import on Python 3.11: while its layer is made, its reader is ours.
    """
    module = import_manopth()
    reader = module.ready_arguments
    module.ready_arguments = lambda path: manopth_data(arrays)
    try:
        return module.ManoLayer(
            side=side, use_pca=False, flat_hand_mean=True, center_idx=None)
    finally:
        module.ready_arguments = reader


class ManoManopth(ManoHandModel):
    """MANO posed by manopth.manolayer.ManoLayer."""

    model_id = 'mano_manopth'

    def __init__(self, side: str, arrays: ManoArrays, layer: torch.nn.Module):
        """
        Wrap a layer.

        :param side: 'left' or 'right'
        :param arrays: what the layer was made from
        :param layer: called with (pose (B, 48), shape (B, 10)), returns vertices and 21 joints, mm
        """
        super().__init__(side, arrays)
        self._manopth = layer

    def _run_layer(self, root: torch.Tensor, fingers: torch.Tensor, shape: torch.Tensor):
        """Return vertices (B, V, 3) and joints (B, 16, 3), metres; manopth computes in float32."""
        pose = torch.cat([root, fingers], dim=1)
        vertices, joints = from_manopth(*self._manopth(pose.float(), shape.float()))
        return vertices.to(shape), joints.to(shape)


def load_mano_manopth(
    side: str, folder: str | Path, fix_left_shape: bool = False, cache_folder: Path | None = None
) -> ManoManopth:
    """
    Return one side of MANO through manopth.

    :param folder: with MANO_RIGHT.pkl and MANO_LEFT.pkl (or .npz)
    :param fix_left_shape: repair the left side's shape directions (see mano_files)
    """
    import_manopth()
    arrays = load_mano(folder, side, fix_left_shape, cache_folder)
    return ManoManopth(side, arrays, build_layer(side, arrays))
