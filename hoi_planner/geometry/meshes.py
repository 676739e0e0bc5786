# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Mesh files, checked before anything else sees them; and a mesh's content hash."""

import hashlib
import io
from pathlib import Path

from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.geometry.gltf_limits import check_gltf
from hoi_planner.geometry.manifolds import manifold_from_mesh, mesh_from_manifold
import manifold3d
import numpy as np
import trimesh

EXTENSIONS = ('.obj', '.ply', '.stl', '.glb', '.gltf', '.off')
MAX_FILE_BYTES = 64 * 1024**2
MAX_FACES = 2_000_000
MAX_BODIES = 64
MIN_SIZE = 0.005        # metres, longest side of the bounding box
MAX_SIZE = 2.0
MAX_OFFSET = 100.0      # metres, any coordinate


class _NoOutsideFiles(trimesh.resolvers.Resolver):
    """Refuse every file that a mesh file refers to."""

    def __init__(self):
        """Hold nothing."""

    def get(self, key):
        """Refuse."""
        raise FileNotFoundError(f"it refers to the outside file '{key}', must be self-contained")

    def write(self, name, data):
        """Refuse."""
        raise PermissionError(f"nothing is written beside a mesh: '{name}'")

    def namespaced(self, namespace):
        """Return itself: no namespace holds anything."""
        return self

    def keys(self):
        """Return no names."""
        return ()


def _invalid(path: Path, why: str) -> HoiPlannerError:
    return HoiPlannerError(FailureCode.INVALID_MESH, f"mesh '{path}': {why}")


def read_mesh_file(path: Path) -> bytes:
    """
    Return the bytes of a mesh file.

    :raises HoiPlannerError: MISSING_MESH, no such file; INVALID_MESH, unknown extension or too big
    """
    if path.suffix.lower() not in EXTENSIONS:
        raise _invalid(path, f"extension '{path.suffix}' is not one of {EXTENSIONS}")
    if not path.is_file():
        raise HoiPlannerError(FailureCode.MISSING_MESH, f"mesh '{path}' does not exist as a file")
    try:
        with path.open('rb') as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise HoiPlannerError(
            FailureCode.MISSING_MESH, f"mesh '{path}' cannot be read: {error.strerror}") from error
    if len(data) > MAX_FILE_BYTES:
        raise _invalid(path, f'has more than {MAX_FILE_BYTES} bytes, the limit')
    return data


def _parse(data: bytes, path: Path) -> trimesh.Trimesh:
    """Return the file's triangles, scene transforms applied, materials ignored."""
    extension = path.suffix.lower()
    options = {'process': False}
    if extension in ('.obj', '.glb', '.gltf'):
        options['skip_materials'] = True
    try:
        if extension in ('.glb', '.gltf'):
            check_gltf(data, extension, MAX_FACES)
        loaded = trimesh.load_scene(
            io.BytesIO(data), file_type=extension[1:], resolver=_NoOutsideFiles(), **options)
        mesh = loaded.to_mesh()
    # Parsers promise nothing about malformed bytes, and fuzzing found more kinds of error than a
    # list would hold. Whatever it is, the file is wrong, and the error says how.
    except Exception as error:
        raise _invalid(path, f'does not parse: {type(error).__name__}: {error}') from error
    return mesh


def load_mesh(path: Path | str) -> trimesh.Trimesh:
    """
    Load a mesh file and check that it is the closed surface of a solid, in metres.

    Vertices at one place are merged, faces turned outward, separate bodies united (closed cavities
    are filled). Axes are left as they stand in the file. Self-intersections of a single body are
    not looked for.

    :param path: .obj, .ply, .stl, .glb, .gltf or .off; files that it refers to are never opened
    :return: a watertight mesh with outward faces
    :raises HoiPlannerError: MISSING_MESH or INVALID_MESH, naming path, value and limit
    """
    path = Path(path)
    return load_mesh_bytes(read_mesh_file(path), path)


def load_mesh_bytes(data: bytes, path: Path, scale: float = 1.0) -> trimesh.Trimesh:
    """
    Do what load_mesh does, with a file's bytes already read.

    :param data: from read_mesh_file
    :param path: for its extension, and for messages
    :param scale: metres of one of the file's units
    :raises HoiPlannerError: INVALID_MESH
    """
    mesh = _parse(data, path)
    try:
        if scale != 1.0:
            mesh.vertices = np.asarray(mesh.vertices, dtype=np.float64) * scale
        return closed_surface(mesh)
    except ValueError as error:
        raise _invalid(path, str(error)) from error


