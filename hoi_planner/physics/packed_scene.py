# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A scene on its way to the worker processes, and how they tell that they have it."""

from dataclasses import fields, replace
import functools
import hashlib
import io
import pickle

import numpy as np
import trimesh

from hoi_planner.objects.model import ObjectModel
from hoi_planner.physics.scene import PhysicsScene


class PackedScene:
    """
    A scene as it is sent to workers.

    key: a digest of what it is
    """

    def __init__(self, scene: PhysicsScene):
        """Digest the scene."""
        # Not its pickled bytes: what trimesh has worked out of a mesh is among them.
        models = [*scene.objects.values(), *(obstacle.model for obstacle in scene.obstacles)]
        solids = [(model.mesh.vertices.tobytes(), model.mesh.faces.tobytes()) for model in models]
        rest = [{field.name: getattr(model, field.name) for field in fields(model)
                 if field.name != 'mesh'} for model in models]
        places = [(obstacle.id, obstacle.pose.tolist()) for obstacle in scene.obstacles]
        content = io.BytesIO()
        pickler = pickle.Pickler(content)
        pickler.fast = True         # no word of whether two equal things are one
        pickler.dump(
            (list(scene.objects), scene.hand_model, scene.table_height, places, solids, rest))
        self._scene, self.key = scene, hashlib.sha256(content.getvalue()).hexdigest()

    @functools.cached_property
    def data(self) -> bytes:
        """Return the pickled scene."""
        scene = self._scene
        return pickle.dumps(replace(
            scene, objects={name: _bare(model) for name, model in scene.objects.items()},
            obstacles=tuple(
                replace(obstacle, model=_bare(obstacle.model)) for obstacle in scene.obstacles)))


def _bare(model: ObjectModel) -> ObjectModel:
    """Return a model whose mesh has worked out nothing: another thread may just be about to."""
    return replace(model, mesh=trimesh.Trimesh(
        np.array(model.mesh.vertices), np.array(model.mesh.faces), process=False))
