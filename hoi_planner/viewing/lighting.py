# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Light at points of a surface: a key light of some width, and a sky that bodies block."""

import math
from dataclasses import dataclass

import numpy as np
from embreex.rtcore_scene import EmbreeScene

from hoi_planner.viewing.mesh_shading import unit

GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
SURFACE_OFFSET = 4e-4      # metres; rays start so far off the surface, or they would hit it


@dataclass(frozen=True)
class Lighting:
    """
    One key light far away, with the angular radius of a soft box, and a hemispheric sky.

    key_direction: towards the light, world frame
    key_radius: radians; half the angle under which the light is seen, widens the shadows' rims
    ambient_reach: metres; bodies farther away do not darken a point
    """

    key_direction: tuple[float, float, float] = (-0.66, -0.44, 0.90)
    key_radius: float = math.radians(5)
    key_strength: float = 0.84
    key_samples: int = 28
    sky_strength: float = 0.42
    floor_strength: float = 0.24
    bounce: float = 0.09
    ambient_samples: int = 96
    ambient_reach: float = 0.20

    def key_directions(self) -> np.ndarray:
        """Return (key_samples, 3) unit directions spread evenly over the light's disc."""
        index = np.arange(self.key_samples)
        radius = math.tan(self.key_radius) * np.sqrt((index + 0.5) / self.key_samples)
        axis = unit(np.asarray(self.key_direction, dtype=np.float64))
        side = unit(np.cross(axis, np.eye(3)[np.argmin(np.abs(axis))]))
        angle = index * GOLDEN_ANGLE
        around = np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * np.cross(axis, side)
        return unit(axis + radius[:, None] * around).astype(np.float32)

    def sky_directions(self) -> np.ndarray:
        """Return (ambient_samples, 3) unit directions spread evenly over the whole sphere."""
        index = np.arange(self.ambient_samples)
        z = 1 - (2 * index + 1) / self.ambient_samples
        ring = np.sqrt(1 - z * z)
        angle = index * GOLDEN_ANGLE
        return np.stack([ring * np.cos(angle), ring * np.sin(angle), z], 1).astype(np.float32)

    def sky(self, z: np.ndarray) -> np.ndarray:
        """Return the sky's brightness towards directions with height component z."""
        return self.floor_strength + (self.sky_strength - self.floor_strength) * (z * 0.5 + 0.5)


def _blocked(scene: EmbreeScene, origins: np.ndarray, directions: np.ndarray, reach: float):
    distance = np.full(len(origins), reach, dtype=np.float32)
    return scene.run(origins, directions, dists=distance, query='OCCLUDED') >= 0


def key_visibility(
    scene: EmbreeScene, points: np.ndarray, normals: np.ndarray, lighting: Lighting
) -> np.ndarray:
    """
    Return (n,) how much of the key light each point sees, 0 to 1.

    :param points: (n, 3) float32, world
    :param normals: (n, 3) float32; a point turned away from the light counts as lit, the shading's
        cosine darkens it without a seam
    """
    origins = points + SURFACE_OFFSET * normals
    directions = lighting.key_directions()
    facing = normals @ unit(np.asarray(lighting.key_direction, dtype=np.float32)) > -0.2
    seen = np.ones(len(points), dtype=np.float32)
    if not facing.any():
        return seen
    from_here = np.ascontiguousarray(origins[facing])
    blocked = np.zeros(len(from_here), dtype=np.float32)
    for direction in directions:
        towards = np.broadcast_to(direction, from_here.shape)
        blocked += _blocked(scene, from_here, np.ascontiguousarray(towards), 1e3)
    seen[facing] = 1 - blocked / len(directions)
    return seen


def ambient_light(
    scene: EmbreeScene, points: np.ndarray, normals: np.ndarray, lighting: Lighting,
    table_height: float | None,
) -> np.ndarray:
    """
    Return (n,) the sky's light on each point, cosine-weighted, what bodies block left out.

    :param points: (n, 3) float32, world
    :param normals: (n, 3) float32
    :param table_height: metres, the plane that throws light back; None where there is no table
    """
    origins = np.ascontiguousarray(points + SURFACE_OFFSET * normals)
    total = np.zeros(len(points), dtype=np.float32)
    weight = np.zeros(len(points), dtype=np.float32)
    for direction in lighting.sky_directions():
        cosine = np.maximum(normals @ direction, 0)
        here = np.flatnonzero(cosine > 0)
        light = np.full(len(here), lighting.sky(direction[2]), dtype=np.float32)
        reach = lighting.ambient_reach
        towards = np.ascontiguousarray(np.broadcast_to(direction, (len(here), 3)))
        light[_blocked(scene, origins[here], towards, reach)] = lighting.bounce
        if table_height is not None and direction[2] < 0:
            # A table close below darkens like any other body, but it is bright itself.
            gap = np.maximum(origins[here, 2] - table_height, 0) / -direction[2]
            near = np.clip(1 - gap / reach, 0, 1)
            light = light * (1 - 0.65 * near)
        total[here] += cosine[here] * light
        weight += cosine
    return total / np.maximum(weight, 1e-6)
