# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""All markers of a plan: bodies along time, ways, contacts, and in red what was wrong with it."""

from collections.abc import Mapping, Sequence
import math
from pathlib import Path

from std_msgs.msg import Header
import torch
from visualization_msgs.msg import Marker, MarkerArray

from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.nodes.markers.basics import (
    FAILURE_COLOR, HAND_COLORS, make_marker, OBJECT_COLOR, OBSTACLE_COLOR, shown_frames, way_marker)
from hoi_planner.nodes.markers.hands import contact_marker, skeleton_marker
from hoi_planner.nodes.markers.objects import solid_markers
from hoi_planner.objects.loading import load_object
from hoi_planner.objects.model import ObjectModel
from hoi_planner.physics.posed_hand import pose_hands
from hoi_planner.physics.verdict import Verdict
from hoi_planner.planning.plan import CandidatePlan

SHOWN = 5                   # moments at which bodies are shown
MAX_TRIANGLES = 40_000      # of all objects at all moments: 3 MB
FAINT = 0.25                # alpha at the start; at the end it is 1


def plan_markers(
    plan: CandidatePlan, header: Header, mesh_roots: Sequence[Path] = ()
) -> MarkerArray:
    """
    Return the markers of a plan; the first one deletes those of the plan before.

    :param mesh_roots: folders that file:// and package:// meshes must lie in
    :raises HoiPlannerError: a mesh code
    """
    return MarkerArray(markers=_markers(plan, header, mesh_roots, ''))


def failure_markers(
    plan: CandidatePlan, verdict: Verdict, header: Header, mesh_roots: Sequence[Path] = ()
) -> MarkerArray:
    """
    Return the markers of a rejected plan: the failing object in red, and the verdict as text.

    Where no object failed (a hand in the table, hands in each other) the hands are red.

    :raises HoiPlannerError: a mesh code
    """
    markers = _markers(plan, header, mesh_roots, verdict.object_id or 'hands')
    motion, time = plan.motion, verdict.time if math.isfinite(verdict.time) else 0.0
    frame = min(round(max(time, 0.0) * motion.fps), motion.num_frames - 1)
    places = {placement.id: placement.pose for placement in plan.obstacles}
    places.update(zip(motion.object_ids, motion.object_poses[:, frame]))
    where = places.get(verdict.object_id, motion.wrist_poses[0, frame])
    text = make_marker(
        header, 'failure', Marker.TEXT_VIEW_FACING, FAILURE_COLOR, scale=(0.0, 0.0, 0.03))
    text.pose.position.x, text.pose.position.y = where[:2].tolist()
    text.pose.position.z = float(where[2]) + 0.15
    text.text = verdict.message
    return MarkerArray(markers=[*markers, text])


def _markers(plan, header, mesh_roots, failing) -> list[Marker]:
    models = {p.id: load_object(p.resource, mesh_roots, p.mass)
              for p in (*plan.objects, *plan.obstacles)}
    return [Marker(header=header, action=Marker.DELETEALL),
            *_object_markers(plan, header, models, failing),
            *_hand_markers(plan.motion, header, models, failing == 'hands')]


def _object_markers(
    plan: CandidatePlan, header: Header, models: Mapping[str, ObjectModel], failing: str
) -> list[Marker]:
    motion = plan.motion
    frames = shown_frames(motion.num_frames, SHOWN)
    alphas = torch.linspace(FAINT, 1.0, len(frames)).tolist()
    limit = MAX_TRIANGLES // (len(models) * len(frames))
    markers = []
    for name, poses in zip(motion.object_ids, motion.object_poses):
        color = FAILURE_COLOR if name == failing else OBJECT_COLOR
        # What never moves is shown once.
        still = torch.equal(poses, poses[:1].expand_as(poses))
        shown, clear = (poses[:1], [1.0]) if still else (poses[frames], alphas)
        markers += solid_markers(
            models[name], shown, f'object/{name}', header, color, clear, limit)
        markers.append(way_marker(header, name, poses[:, :3], color))
    for placement in plan.obstacles:
        color = FAILURE_COLOR if placement.id == failing else OBSTACLE_COLOR
        markers += solid_markers(
            models[placement.id], placement.pose[None], f'obstacle/{placement.id}', header, color,
            [1.0], limit)
    return markers


def _hand_markers(
    motion: HandObjectMotion, header: Header, models: Mapping[str, ObjectModel], failing: bool
) -> list[Marker]:
    frames = shown_frames(motion.num_frames, SHOWN)
    shown = motion.with_(
        object_poses=motion.object_poses[:, frames], wrist_poses=motion.wrist_poses[:, frames],
        finger_poses=motion.finger_poses[:, frames])
    markers = []
    for index, hand in enumerate(pose_hands(shown)):
        color = FAILURE_COLOR if failing else HAND_COLORS[hand.side]
        markers.append(way_marker(
            header, f'{hand.side}_wrist', motion.wrist_poses[index, :, :3], color))
        markers.append(skeleton_marker(header, hand, color))
        markers.append(contact_marker(header, hand, shown, models))
    return markers
