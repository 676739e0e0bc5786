# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Signed distance by open3d, an optional extra; libigl's is the rule."""

import numpy as np
import trimesh


def load_open3d():
    """
    Return the module open3d.

    :raises ImportError: it or a system library of its is missing; says what to install
    """
    try:
        import open3d
    except (ImportError, OSError) as error:
        raise ImportError(
            "open3d is optional and not usable here: pip install 'hoi_planner[open3d]' (and the "
            f'system libraries it asks for, libusb-1.0-0 and libgomp1): {error}') from error
    return open3d


class Open3dDistance:
    """
    Exact signed distance to one mesh, negative inside; builds its ray-casting scene once.

    Faster than libigl for many points on one mesh, in single precision: for work where a hundredth
    of a millimetre does not matter.
    """

    def __init__(self, mesh: trimesh.Trimesh):
        """
        Build the scene.

        :param mesh: watertight, metres
        :raises ImportError: open3d is missing
        """
        open3d = load_open3d()
        self._tensor = open3d.core.Tensor
        self._scene = open3d.t.geometry.RaycastingScene()
        self._scene.add_triangles(
            self._tensor(np.array(mesh.vertices, dtype=np.float32)),
            self._tensor(np.array(mesh.faces, dtype=np.uint32)))

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """
        Return the (P,) signed distances of points (P, 3), mesh frame, metres.

        :raises ValueError: a wrong shape, a number that is not finite
        """
        points = np.array(points, dtype=np.float32)
        if points.ndim != 2 or points.shape[1] != 3:
            raise ValueError(f'points has shape {points.shape}, must be (P, 3)')
        if not np.isfinite(points).all():
            raise ValueError('points has a number that is not finite')
        return self._scene.compute_signed_distance(
            self._tensor(points)).numpy().astype(np.float64)
