# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""MANO through manopth (GPL-3, not on PyPI: the user installs a clone of it)."""

from pathlib import Path

import torch

from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.hands.contract import NUM_JOINTS, OPENPOSE_FROM_MANO
from hoi_planner.hands.mano_files import find_mano_file, load_mano, ManoArrays
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


def import_manopth_layer():
    """
    Return manopth's layer class.

    :raises HoiPlannerError: it is not installed, or one of its own imports fails
    """
    try:
        from manopth.manolayer import ManoLayer
    except ImportError as error:
        raise HoiPlannerError(
            FailureCode.UNKNOWN_HAND_MODEL,
            "hand model 'mano_manopth' needs the package manopth, which is not on PyPI: clone "
            'https://github.com/hassony2/manopth and pip install it beside the extra `mano`; the '
            f'import said: {error}') from error
    return ManoLayer


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
    side: str, folder: str | Path, cache_folder: Path | None = None
) -> ManoManopth:
    """
    Return one side of MANO through manopth, which reads the same folder itself (with chumpy).

    :param folder: with MANO_RIGHT.pkl and MANO_LEFT.pkl
    """
    layer_class = import_manopth_layer()
    arrays = load_mano(folder, side, cache_folder=cache_folder)
    layer = layer_class(
        mano_root=str(find_mano_file(Path(folder), side).parent), side=side, use_pca=False,
        flat_hand_mean=True, center_idx=None)
    return ManoManopth(side, arrays, layer)
