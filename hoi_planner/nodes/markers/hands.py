# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Hands at a few times along the plan, and where they touch objects."""

from collections.abc import Mapping, Sequence

from std_msgs.msg import Header
import torch
from visualization_msgs.msg import Marker

from hoi_planner.geometry.signed_distance import exact_signed_distance
from hoi_planner.geometry.transforms import transform_points
from hoi_planner.hands.contract import PARENTS
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.nodes.markers.basics import CONTACT_COLOR, make_marker, points_of
from hoi_planner.objects.model import ObjectModel
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.hand_object_distance import vertices_near
from hoi_planner.physics.posed_hand import PosedHand

CONTACT_DISTANCE = PhysicsConfig().release_margin
MAX_CONTACTS = 500      # points a hand


def skeleton_marker(
    header: Header, hand: PosedHand, color: Sequence[float]
) -> Marker:
    """Return the bones of a hand at all of its frames."""
    joints = hand.joint_poses[..., :3].transpose(0, 1)                  # (N, 16, 3)
    bones = torch.tensor([(p, child) for child, p in enumerate(PARENTS) if p >= 0])
    marker = make_marker(
        header, f'hand/{hand.side}', Marker.LINE_LIST, color, scale=(0.006, 0.0, 0.0))
    marker.points = points_of(joints[:, bones].reshape(-1, 3))
    return marker


def contact_marker(
    header: Header, hand: PosedHand, motion: HandObjectMotion, models: Mapping[str, ObjectModel]
) -> Marker:
    """Return the places where a hand touches objects, at all frames of the hand and the motion."""
    found = [torch.zeros(0, 3, dtype=torch.float64)]
    for poses, name in zip(motion.object_poses, motion.object_ids):
        mesh = models[name].mesh
        which, points = vertices_near(hand, poses.numpy(), mesh.bounds, CONTACT_DISTANCE)
        near = exact_signed_distance(mesh, points) <= CONTACT_DISTANCE
        local = torch.from_numpy(points[near])
        found.append(transform_points(poses[torch.from_numpy(which[near])], local[:, None])[:, 0])
    points = torch.cat(found)
    step = -(-len(points) // MAX_CONTACTS) or 1
    marker = make_marker(
        header, f'contact/{hand.side}', Marker.SPHERE_LIST, CONTACT_COLOR, scale=(0.006,) * 3)
    marker.points = points_of(points[::step])
    return marker
