# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Objects and plans."""

from geometry_msgs.msg import PoseStamped
from hoi_planner_msgs.msg import HandObjectPlan, ObjectState
from std_msgs.msg import Header

from hoi_planner.nodes.conversions.basics import (
    height_to_msg, optional_height, pose_from_msg, pose_to_msg)
from hoi_planner.nodes.conversions.trajectories import motion_from_msg, motion_to_msg
from hoi_planner.planning.plan import CandidatePlan
from hoi_planner.planning.request import MAX_OBJECTS, ObjectPlacement
from hoi_planner.planning.request_checks import check_count, check_unique


def placement_to_msg(placement: ObjectPlacement, header: Header) -> ObjectState:
    """Return an ObjectState message."""
    return ObjectState(
        id=placement.id, mesh_resource=placement.resource, mass=float(placement.mass),
        pose=PoseStamped(header=header, pose=pose_to_msg(placement.pose)))


def placement_from_msg(msg: ObjectState) -> ObjectPlacement:
    """
    Return a placement.

    :raises RequestError: INVALID_POSE or INVALID_REQUEST
    """
    return ObjectPlacement(msg.id, msg.mesh_resource, pose_from_msg(msg.pose.pose), msg.mass)


def placements_from_msg(msgs, name: str) -> tuple[ObjectPlacement, ...]:
    """
    Return placements of a bounded list.

    :raises RequestError: MESSAGE_TOO_LARGE, INVALID_POSE or INVALID_REQUEST
    """
    check_count(len(msgs), MAX_OBJECTS, name)
    return tuple(placement_from_msg(msg) for msg in msgs)


def plan_to_msg(plan: CandidatePlan, header: Header) -> HandObjectPlan:
    """
    Return a plan message.

    :param header: planning frame and time of planning
    """
    msg = HandObjectPlan(
        header=header, seed=plan.seed, candidate=plan.index,
        table_height=height_to_msg(plan.table_height),
        objects=[placement_to_msg(p, header) for p in plan.objects],
        obstacles=[placement_to_msg(p, header) for p in plan.obstacles])
    motion_to_msg(plan.motion, msg)
    for trajectory in (msg.wrists, msg.object_motions, msg.fingers):
        trajectory.header = header
    return msg


def plan_from_msg(msg: HandObjectPlan) -> CandidatePlan:
    """
    Return a plan, checked.

    :raises RequestError: names the field that does not fit
    """
    objects = placements_from_msg(msg.objects, 'objects')
    obstacles = placements_from_msg(msg.obstacles, 'obstacles')
    check_unique([placement.id for placement in (*objects, *obstacles)])
    return CandidatePlan(
        motion=motion_from_msg(msg), objects=objects, obstacles=obstacles,
        table_height=optional_height(msg.table_height), seed=msg.seed, index=msg.candidate)
