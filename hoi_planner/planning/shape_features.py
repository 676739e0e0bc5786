# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Basis points of objects' meshes, computed once for each shape."""

from collections import OrderedDict
import hashlib
import threading

from hoi_planner.geometry.basis_point_set import BasisPointSet
import torch
import trimesh

CACHE_SIZE = 64     # shapes; 12 kB each


class ShapeFeatures:
    """
    What a network sees of objects; the least recently used are forgotten.

    Remembered by the mesh's content: a changed file is never served stale.
    """

    def __init__(self, points: BasisPointSet):
        """Start with nothing remembered."""
        self._points = points
        self._cache: OrderedDict[bytes, torch.Tensor] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, mesh: trimesh.Trimesh) -> torch.Tensor:
        """Return the vectors (Q, 3), float32, metres; not to be changed."""
        digest = hashlib.sha256(mesh.vertices.tobytes())
        digest.update(mesh.faces.tobytes())
        key = digest.digest()
        with self._lock:
            if key in self._cache:
                self._cache.move_to_end(key)
                return self._cache[key]
        features = self._points.encode(mesh).float()
        with self._lock:
            self._cache[key] = features
            while len(self._cache) > CACHE_SIZE:
                self._cache.popitem(last=False)
        return features
