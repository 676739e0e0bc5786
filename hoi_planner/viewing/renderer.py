# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A ray-casting renderer on Intel Embree: no display, no GL, the same bytes every time."""

from dataclasses import dataclass

import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene

from hoi_planner.viewing.cameras import Camera
from hoi_planner.viewing.lighting import Lighting, ambient_light, key_visibility
from hoi_planner.viewing.mesh_shading import (
    pull_off_borders, refine, ShadedMesh, split_at_creases, unit)
from hoi_planner.viewing.table import grid_lines, Table, TableLight

BACKGROUND = (0.955, 0.962, 0.970)
GAMMA = 2.2
EDGE_NORMAL = 0.93         # neighbouring samples whose normals' cosine is below it are an edge
BATCH = 1 << 19            # rays at once, to bound the memory
BORDER_INSET = 0.0012      # metres
FAR = 1e37                 # metres
TABLE, NOTHING = -2, -1    # face ids of samples that hit no mesh


@dataclass
class _Samples:
    """What n rays hit."""

    face: np.ndarray         # (n,) index into the faces, or TABLE, or NOTHING
    distance: np.ndarray     # (n,)
    weights: np.ndarray      # (n, 3) barycentric
    directions: np.ndarray   # (n, 3)
    at_centers: bool         # these are the rays through all pixel centres, in order


class _Bodies:
    """All meshes of one picture as one triangle soup in Embree, with light at their vertices."""

    def __init__(self, meshes: list[ShadedMesh], light_spacing: float):
        parts, colors, owners, count = [], [], [], 0
        for index, mesh in enumerate(meshes):
            vertices, normals, faces = refine(*split_at_creases(mesh), light_spacing)
            parts.append((vertices, normals, faces + count))
            linear = np.float32(mesh.color) ** np.float32(GAMMA)
            colors.append(np.broadcast_to(linear, (len(faces), 3)))
            owners.append(np.full(len(faces), index))
            count += len(vertices)
        self.vertices, self.normals, self.faces = (np.concatenate(p) for p in zip(*parts))
        self.colors, self.owners = np.concatenate(colors), np.concatenate(owners)
        self.scene = EmbreeScene(robust=True)
        # The scene keeps pointers into the mesh object's buffers: it must live as long.
        self._embree_mesh = TriangleMesh(
            self.scene, np.ascontiguousarray(self.vertices),
            np.ascontiguousarray(self.faces, dtype=np.int32))
        self._light_points = pull_off_borders(
            self.vertices, self.normals, self.faces, BORDER_INSET)
        self.key = np.zeros(len(self.vertices), dtype=np.float32)
        self.ambient = np.zeros(len(self.vertices), dtype=np.float32)
        self._measured = np.zeros(len(self.vertices), dtype=bool)

    def measure_light(self, faces: np.ndarray, lighting: Lighting, table: Table | None):
        """Measure the light at the vertices of these faces (n,), those not measured before."""
        wanted = np.zeros(len(self.vertices), dtype=bool)
        wanted[self.faces[faces]] = True
        new = np.flatnonzero(wanted & ~self._measured)
        if len(new) == 0:
            return
        points, normals = self._light_points[new], self.normals[new]
        height = None if table is None else table.height
        self.key[new] = key_visibility(self.scene, points, normals, lighting)
        self.ambient[new] = ambient_light(self.scene, points, normals, lighting, height)
        self._measured[new] = True


