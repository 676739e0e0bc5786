# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The table: a level plane with a faint metric grid that fades into the background."""

from dataclasses import dataclass

import numpy as np
from embreex.rtcore_scene import EmbreeScene

from hoi_planner.viewing.lighting import (
    ambient_light, key_visibility, Lighting, SURFACE_OFFSET)
from hoi_planner.viewing.mesh_shading import unit

CONTACT = 0.006     # metres


@dataclass(frozen=True)
class Table:
    """
    A level plane at a height (metres, world z); lines every `grid` metres, bold ones every metre.

    It fades into the background between fade_start and fade_end times the radius around the
    center (x, y); None takes both from the bodies in the picture. A film must give them, or the
    table's rim would follow the bodies.
    """

    height: float
    color: tuple[float, float, float] = (0.86, 0.87, 0.88)
    grid: float = 0.1
    line_width: float = 0.0022
    fade_start: float = 1.7
    fade_end: float = 4.5
    light_spacing: float = 0.007
    center: tuple[float, float] | None = None
    radius: float | None = None


def grid_lines(points: np.ndarray, footprint: np.ndarray, table: Table) -> np.ndarray:
    """
    Return (n,) how much of each picture sample a grid line covers, 0 to 1.

    :param points: (n, 2) world x, y
    :param footprint: (n, 2) metres that a pixel spans along x and y, for smooth lines
    """
    covered = np.zeros(len(points), dtype=np.float32)
    for spacing, width, strength in (
            (table.grid, table.line_width, 0.6), (1.0, 2 * table.line_width, 1.0)):
        for axis in range(2):
            foot = np.maximum(footprint[:, axis], 1e-6)
            offset = np.abs((points[:, axis] / spacing + 0.5) % 1 - 0.5) * spacing
            overlap = np.minimum(offset + foot / 2, width / 2) - np.maximum(
                offset - foot / 2, -width / 2)
            share = np.clip(overlap / foot, 0, 1)
            covered = np.maximum(covered, strength * share)
    return covered


class TableLight:
    """Light on the table, measured on a grid around the bodies and interpolated."""

    def __init__(
        self, scene: EmbreeScene, lower: np.ndarray, upper: np.ndarray, table: Table,
        lighting: Lighting,
    ):
        """
        Choose the region that bodies can darken.

        :param lower, upper: (3,) box around all bodies, world
        """
        self._scene, self._table, self._lighting = scene, table, lighting
        towards = unit(np.asarray(lighting.key_direction, dtype=np.float64))
        lift = max(upper[2] - table.height, 0.0)
        thrown = -towards[:2] / max(towards[2], 0.2) * lift
        rim = lighting.ambient_reach + lift * np.tan(lighting.key_radius) + table.light_spacing
        self._low = np.minimum(lower[:2], lower[:2] + thrown) - rim
        high = np.maximum(upper[:2], upper[:2] + thrown) + rim
        # Whole steps from the world's origin, so that a moving body does not make shadows swim.
        self._low = (np.floor(self._low / table.light_spacing) * table.light_spacing).astype('f4')
        self._count = np.maximum(np.ceil((high - self._low) / table.light_spacing), 2).astype(int)

    def at(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """
        Return key visibility (n,) and ambient light (n,).

        :param points: (n, 2) world x, y on the table
        """
        key = np.ones(len(points), dtype=np.float32)
        open_sky = self._open_ambient()
        ambient = np.full(len(points), open_sky, dtype=np.float32)
        cell = (points - self._low) / np.float32(self._table.light_spacing)
        inside = ((cell >= 0) & (cell < self._count - 1)).all(axis=1)
        if not inside.any():
            return key, ambient
        key[inside] = self._interpolate(cell[inside], 1, self._key)
        ambient[inside] = self._interpolate(cell[inside], 3, self._ambient)
        return key, ambient

    def _key(self, points: np.ndarray, normals: np.ndarray) -> np.ndarray:
        return key_visibility(self._scene, points, normals, self._lighting)

    def _ambient(self, points: np.ndarray, normals: np.ndarray) -> np.ndarray:
        return ambient_light(self._scene, points, normals, self._lighting, None)

    def _open_ambient(self) -> float:
        directions = self._lighting.sky_directions()
        cosine = np.maximum(directions[:, 2], 0)
        return float((cosine * self._lighting.sky(directions[:, 2])).sum() / cosine.sum())

    def _interpolate(self, cell: np.ndarray, coarse: int, measure) -> np.ndarray:
        """Return (n,) bilinear values; only nodes that some sample needs are measured."""
        cell = cell / coarse
        base = cell.astype(np.int64)
        part = (cell - base).astype(np.float32)
        across = int(self._count[0] // coarse) + 2
        corner = base[:, 0] + across * base[:, 1]
        needed = np.zeros(across * (int(self._count[1] // coarse) + 2), dtype=bool)
        offsets = (0, 1, across, across + 1)
        for offset in offsets:
            needed[corner + offset] = True
        nodes = np.flatnonzero(needed)
        spacing = coarse * self._table.light_spacing
        points = np.empty((len(nodes), 3), dtype=np.float32)
        points[:, 0] = self._low[0] + spacing * (nodes % across)
        points[:, 1] = self._low[1] + spacing * (nodes // across)
        points[:, 2] = self._table.height
        values = np.zeros(len(needed), dtype=np.float32)
        up = np.tile(np.float32([[0, 0, 1]]), (len(nodes), 1))
        values[nodes] = measure(points, up)
        # A node inside or right under a standing body is dark, but must not darken the table
        # beside the body.
        trust = np.ones(len(needed), dtype=np.float32)
        trust[nodes[self._covered(points, up)]] = 1e-6
        x, y = part[:, 0], part[:, 1]
        total, weight = np.zeros(len(x), np.float32), np.zeros(len(x), np.float32)
        for w, o in zip(((1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y), offsets):
            w = w * trust[corner + o] + np.float32(1e-9)
            total += w * values[corner + o]
            weight += w
        return total / weight

    def _covered(self, points: np.ndarray, up: np.ndarray) -> np.ndarray:
        """Return (n,) bool: the point is inside a body, or a body is closer above than CONTACT."""
        hit = self._scene.run(points + np.float32(SURFACE_OFFSET) * up, up, output=1)
        inside = (hit['primID'] >= 0) & (hit['Ng'][:, 2] > 0)
        return inside | (hit['tfar'] < CONTACT)
