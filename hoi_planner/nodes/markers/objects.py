# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Objects as solid bodies: the mesh's own file where RViz can load it, else its triangles."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import numpy as np
from std_msgs.msg import Header
import torch
import trimesh
from visualization_msgs.msg import Marker

from hoi_planner.nodes.conversions.basics import pose_to_msg
from hoi_planner.nodes.markers.basics import make_marker, points_of
from hoi_planner.objects.model import ObjectModel

# What rviz_rendering's mesh loader reads as it stands; glTF would come out turned.
LOADABLE = ('.stl', '.obj', '.ply')


def solid_markers(
    model: ObjectModel, poses: torch.Tensor, namespace: str, header: Header,
    color: Sequence[float], alphas: Sequence[float], max_triangles: int,
) -> list[Marker]:
    """
    Return a marker a pose (K, 7); ids count from 0.

    :param max_triangles: of each
    """
    if is_loadable(model.resource):
        kind, points = Marker.MESH_RESOURCE, []
    else:
        kind = Marker.TRIANGLE_LIST
        points = points_of(torch.from_numpy(triangle_corners(model, max_triangles)))
    markers = []
    for number, (pose, alpha) in enumerate(zip(poses, alphas)):
        marker = make_marker(header, namespace, kind, color, number, alpha)
        marker.pose = pose_to_msg(pose)
        marker.points = points
        if kind == Marker.MESH_RESOURCE:
            marker.mesh_resource = model.resource
        markers.append(marker)
    return markers


def is_loadable(resource: str) -> bool:
    """Return whether RViz can load the resource itself."""
    parts = urlsplit(resource)
    return (parts.scheme in ('file', 'package')
            and PurePosixPath(parts.path).suffix.lower() in LOADABLE)


def triangle_corners(model: ObjectModel, limit: int) -> np.ndarray:
    """
    Return the corners (3 T, 3) of at most `limit` triangles, at least 12, in the mesh's frame.

    A mesh with more is shown by the hulls of its convex parts, and where those are too many as
    well, by its bounding box.
    """
    mesh = model.mesh
    if len(mesh.faces) > limit:
        mesh = trimesh.util.concatenate(
            [trimesh.convex.convex_hull(part) for part in model.convex_parts])
    if len(mesh.faces) > limit:
        mesh = trimesh.creation.box(bounds=model.mesh.bounds)
    return np.array(mesh.triangles, dtype=np.float64).reshape(-1, 3)
