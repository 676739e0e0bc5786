# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Where to look from."""

import math
from dataclasses import dataclass

import numpy as np

from hoi_planner.viewing.mesh_shading import unit

# Three-quarter view: from the front (robot side, -y), a little from the left (-x), from above.
THREE_QUARTER = (-0.42, -0.80, 0.52)
DEFAULT_FOV = math.radians(32)


@dataclass(frozen=True)
class Camera:
    """A pinhole camera, world frame, metres; vertical_fov in radians."""

    eye: tuple[float, float, float]
    target: tuple[float, float, float]
    up: tuple[float, float, float] = (0.0, 0.0, 1.0)
    vertical_fov: float = DEFAULT_FOV

    def __post_init__(self):
        """
        Check that the camera has a direction.

        :raises ValueError: a number that is not finite, eye at target, up along the view, a bad fov
        """
        for name in ('eye', 'target', 'up'):
            value = np.asarray(getattr(self, name), dtype=np.float64)
            if value.shape != (3,) or not np.isfinite(value).all():
                raise ValueError(f'{name} is {value}, must be three finite numbers')
        if not 0 < self.vertical_fov < math.pi:
            raise ValueError(f'vertical_fov is {self.vertical_fov}, must be above 0 and below pi')
        if np.linalg.norm(np.cross(self._forward(), self.up)) < 1e-6:
            raise ValueError(f'up {self.up} is along the view from {self.eye} to {self.target}')

    def _forward(self) -> np.ndarray:
        return unit(np.subtract(self.target, self.eye).astype(np.float64))

    def axes(self) -> np.ndarray:
        """Return (3, 3): rows right, up, forward, world frame."""
        forward = self._forward()
        right = unit(np.cross(forward, self.up))
        return np.stack([right, np.cross(right, forward), forward])

    def rays(self, x: np.ndarray, y: np.ndarray, width: int, height: int) -> np.ndarray:
        """
        Return unit directions (n, 3) float32 through the picture's points.

        :param x: (n,) pixels from the left edge; pixel centres are at .5
        :param y: (n,) pixels from the top edge
        """
        scale = 2 * math.tan(self.vertical_fov / 2) / height
        right, up, forward = self.axes().astype(np.float32)
        across = ((x - width / 2) * scale).astype(np.float32)[:, None]
        above = ((height / 2 - y) * scale).astype(np.float32)[:, None]
        return unit(across * right + above * up + forward)

    def project(self, points: np.ndarray, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
        """
        Return the picture points (..., 2) in pixels and the depths (...) in metres.

        :param points: (..., 3) world
        """
        local = (np.asarray(points, dtype=np.float64) - np.asarray(self.eye)) @ self.axes().T
        depth = local[..., 2]
        scale = height / (2 * math.tan(self.vertical_fov / 2))
        x = width / 2 + local[..., 0] / depth * scale
        y = height / 2 - local[..., 1] / depth * scale
        return np.stack([x, y], axis=-1), depth


def frame_points(
    points: np.ndarray, aspect: float, direction: tuple[float, float, float] = THREE_QUARTER,
    vertical_fov: float = DEFAULT_FOV, margin: float = 1.08,
    up: tuple[float, float, float] = (0.0, 0.0, 1.0),
) -> Camera:
    """
    Return the nearest camera in a direction that sees all points.

    :param points: (n, 3) world, metres
    :param aspect: width over height of the picture
    :param direction: from the points towards the eye
    :param margin: 1 touches the border of the picture
    :raises ValueError: no points, or a number that is not finite
    """
    points = np.asarray(points, dtype=np.float64).reshape(-1, 3)
    if len(points) == 0 or not np.isfinite(points).all():
        raise ValueError('points is empty or has a number that is not finite')
    towards = unit(np.asarray(direction, dtype=np.float64))
    axes = Camera(tuple(towards), (0.0, 0.0, 0.0), up, vertical_fov).axes()
    local = points @ axes.T
    tangent_y = math.tan(vertical_fov / 2) / margin
    middle, distance = np.zeros(2), -math.inf
    for axis, tangent in ((0, tangent_y * aspect), (1, tangent_y)):
        # Both border planes of the view touch the points: |c - middle| = tangent * (z + distance).
        high = np.max(local[:, axis] - tangent * local[:, 2])
        low = np.min(local[:, axis] + tangent * local[:, 2])
        middle[axis] = (high + low) / 2
        distance = max(distance, (high - low) / (2 * tangent))
    depth = local[:, 2].mean()
    target = np.array([*middle, depth]) @ axes
    eye = target + towards * (distance + depth)
    return Camera(tuple(eye), tuple(target), up, vertical_fov)
