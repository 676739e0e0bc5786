# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What an object is for: named regions, functional frames, symmetries, how it rests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from hoi_planner.geometry.transforms import check_pose
import numpy as np
import torch


@dataclass(frozen=True)
class Region:
    """
    A named part of an object's surface: what lies in a box of the mesh frame, metres.

    low, high: (3,) corners
    graspable: hands may take the object there
    axis: (3,) unit direction along which the region is long (a handle's axis), None for none
    """

    name: str
    low: np.ndarray
    high: np.ndarray
    graspable: bool = True
    axis: np.ndarray | None = None

    def __post_init__(self):
        """
        Check the box and the axis.

        :raises ValueError: names the region and what is wrong
        """
        for name in ('low', 'high', 'axis'):
            value = getattr(self, name)
            if value is not None:
                value = np.array(value, dtype=np.float64)
                if value.shape != (3,) or not np.isfinite(value).all():
                    raise ValueError(
                        f"{name} of region '{self.name}' is {value}, must be 3 numbers")
                value.flags.writeable = False
                object.__setattr__(self, name, value)
        if not (self.low < self.high).all():
            raise ValueError(f"region '{self.name}' reaches from {self.low} to {self.high}, "
                             'low must be below high')
        if self.axis is not None and abs(np.linalg.norm(self.axis) - 1) > 1e-6:
            raise ValueError(f"axis of region '{self.name}' is {self.axis}, must be of norm 1")

    def contains(self, points: np.ndarray) -> np.ndarray:
        """Return (P,) bool: which points (P, 3) of the mesh frame lie in the region."""
        return ((points >= self.low) & (points <= self.high)).all(axis=-1)


@dataclass(frozen=True)
class Affordances:
    """
    What is known of an object besides its shape, in its mesh frame.

    regions: where it can be taken, and parts with a name
    frames: name -> (7,) pose x, y, z, qx, qy, qz, qw of a functional frame. Conventions: of a
        working end ('tip', 'head', 'blade', 'bristles') +z points out of the tool into the work,
        +x along the working edge or the handle away from the hand; of 'opening' and 'inside' (floor
        of a vessel, inside) +z points out through the opening; of 'spout' the origin is the lip, +z
        as of the opening, +x outwards over the lip; of 'top' (a working surface) +z points up from
        it, +x along its longer side; of 'handle' +x points along it to the working end
    mirror_normal: (3,) unit normal of a plane through the origin that the shape is symmetric to,
        None for none
    revolution: the shape is (nearly: polygons of 64 corners) one of revolution about the mesh's z
    rest_rotation: (4,) quaternion in which it stands or lies on a table at yaw 0
    """

    regions: tuple[Region, ...] = ()
    frames: Mapping[str, np.ndarray] = field(default_factory=dict)
    mirror_normal: np.ndarray | None = None
    revolution: bool = False
    rest_rotation: np.ndarray = field(default_factory=lambda: np.array([0.0, 0.0, 0.0, 1.0]))

    def __post_init__(self):
        """
        Check frames and names.

        :raises ValueError: names the frame or region
        """
        names = [region.name for region in self.regions]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"region '{name}' stands {names.count(name)} times, limit 1")
        frames = {name: np.array(pose, dtype=np.float64) for name, pose in self.frames.items()}
        for name, pose in frames.items():
            check_pose(torch.from_numpy(pose), f"frame '{name}'")
            pose.flags.writeable = False
        object.__setattr__(self, 'frames', MappingProxyType(frames))

    def __reduce__(self):
        """Pass what __init__ takes: a mapping proxy does not travel between processes."""
        return type(self), (self.regions, dict(self.frames), self.mirror_normal, self.revolution,
                            self.rest_rotation)

    def region(self, name: str) -> Region:
        """
        Return a region by its name.

        :raises ValueError: unknown; the message lists those that there are
        """
        for region in self.regions:
            if region.name == name:
                return region
        raise ValueError(
            f"region '{name}' is not one of {[region.name for region in self.regions]}")

    @property
    def graspable(self) -> tuple[Region, ...]:
        """Return the regions that hands may take."""
        return tuple(region for region in self.regions if region.graspable)