def closed_surface(mesh: trimesh.Trimesh) -> trimesh.Trimesh:
    """
    Return the mesh as a checked, merged, outward, closed surface; see load_mesh.

    :raises ValueError: names the value and the limit
    """
    if len(mesh.faces) == 0:
        raise ValueError('has no faces')
    if len(mesh.faces) > MAX_FACES:
        raise ValueError(f'has {len(mesh.faces)} faces, limit {MAX_FACES}')
    if mesh.vertices.shape[1:] != (3,):
        raise ValueError(f'has vertices of shape {mesh.vertices.shape}, must be (V, 3)')
    faces = np.asarray(mesh.faces)
    if faces.min() < 0 or faces.max() >= len(mesh.vertices):
        raise ValueError(
            f'has face indices {faces.min()} to {faces.max()} for {len(mesh.vertices)} vertices')
    bad = ~np.isfinite(mesh.vertices).all(axis=1)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise ValueError(f'vertex {row} is not finite: {mesh.vertices[row].tolist()}')
    _check_size(mesh.vertices[faces.reshape(-1)])
    merged = trimesh.Trimesh(mesh.vertices, faces, process=False)
    # First, since a stray vertex far away would overflow the integers that merging counts in.
    merged.remove_unreferenced_vertices()
    merged.merge_vertices(merge_tex=True, merge_norm=True)
    corners = np.sort(merged.faces, axis=1)
    merged.update_faces((np.diff(corners, axis=1) > 0).all(axis=1))
    merged.remove_unreferenced_vertices()
    if len(merged.faces) == 0:
        raise ValueError('has no face of three different vertices')
    return _outward(merged)


def _check_size(vertices: np.ndarray) -> None:
    """Check the longest side and the place of the bounding box; suggest units that look wrong."""
    size = float(np.ptp(vertices, axis=0).max())
    if MIN_SIZE <= size <= MAX_SIZE:
        offset = float(np.abs(vertices).max())
        if offset > MAX_OFFSET:
            raise ValueError(f'lies {offset:.4g} m from its own origin, limit {MAX_OFFSET:g} m')
        return
    hint = 'are its units metres?'
    for units, factor in (('millimetres', 1e-3), ('centimetres', 1e-2), ('inches', 0.0254)):
        if size > MAX_SIZE and 0.02 <= size * factor <= MAX_SIZE:
            hint = f'looks like {units}: scale it by {factor:g}'
            break
    if size < MIN_SIZE and 0.02 <= size * 1e3 <= MAX_SIZE:
        hint = 'looks like it was scaled from millimetres twice: scale it by 1000'
    raise ValueError(f'is {size:.4g} m long, must be {MIN_SIZE:g} to {MAX_SIZE:g} m; {hint}')


def _outward(mesh: trimesh.Trimesh) -> trimesh.Trimesh:
    """Check that the mesh is closed; turn its faces outward, body by body."""
    if not mesh.is_watertight:
        _, uses = np.unique(mesh.edges_unique_inverse, return_counts=True)
        raise ValueError(
            f'is not watertight: {int((uses != 2).sum())} of {len(uses)} edges do not join exactly '
            'two faces')
    if not mesh.is_winding_consistent:
        trimesh.repair.fix_winding(mesh)
        if not mesh.is_winding_consistent:
            raise ValueError('has faces that cannot be wound consistently')
    if mesh.body_count > MAX_BODIES:
        raise ValueError(f'has {mesh.body_count} separate bodies, limit {MAX_BODIES}')
    if mesh.body_count > 1:
        mesh = _unite(mesh.split(only_watertight=True, repair=False))
    if mesh.volume < 0:
        mesh.invert()
    if not mesh.volume > 0:
        raise ValueError(f'has the volume {mesh.volume:.3g} m^3, must be above 0')
    return mesh


def _unite(bodies: list) -> trimesh.Trimesh:
    """
    Return the union of bodies, each turned outward first.

    Overlapping shells (a handle pushed into a head) would give wrong signs of the distance.
    """
    for body in bodies:
        if body.volume < 0:
            body.invert()
    solids = [manifold_from_mesh(body, f'body {i}') for i, body in enumerate(bodies)]
    return mesh_from_manifold(manifold3d.Manifold.batch_boolean(solids, manifold3d.OpType.Add))


def content_hash(mesh: trimesh.Trimesh) -> str:
    """Return the SHA-256 of vertices and faces, the same in every process and on every machine."""
    digest = hashlib.sha256()
    for array, dtype in ((mesh.vertices, '<f8'), (mesh.faces, '<i8')):
        array = np.ascontiguousarray(array, dtype=dtype)
        digest.update(repr(array.shape).encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
