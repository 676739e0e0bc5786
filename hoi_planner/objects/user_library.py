# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Objects that users add: checked and cut into convex parts once, then library://NAME everywhere.

Each is a folder of the user's directory: arrays.safetensors (vertices, faces, parts) and card.json.
"""

from dataclasses import dataclass
import hashlib
import json
import math
import os
from pathlib import Path
import re
import shutil
import tempfile
from urllib.parse import urlsplit

from hoi_planner.assets import user_directory
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.geometry.meshes import load_mesh_bytes, read_mesh_file
from hoi_planner.objects.affordances import Affordances
from hoi_planner.objects.convex_parts import convex_parts
from hoi_planner.objects.families import FAMILIES
from hoi_planner.objects.families.frames import region, resting_rotation
from hoi_planner.objects.model import ObjectModel
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save
import trimesh

DEFAULT_DENSITY = 200.0     # kg/m^3, a packed carton or hollow plastic; used where no mass is given
NAME = re.compile(r'[a-z][a-z0-9_]{0,39}')
MAX_MASS = 100.0            # kg
FORMAT = 1
# Rows: the mesh's x, y, z in terms of the file's axes, so that the named one points up.
UPRIGHT = {
    'x': np.array([[0.0, 0, -1], [0, 1, 0], [1, 0, 0]]),
    'y': np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]]),
    'z': np.eye(3),
}


def _refused(what: str) -> HoiPlannerError:
    return HoiPlannerError(FailureCode.INVALID_REQUEST, what)


def folder() -> Path:
    """Return the directory that holds the users' objects; it may not exist yet."""
    return user_directory() / 'objects'


def check_free(name: str, replace: bool = False) -> None:
    """
    Refuse what is no name for a new object, and unless it is to be replaced one that is taken.

    :raises HoiPlannerError: INVALID_REQUEST
    """
    check_name(name)
    if not replace and (folder() / name).exists():
        raise _refused(f"object '{name}' is there already, remove it first: {folder() / name}")


def check_name(name: str) -> None:
    """
    Refuse what can be no name of a user's object.

    :raises HoiPlannerError: INVALID_REQUEST
    """
    if not NAME.fullmatch(name):
        raise _refused(f"object name '{name}' must match {NAME.pattern}")
    if name in FAMILIES:
        raise _refused(f"object name '{name}' is taken by a family of the library")


@dataclass(frozen=True)
class UserMesh:
    """A user's mesh as it comes into the library: upright, its origin the centre of its box."""

    mesh: trimesh.Trimesh
    parts: tuple[np.ndarray, ...]
    mass: float


def read_user_mesh(path: Path, scale: float = 1.0, up: str = 'z', mass: float = 0.0) -> UserMesh:
    """
    Return a mesh file as an object: checked, scaled, turned upright, centred, cut into parts.

    :param scale: metres of one of the file's units
    :param up: 'x', 'y' or 'z', the file's axis that points up
    :param mass: kilograms; 0: DEFAULT_DENSITY times its volume
    :raises HoiPlannerError: MISSING_MESH, INVALID_MESH; INVALID_REQUEST, a bad scale, up or mass
    """
    if not (math.isfinite(scale) and scale > 0):
        raise _refused(f'scale is {scale}, must be finite and above 0')
    if up not in UPRIGHT:
        raise _refused(f"up is '{up}', must be one of {sorted(UPRIGHT)}")
    if not 0 <= mass <= MAX_MASS:
        raise _refused(f'mass is {mass} kg, must be 0 to {MAX_MASS:g}')
    path = Path(path)
    mesh = load_mesh_bytes(read_mesh_file(path), path, scale)
    mesh.vertices = np.asarray(mesh.vertices) @ UPRIGHT[up].T
    mesh.vertices -= mesh.bounds.mean(axis=0)
    try:
        parts = convex_parts(mesh)
    except ValueError as error:
        raise HoiPlannerError(FailureCode.INVALID_MESH, f"mesh '{path}': {error}") from error
    mass = mass or DEFAULT_DENSITY * float(mesh.volume)
    if mass > MAX_MASS:
        raise _refused(f"mesh '{path}' weighs {mass:.3g} kg at {DEFAULT_DENSITY:g} kg/m^3, limit "
                       f'{MAX_MASS:g}; give its mass')
    return UserMesh(mesh, parts, mass)