class Renderer:
    """Draws shaded meshes, and a table if wanted, from a camera."""

    def __init__(
        self, width: int, height: int, supersampling: int = 4,
        lighting: Lighting | None = None, light_spacing: float = 0.008,
    ):
        """
        Store the picture's size and the light.

        :param width, height: pixels
        :param supersampling: edge pixels get supersampling^2 rays; 1 leaves stairs
        :param light_spacing: metres between points at which shadows on meshes are measured
        :raises ValueError: a size or a supersampling below 1
        """
        for name, value in (
                ('width', width), ('height', height), ('supersampling', supersampling)):
            if value < 1:
                raise ValueError(f'{name} is {value}, must be at least 1')
        self.width, self.height, self.supersampling = width, height, supersampling
        self.lighting = lighting or Lighting()
        self.light_spacing = light_spacing
        self._center_rays: tuple[Camera, np.ndarray] | None = None
        # The table's lines at the pixel centres, the same in every frame of a film.
        self.center_lines: tuple[Camera, Table, np.ndarray] | None = None

    def render(
        self, meshes: list[ShadedMesh], camera: Camera, table: Table | None = None,
        background: tuple[float, float, float] = BACKGROUND,
    ) -> np.ndarray:
        """
        Return the picture, (height, width, 3) uint8 sRGB.

        :param meshes: at least one; world frame, metres
        :param table: None draws the meshes on the plain background
        :raises ValueError: no mesh
        """
        if not meshes:
            raise ValueError('meshes is empty, must hold at least one')
        bodies = _Bodies(meshes, self.light_spacing)
        picture = _Picture(bodies, camera, table, background, self)
        column, row = np.meshgrid(np.arange(self.width), np.arange(self.height))
        column, row = column.ravel(), row.ravel()
        directions = self._rays_through_centers(camera, column, row)
        samples = picture.trace(column + 0.5, row + 0.5, directions)
        color = picture.shade(samples)
        if self.supersampling > 1:
            edge = np.flatnonzero(self._edges(samples, bodies, picture.window))
            if len(edge):
                color[edge] = self._supersample(picture, column[edge], row[edge])
        encoded = np.clip(color, 0, 1) ** np.float32(1 / GAMMA)
        return np.round(encoded * 255).astype(np.uint8).reshape(self.height, self.width, 3)

    def _rays_through_centers(self, camera: Camera, column: np.ndarray, row: np.ndarray):
        """Return the (pixels, 3) directions; a film asks for the same ones in every frame."""
        if self._center_rays is None or self._center_rays[0] != camera:
            rays = camera.rays(column + 0.5, row + 0.5, self.width, self.height)
            self._center_rays = (camera, rays)
        return self._center_rays[1]

    def _supersample(self, picture: '_Picture', column: np.ndarray, row: np.ndarray):
        """Return (n, 3) the mean colours over supersampling^2 rays through each pixel."""
        steps = self.supersampling
        i, j = np.divmod(np.arange(steps * steps), steps)
        # A sheared grid: every sample has its own row and its own column.
        x = (column[:, None] + (j + (i + 0.5) / steps) / steps).ravel()
        y = (row[:, None] + (i + (j + 0.5) / steps) / steps).ravel()
        colors = [
            picture.shade(picture.trace(x[start:start + BATCH], y[start:start + BATCH]))
            for start in range(0, len(x), BATCH)
        ]
        return np.concatenate(colors).reshape(-1, steps * steps, 3).mean(axis=1)

    def _edges(self, samples: _Samples, bodies: _Bodies, window: '_Window') -> np.ndarray:
        """Return (pixels,) bool: the body or the direction of the surface changes at this pixel."""
        edge = np.zeros((self.height, self.width), dtype=bool)
        face = samples.face.reshape(edge.shape)[window.slices]
        body = face >= 0
        face = np.maximum(face, 0)
        owner = np.where(body, bodies.owners[face], NOTHING)
        normal = bodies.normals[bodies.faces[face, 0]]
        depth = samples.distance.reshape(edge.shape)[window.slices]
        inner = np.zeros(face.shape, dtype=bool)
        for a, b in ((np.s_[:, 1:], np.s_[:, :-1]), (np.s_[1:], np.s_[:-1])):
            turned = np.einsum('ijk,ijk->ij', normal[a], normal[b]) < EDGE_NORMAL
            jump = np.abs(depth[a] - depth[b]) > 0.01 * depth[a]
            change = (owner[a] != owner[b]) | (body[a] & body[b] & (turned | jump))
            inner[a] |= change
            inner[b] |= change
        edge[window.slices] = inner
        return edge.ravel()


