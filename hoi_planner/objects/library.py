# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The object library: families by name, and library:// resources."""

from dataclasses import fields
from urllib.parse import parse_qsl, unquote, urlsplit

from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.objects.families import FAMILIES, Family
from hoi_planner.objects.families.closures import Necked
from hoi_planner.objects.model import ObjectModel


def list_library() -> dict[str, str]:
    """Return the families: name -> description with parameters, defaults and ranges."""
    listing = {}
    for name, family in FAMILIES.items():
        ranges = ', '.join(
            f"{item.name}={item.default:g} ({item.metadata['low']:g} to {item.metadata['high']:g})"
            for item in fields(family))
        listing[name] = f'{family.description}; {ranges}'
    return listing


def _parse(resource: str) -> tuple[type[Family], dict[str, float]]:
    """Return the family and the parameters that a library:// resource names."""
    def wrong(why: str) -> HoiPlannerError:
        return HoiPlannerError(FailureCode.INVALID_REQUEST, f"object '{resource}': {why}")

    try:
        parts = urlsplit(resource)
        pairs = parse_qsl(
            parts.query, keep_blank_values=True, strict_parsing=bool(parts.query),
            max_num_fields=32)
    except ValueError as error:
        raise wrong(f'does not parse: {error}') from error
    if parts.scheme != 'library' or parts.path not in ('', '/') or parts.fragment:
        raise wrong('must read library://NAME or library://NAME?parameter=number&...')
    family = FAMILIES.get(unquote(parts.netloc))
    if family is None:
        raise HoiPlannerError(
            FailureCode.MISSING_MESH,
            f"object '{resource}': the library has no '{parts.netloc}'; it has {sorted(FAMILIES)}")
    known = [item.name for item in fields(family)]
    values = {}
    for name, text in pairs:
        if name not in known:
            raise wrong(f"{family.name} has no parameter '{name}'; it has {known}")
        if name in values:
            raise wrong(f"parameter '{name}' is given twice")
        try:
            values[name] = float(text)
        except ValueError as error:
            raise wrong(f"parameter {name} is '{text}', must be a number") from error
    return family, values


def build_library_object(resource: str, mass: float = 0.0) -> ObjectModel:
    """
    Return an object of the library.

    :param resource: library://NAME?parameter=number&..., parameters by default as list_library says
    :param mass: kilograms; 0 leaves the parameter's
    :raises HoiPlannerError: MISSING_MESH, unknown family; INVALID_REQUEST, unknown parameter, no
        number, or out of range
    """
    thing = _made(resource, mass)
    return ObjectModel(
        resource=resource, category=thing.name, mesh=thing.mesh(),
        convex_parts=thing.convex_parts(), mass=thing.kilograms,
        affordances=thing.affordances())


def _made(resource: str, mass: float = 0.0) -> Family:
    """Return the family's instance that a resource names."""
    family, values = _parse(resource)
    if mass > 0:
        values['mass'] = mass
    try:
        return family(**values)
    except ValueError as error:
        raise HoiPlannerError(
            FailureCode.INVALID_REQUEST, f"object '{resource}': {error}") from error


def companion(resource: str) -> str | None:
    """
    Return the resource of the lid that fits a jar, of the cap that fits a bottle; else None.

    Its place when closed is the frame 'lid_seat' of the vessel.

    :param resource: library://...
    :raises HoiPlannerError: as build_library_object
    """
    thing = _made(resource)
    if not isinstance(thing, Necked):
        return None
    lid = thing.companion()
    given = '&'.join(f'{item.name}={getattr(lid, item.name):.6g}' for item in fields(lid)
                     if abs(getattr(lid, item.name) - item.default) > 1e-7)
    return f'library://{lid.name}?{given}' if given else f'library://{lid.name}'