def add_object(name: str, thing: UserMesh, source: str, replace: bool = False) -> Path:
    """
    Store an object under a name, whole or not at all; return its folder.

    :param source: what it was made from, for its card
    :param replace: take the place of one with this name
    :raises HoiPlannerError: INVALID_REQUEST, a bad name or one that is taken
    :raises OSError: the user's directory cannot be written
    """
    check_free(name, replace)
    place = folder() / name
    arrays = {'vertices': np.ascontiguousarray(thing.mesh.vertices, dtype=np.float64),
              'faces': np.ascontiguousarray(thing.mesh.faces, dtype=np.int64)}
    arrays |= {f'part_{i:04d}': np.ascontiguousarray(part) for i, part in enumerate(thing.parts)}
    data = save(arrays)
    rest = resting_rotation(np.asarray(thing.mesh.vertices), np.asarray(thing.mesh.center_mass))
    card = {'format': FORMAT, 'name': name, 'source': source, 'mass': thing.mass,
            'rest_rotation': rest.tolist(), 'sha256': hashlib.sha256(data).hexdigest()}
    folder().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder(), prefix='.new_') as temporary:
        new = Path(temporary) / name
        new.mkdir()
        (new / 'arrays.safetensors').write_bytes(data)
        (new / 'card.json').write_text(json.dumps(card, indent=2) + '\n', encoding='utf-8')
        if replace and place.exists():
            os.rename(place, Path(temporary) / 'old')
        os.rename(new, place)
    return place


def remove_object(name: str) -> None:
    """
    Forget a user's object.

    :raises HoiPlannerError: MISSING_MESH, there is none; INVALID_REQUEST, no such name can be
    """
    check_name(name)
    if not (folder() / name).is_dir():
        raise HoiPlannerError(
            FailureCode.MISSING_MESH, f"no user object '{name}'; there are {user_objects()}")
    shutil.rmtree(folder() / name)


def user_objects() -> list[str]:
    """Return the names of the users' objects."""
    if not folder().is_dir():
        return []
    return sorted(path.name for path in folder().iterdir()
                  if NAME.fullmatch(path.name) and (path / 'card.json').is_file())


@dataclass(frozen=True)
class StoredObject:
    """An object in the user's directory: its card, read and checked."""

    name: str
    source: str
    mass: float
    rest_rotation: tuple[float, ...]
    sha256: str

    def build(self, resource: str, mass: float = 0.0) -> ObjectModel:
        """
        Return the object.

        :param mass: kilograms; 0: the card's
        :raises HoiPlannerError: INVALID_MESH, its file is damaged
        """
        path = folder() / self.name / 'arrays.safetensors'
        try:
            data = path.read_bytes()
            if hashlib.sha256(data).hexdigest() != self.sha256:
                raise ValueError('its checksum is wrong')
            arrays = load(data)
            mesh = trimesh.Trimesh(arrays['vertices'], arrays['faces'], process=False)
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise _damaged(self.name, error) from error
        parts = tuple(arrays[key] for key in sorted(arrays) if key.startswith('part_'))
        affordances = Affordances(
            regions=(region('body', *mesh.bounds),), rest_rotation=np.array(self.rest_rotation))
        return ObjectModel(
            resource=resource, category='user', mesh=mesh, convex_parts=parts,
            mass=mass or self.mass, affordances=affordances)


def _damaged(name: str, error: Exception) -> HoiPlannerError:
    return HoiPlannerError(
        FailureCode.INVALID_MESH, f"user object '{name}' in {folder() / name} is damaged, add it "
        f'again: {type(error).__name__}: {error}')


def find_object(resource: str) -> StoredObject | None:
    """
    Return the user's object that a library:// resource names, None if there is none.

    :raises HoiPlannerError: INVALID_MESH, its card is damaged; INVALID_REQUEST, parameters given
    """
    try:
        parts = urlsplit(resource)
    except ValueError:
        return None
    name = parts.netloc
    if name in FAMILIES or not NAME.fullmatch(name) or not (folder() / name).is_dir():
        return None
    if parts.query or parts.fragment or parts.path not in ('', '/'):
        raise _refused(f"object '{resource}': a user object has no parameters, must read "
                       f'library://{name}')
    try:
        card = json.loads((folder() / name / 'card.json').read_text(encoding='utf-8'))
        if card['format'] != FORMAT:
            raise ValueError(f"its format is {card['format']}, must be {FORMAT}")
        rest = np.array(card['rest_rotation'], dtype=np.float64)
        if rest.shape != (4,) or not abs(np.linalg.norm(rest) - 1) < 1e-6:
            raise ValueError(f'its rest_rotation is {rest}, must be a unit quaternion')
        mass = float(card['mass'])
        if not 0 < mass <= MAX_MASS:
            raise ValueError(f'its mass is {mass} kg, must be above 0, at most {MAX_MASS:g}')
        return StoredObject(
            name, str(card['source']), mass, tuple(rest.tolist()), str(card['sha256']))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(name, error) from error
