# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Objects by resource: library://, file:///, package://; user files only from allowed folders."""

from collections import OrderedDict
from collections.abc import Sequence
import hashlib
import math
from pathlib import Path
import threading
from urllib.parse import unquote, urlsplit

from hoi_planner.assets import package_share_directories
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.geometry.meshes import load_mesh_bytes, read_mesh_file
from hoi_planner.objects.affordances import Affordances
from hoi_planner.objects.convex_parts import convex_parts
from hoi_planner.objects.families.frames import region
from hoi_planner.objects.library import build_library_object
from hoi_planner.objects.model import ObjectModel
from hoi_planner.objects.user_library import DEFAULT_DENSITY, find_object

SCHEMES = ('library', 'file', 'package')
_CACHE_SIZE = 32
_cache: OrderedDict = OrderedDict()
_cache_lock = threading.Lock()


def _resolved(path: Path, resource: str) -> Path:
    """Return the path with every link and '..' followed."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError) as error:      # a loop of links, a NUL byte
        raise HoiPlannerError(
            FailureCode.FORBIDDEN_MESH_PATH,
            f"object '{resource}': its path does not resolve: {error}") from error


def _confined(path: Path, roots: Sequence[Path], resource: str) -> Path:
    """Return the resolved path if it lies inside one of the roots."""
    resolved = _resolved(path, resource)
    allowed = [Path(root).resolve() for root in roots]
    if not any(resolved.is_relative_to(root) for root in allowed):
        raise HoiPlannerError(
            FailureCode.FORBIDDEN_MESH_PATH,
            f"object '{resource}': '{resolved}' is in none of the allowed folders "
            f'{[str(root) for root in allowed]}')
    return resolved


def mesh_path(resource: str, mesh_roots: Sequence[Path]) -> Path:
    """
    Return the file that a file:// or package:// resource names, links and '..' followed.

    :param resource: file:///ABSOLUTE/PATH or package://PACKAGE/PATH, percent-encoding decoded once
    :param mesh_roots: the folders that files must lie in; a package's file must moreover lie in the
        package's share directory
    :raises HoiPlannerError: FORBIDDEN_MESH_PATH, outside; MISSING_MESH, no such package;
        INVALID_REQUEST, another scheme or form
    """
    try:
        parts = urlsplit(resource)
    except ValueError as error:
        raise HoiPlannerError(
            FailureCode.INVALID_REQUEST, f"object '{resource}': {error}") from error
    if parts.scheme not in ('file', 'package') or parts.query or parts.fragment:
        raise HoiPlannerError(
            FailureCode.INVALID_REQUEST,
            f"object '{resource}': scheme '{parts.scheme}' must be one of {SCHEMES}, with neither "
            '? nor # in a file name (write %3F, %23)')
    path = unquote(parts.path)
    if parts.scheme == 'file':
        if parts.netloc not in ('', 'localhost') or not path.startswith('/'):
            raise HoiPlannerError(
                FailureCode.INVALID_REQUEST,
                f"object '{resource}': must read file:///ABSOLUTE/PATH")
        return _confined(Path(path), mesh_roots, resource)
    return _package_path(parts.netloc, path, mesh_roots, resource)


def _package_path(
    package: str, path: str, mesh_roots: Sequence[Path], resource: str
) -> Path:
    """Return the file of a ROS package's share directory, confined to it and to the roots."""
    try:
        shares = package_share_directories(package)
    except ValueError as error:
        raise HoiPlannerError(
            FailureCode.INVALID_REQUEST, f"object '{resource}': {error}") from error
    if not shares:
        raise HoiPlannerError(
            FailureCode.MISSING_MESH,
            f"object '{resource}': package '{package}' is in no prefix of AMENT_PREFIX_PATH")
    inside = _confined(shares[0] / path.lstrip('/'), shares[:1], resource)
    return _confined(inside, mesh_roots, resource)


def _user_object(resource: str, data: bytes, path: Path, mass: float) -> ObjectModel:
    """Return the object of a user's mesh file."""
    mesh = load_mesh_bytes(data, path)
    try:
        parts = convex_parts(mesh)
    except ValueError as error:
        raise HoiPlannerError(FailureCode.INVALID_MESH, f"mesh '{path}': {error}") from error
    return ObjectModel(
        resource=resource, category='user', mesh=mesh, convex_parts=parts,
        mass=mass if mass > 0 else DEFAULT_DENSITY * float(mesh.volume),
        affordances=Affordances(regions=(region('body', *mesh.bounds),)))


def load_object(
    resource: str, mesh_roots: Sequence[Path] = (), mass: float = 0.0
) -> ObjectModel:
    """
    Return the object that a resource names; repeated requests are answered from memory.

    A file is read each time and remembered by its content: a changed file is never served stale.

    :param resource: library://NAME?... of a family or a user's object, file:///...,
        package://PACKAGE/...
    :param mesh_roots: folders that file and package meshes must lie in
    :param mass: kilograms; 0: the library's own, for a user mesh DEFAULT_DENSITY times its volume
    :raises HoiPlannerError: INVALID_REQUEST, MISSING_MESH, INVALID_MESH or FORBIDDEN_MESH_PATH
    """
    if not (math.isfinite(mass) and mass >= 0):
        raise HoiPlannerError(
            FailureCode.INVALID_REQUEST,
            f"object '{resource}': mass is {mass} kg, must be finite and at least 0")
    if resource.startswith('library://'):
        stored = find_object(resource)
        if stored is not None:
            return _remembered((resource, mass, stored), lambda: stored.build(resource, mass))
        return _remembered((resource, mass), lambda: build_library_object(resource, mass))
    path = mesh_path(resource, mesh_roots)
    data = read_mesh_file(path)
    key = (resource, str(path), mass, hashlib.sha256(data).hexdigest())
    return _remembered(key, lambda: _user_object(resource, data, path, mass))


def _remembered(key: tuple, build) -> ObjectModel:
    """Return the object of a key, built once; the least recently used are forgotten."""
    with _cache_lock:
        if key in _cache:
            _cache.move_to_end(key)
            return _cache[key]
    model = build()
    # Shared by all who ask: whoever writes into the arrays gets an error, not everybody's object.
    model.mesh.mutable = False
    for array in model.convex_parts:
        array.flags.writeable = False
    with _cache_lock:
        _cache[key] = model
        _cache.move_to_end(key)
        while len(_cache) > _CACHE_SIZE:
            _cache.popitem(last=False)
        return model