class _Window:
    """The part of the picture in which bodies can be."""

    def __init__(self, vertices: np.ndarray, camera: Camera, width: int, height: int):
        places, depth = camera.project(vertices, width, height)
        self.low, self.high = np.zeros(2), np.array([width, height])
        if depth.min() > 0:         # else a body reaches behind the eye, and may be anywhere
            self.low = np.clip(np.floor(places.min(axis=0)) - 2, 0, self.high)
            self.high = np.clip(np.ceil(places.max(axis=0)) + 2, 0, self.high)
        x, y = (slice(int(a), int(b)) for a, b in zip(self.low, self.high))
        self.slices = (y, x)

    def inside(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the indices of the picture points in the window."""
        return np.flatnonzero((x >= self.low[0]) & (x <= self.high[0])
                              & (y >= self.low[1]) & (y <= self.high[1]))


class _Picture:
    """One picture in the making."""

    def __init__(self, bodies, camera, table, background, renderer):
        self._bodies, self._camera, self._table = bodies, camera, table
        self._renderer, self._lighting = renderer, renderer.lighting
        self._background = np.float32(background) ** np.float32(GAMMA)
        self._lower, self._upper = bodies.vertices.min(axis=0), bodies.vertices.max(axis=0)
        self.window = _Window(bodies.vertices, camera, renderer.width, renderer.height)
        self._key_direction = unit(np.float32(self._lighting.key_direction))

    def trace(
        self, x: np.ndarray, y: np.ndarray, directions: np.ndarray | None = None
    ) -> _Samples:
        """Return what the rays through the picture points (n,), (n,) hit."""
        at_centers = directions is not None
        if not at_centers:
            directions = self._camera.rays(x, y, self._renderer.width, self._renderer.height)
        eye = np.float32(self._camera.eye)
        face = np.full(len(x), NOTHING)
        distance = np.full(len(x), FAR, dtype=np.float32)
        weights = np.zeros((len(x), 3), dtype=np.float32)
        near = self.window.inside(x, y)
        if len(near):
            origins = np.ascontiguousarray(np.broadcast_to(eye, (len(near), 3)))
            hit = self._bodies.scene.run(origins, directions[near], output=1)
            face[near] = np.where(hit['primID'] < 0, NOTHING, hit['primID'])
            distance[near] = hit['tfar']
            weights[near] = np.stack([1 - hit['u'] - hit['v'], hit['u'], hit['v']], axis=1)
        if self._table is not None and eye[2] > self._table.height:
            down = np.minimum(directions[:, 2], -1e-9)
            to_table = (self._table.height - eye[2]) / down
            nearer = (directions[:, 2] < 0) & (to_table < distance)
            face[nearer] = TABLE
            distance = np.where(nearer, to_table, distance)
        return _Samples(face, distance.astype(np.float32), weights, directions, at_centers)

    def shade(self, samples: _Samples) -> np.ndarray:
        """Return (n, 3) linear colours."""
        color = np.broadcast_to(self._background, (len(samples.face), 3)).copy()
        on_body = np.flatnonzero(samples.face >= 0)
        if len(on_body):
            color[on_body] = self._shade_bodies(samples, on_body)
        on_table = np.flatnonzero(samples.face == TABLE)
        if len(on_table):
            color[on_table] = self._shade_table(samples, on_table)
        return color

    def _shade_bodies(self, samples: _Samples, index: np.ndarray) -> np.ndarray:
        bodies, lighting = self._bodies, self._lighting
        face, weights = samples.face[index], samples.weights[index]
        bodies.measure_light(face, lighting, self._table)
        corners = bodies.faces[face]
        normal = np.zeros((len(index), 3), dtype=np.float32)
        key, ambient = np.zeros(len(index), np.float32), np.zeros(len(index), np.float32)
        for k in range(3):
            w = weights[:, k]
            normal += w[:, None] * bodies.normals[corners[:, k]]
            key += w * bodies.key[corners[:, k]]
            ambient += w * bodies.ambient[corners[:, k]]
        normal = unit(normal)
        view = -samples.directions[index]
        diffuse = key * np.maximum(normal @ self._key_direction, 0)
        half = unit(view + self._key_direction)
        shine = key * np.maximum(np.einsum('ij,ij->i', normal, half), 0) ** 28
        rim = (1 - np.clip(np.einsum('ij,ij->i', normal, view), 0, 1)) ** 4
        light = lighting.key_strength * diffuse + ambient
        gloss = 0.055 * lighting.key_strength * shine + 0.05 * rim * ambient
        return bodies.colors[face] * light[:, None] + gloss[:, None]

    def _shade_table(self, samples: _Samples, index: np.ndarray) -> np.ndarray:
        table, lighting = self._table, self._lighting
        distance, direction = samples.distance[index], samples.directions[index]
        point = np.float32(self._camera.eye[:2]) + distance[:, None] * direction[:, :2]
        middle, size = (self._lower + self._upper) / 2, self._upper - self._lower
        center = middle[:2] if table.center is None else table.center
        radius = max(np.linalg.norm(size) / 2, 0.15) if table.radius is None else table.radius
        away = np.hypot(*(point - np.float32(center)).T) / np.float32(radius)
        fade = np.clip((away - table.fade_start) / (table.fade_end - table.fade_start), 0, 1)
        fade = fade * fade * (3 - 2 * fade)
        color = np.broadcast_to(self._background, (len(index), 3)).copy()
        near = np.flatnonzero(fade < 1)
        if len(near) == 0:
            return color
        key, ambient = TableLight(
            self._bodies.scene, self._lower, self._upper, table, lighting).at(point[near])
        light = lighting.key_strength * key * max(self._key_direction[2], 0) + ambient
        if samples.at_centers:
            lines = self._center_lines(samples.directions)[index[near]]
        else:
            lines = self._grid_lines(point[near], distance[near], direction[near])
        albedo = np.float32(table.color) ** np.float32(GAMMA)
        lit = albedo * (light * (1 - np.float32(0.22) * lines))[:, None]
        color[near] = lit + fade[near, None] * (self._background - lit)
        return color

    def _center_lines(self, directions: np.ndarray) -> np.ndarray:
        """Return (pixels,) the lines' cover at every pixel centre, measured once a camera."""
        kept, key = self._renderer.center_lines, (self._camera, self._table)
        if kept is None or kept[:2] != key:
            eye = np.float32(self._camera.eye)
            distance = (np.float32(self._table.height) - eye[2]) / np.minimum(
                directions[:, 2], np.float32(-1e-6))
            point = eye[:2] + distance[:, None] * directions[:, :2]
            kept = (*key, self._grid_lines(point, distance, directions))
            self._renderer.center_lines = kept
        return kept[2]

    def _grid_lines(self, point: np.ndarray, distance: np.ndarray, direction: np.ndarray):
        pixel = np.float32(2 * np.tan(self._camera.vertical_fov / 2) / self._renderer.height)
        across = distance * pixel                    # metres a pixel spans square to the ray
        level = np.maximum(np.hypot(direction[:, 0], direction[:, 1]), np.float32(1e-6))
        stretch = (1 / np.maximum(-direction[:, 2], np.float32(0.05)) - 1) / level
        footprint = across[:, None] * (1 + np.abs(direction[:, :2]) * stretch[:, None])
        return grid_lines(point, footprint, self._table)
