# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""MANO through the smplx package (extra `mano`; its licence is non-commercial)."""

from pathlib import Path

import torch

from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.hands.mano_files import load_mano, ManoArrays
from hoi_planner.hands.mano_model import ManoHandModel


def smplx_struct(arrays: ManoArrays):
    """
    Return the data structure that smplx.body_models.MANO takes in place of a file.

    :raises HoiPlannerError: smplx is not installed
    """
    struct = import_smplx().utils.Struct
    return struct(
        v_template=arrays.v_template, shapedirs=arrays.shapedirs, posedirs=arrays.posedirs,
        J_regressor=arrays.J_regressor, weights=arrays.weights, f=arrays.f,
        hands_mean=arrays.hands_mean, hands_components=arrays.hands_components,
        kintree_table=arrays.kintree_table)


def import_smplx():
    """
    Return the smplx package.

    :raises HoiPlannerError: it is not installed; names the extra
    """
    try:
        import smplx
        import smplx.utils
    except ImportError as error:
        raise HoiPlannerError(
            FailureCode.UNKNOWN_HAND_MODEL,
            "hand model 'mano_smplx' needs the package smplx: install the extra `mano` "
            f"(pip install 'hoi_planner[mano]'); the import said: {error}") from error
    return smplx


class ManoSmplx(ManoHandModel):
    """MANO posed by smplx.body_models.MANO."""

    model_id = 'mano_smplx'

    def __init__(self, side: str, arrays: ManoArrays):
        """
        Prepare smplx's layer from arrays, not from files.

        :param side: 'left' or 'right'
        :raises HoiPlannerError: smplx is not installed
        """
        self._smplx = import_smplx()
        super().__init__(side, arrays)
        self._layers: dict[tuple, torch.nn.Module] = {}

    def _layer(self, dtype: torch.dtype, device: torch.device) -> torch.nn.Module:
        """Return smplx's layer in a floating type on a device."""
        key = dtype, device
        if key not in self._layers:
            self._layers[key] = self._smplx.body_models.MANO(
                model_path='', data_struct=smplx_struct(self.arrays), dtype=dtype, use_pca=False,
                flat_hand_mean=True, is_rhand=self.side == 'right').to(device)
        return self._layers[key]

    def _run_layer(self, root: torch.Tensor, fingers: torch.Tensor, shape: torch.Tensor):
        """Return vertices (B, V, 3) and joints (B, 16, 3), metres."""
        output = self._layer(shape.dtype, shape.device)(
            betas=shape, global_orient=root, hand_pose=fingers, transl=torch.zeros_like(root))
        return output.vertices, output.joints


def load_mano_smplx(
    side: str, folder: str | Path, fix_left_shape: bool = False, cache_folder: Path | None = None
) -> ManoSmplx:
    """
    Return one side of MANO through smplx.

    :param folder: with MANO_RIGHT.pkl and MANO_LEFT.pkl (or .npz)
    :param fix_left_shape: repair the left side's shape directions (see mano_files)
    """
    import_smplx()
    return ManoSmplx(side, load_mano(folder, side, fix_left_shape, cache_folder))
