# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""One frame of a plan as a picture."""

from collections.abc import Iterator, Sequence
import math
import os

import numpy as np
import torch
from PIL import Image

from hoi_planner.geometry.transforms import rotate_vectors, transform_points
from hoi_planner.planning.side_by_side import side_by_side
from hoi_planner.viewing.cameras import Camera, frame_points
from hoi_planner.viewing.colors import HAND_COLORS
from hoi_planner.viewing.labels import FAINT_INK, to_image, write
from hoi_planner.viewing.lighting import Lighting
from hoi_planner.viewing.mesh_shading import refine, ShadedMesh, split_at_creases, unit
from hoi_planner.viewing.outline import draw_outline, feature_edges
from hoi_planner.viewing.plan_view import ObjectView, PlanView
from hoi_planner.viewing.renderer import Renderer
from hoi_planner.viewing.table import Table
from hoi_planner.viewing.view_choice import best_direction, KEY_FRAMES

LIGHT_SPACING = 0.012       # metres; twice as fine costs a film twice the time
MARGIN = 1.24              # room for the two lines of the title above
TABLE_RADIUS = 0.42        # of the diagonal of the box around the whole motion
# Below it the plan's outline would only double the object's own edges.
OUTLINE_FROM = 0.004        # metres


def _pose_tensors(pose: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    pose = torch.as_tensor(pose, dtype=torch.float64)
    return pose, pose[3:]


class PlanPainter:
    """Draws any frame of a plan from one camera that sees the whole motion."""

    def __init__(
        self, view: PlanView, width: int, height: int, camera: Camera | None = None,
        supersampling: int = 3,
    ):
        """
        Prepare what stays the same from frame to frame.

        :param width, height: pixels of the picture
        :param camera: default: frames the whole motion from where the hands are seen best
        """
        self.view = view
        self._size = (width, height)
        self._points = motion_points(view)
        self._table = self._place_table()
        self._parts = [
            refine(*split_at_creases(ShadedMesh(body.vertices, body.faces, body.color)),
                   LIGHT_SPACING)
            for body in view.objects]
        self._edges = [feature_edges(body.vertices, body.faces) for body in view.objects]
        self.camera = camera or self._choose_camera()
        self._renderer = Renderer(
            width, height, supersampling, _light_for(self.camera), LIGHT_SPACING)

    def _place_table(self) -> Table | None:
        if self.view.table_height is None:
            return None
        low, high = self._points.min(axis=0), self._points.max(axis=0)
        center = (low + high)[:2] / 2
        radius = max(TABLE_RADIUS * np.linalg.norm(high - low), 0.15)
        return Table(self.view.table_height, center=tuple(center), radius=radius)

    def _choose_camera(self) -> Camera:
        aspect, points = self._size[0] / self._size[1], self._points
        picks = np.linspace(0, self.view.num_frames - 1, KEY_FRAMES).round().astype(int)
        frames = [[(mesh.vertices, mesh.faces) for mesh in self._meshes(i)] for i in picks]
        direction = best_direction(frames, len(self.view.hands), points, aspect)
        return frame_points(points, aspect, direction, margin=MARGIN)

    def _meshes(self, frame: int) -> list[ShadedMesh]:
        """Return the bodies as they stand in a frame, hands first."""
        meshes = [
            ShadedMesh(hand.vertices[frame], hand.faces, HAND_COLORS[hand.side],
                       crease_angle=math.pi)
            for hand in self.view.hands]
        for body, (vertices, normals, faces) in zip(self.view.objects, self._parts):
            pose, quaternion = _pose_tensors(body.poses[frame])
            world = transform_points(pose, torch.as_tensor(vertices, dtype=torch.float64))
            turned = rotate_vectors(quaternion, torch.as_tensor(normals, dtype=torch.float64))
            meshes.append(ShadedMesh(
                world.numpy(), faces, body.color, normals=turned.numpy()))
        return meshes

    def picture(self, frame: int) -> Image.Image:
        """Return the picture of a frame without any text."""
        image = to_image(self._renderer.render(self._meshes(frame), self.camera, self._table))
        for body, edges in zip(self.view.objects, self._edges):
            if body.planned_poses is not None:
                image = self._draw_plan(image, body, edges, frame)
        return image

    def pictures(self, frames: Sequence[int]) -> Iterator[Image.Image]:
        """
        Return the pictures of frames in their order, drawn on all cores; closed, it draws no more.

        In threads: what a picture takes its time for, Embree and NumPy, lets others run beside it.
        """
        return side_by_side(len(os.sched_getaffinity(0))).map(self.picture, frames)

    def label(self, image: Image.Image, frame: int) -> Image.Image:
        """Write the title and a frame's time on its picture, and return it."""
        heading, *lines = self.view.title or ('',)
        write(image, (14, 10), heading, 17, bold=True)
        for i, line in enumerate(lines):
            write(image, (14, 34 + 18 * i), line, 13, color=FAINT_INK)
        write(image, (image.width - 14, 10), f'{self.view.times[frame]:.2f} s', 17, bold=True,
              anchor='ra')
        return image

    def _draw_plan(
        self, image: Image.Image, body: ObjectView, edges: np.ndarray, frame: int
    ) -> Image.Image:
        planned, _ = _pose_tensors(body.planned_poses[frame])
        actual, _ = _pose_tensors(body.poses[frame])
        points = torch.as_tensor(edges.reshape(-1, 3), dtype=torch.float64)
        here = transform_points(planned, points)
        if (here - transform_points(actual, points)).norm(dim=-1).max() < OUTLINE_FROM:
            return image
        return draw_outline(image, here.numpy().reshape(-1, 2, 3), self.camera)


def _light_for(camera: Camera) -> Lighting:
    """Return light from above, over the viewer's left shoulder: shadows fall back to the right."""
    right, _, forward = camera.axes()
    ahead = unit(np.array([forward[0], forward[1], 0.0]))
    direction = np.array([0.0, 0.0, 0.90]) - 0.58 * right - 0.52 * ahead
    return Lighting(key_direction=tuple(direction), ambient_samples=56)


def motion_points(view: PlanView) -> np.ndarray:
    """Return the (n, 3) corners of the boxes around each body in each frame."""
    boxes = []
    for hand in view.hands:
        boxes.append(np.stack([hand.vertices.min(axis=1), hand.vertices.max(axis=1)]))
    for body in view.objects:
        points = torch.tensor(body.vertices, dtype=torch.float64)
        for poses in (body.poses, body.planned_poses):
            if poses is not None:
                tensor = torch.as_tensor(poses, dtype=torch.float64)
                moved = transform_points(tensor, points).numpy()
                boxes.append(np.stack([moved.min(axis=1), moved.max(axis=1)]))
    low, high = np.concatenate(boxes, axis=1)
    pick = np.array(np.meshgrid([0, 1], [0, 1], [0, 1])).reshape(3, -1).T
    return np.where(pick[None], high[:, None], low[:, None]).reshape(-1, 3)
