# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Where hands are."""

from collections.abc import Sequence

from geometry_msgs.msg import PoseStamped
from hoi_planner_msgs.msg import HandState
from std_msgs.msg import Header
import torch

from hoi_planner.failures import FailureCode, RequestError
from hoi_planner.hands.contract import NUM_FINGER_JOINTS, SIDES
from hoi_planner.nodes.conversions.basics import pose_from_msg, pose_to_msg
from hoi_planner.planning.request import HandStart
from hoi_planner.planning.request_checks import (
    check_count, check_fingers, check_text, checked_pose, MAX_ID_LENGTH)


def hand_to_msg(side: str, hand: HandStart, header: Header) -> HandState:
    """Return a HandState message; header has the planning frame."""
    return HandState(
        side=side, wrist=PoseStamped(header=header, pose=pose_to_msg(hand.wrist_pose)),
        fingers=hand.finger_poses.flatten().tolist())


def hands_from_msg(msgs: Sequence[HandState]) -> dict[str, HandStart]:
    """
    Return side -> where that hand is.

    :raises RequestError: MESSAGE_TOO_LARGE, INVALID_REQUEST for a side that stands twice,
        INVALID_POSE; sides are checked by PlanRequest
    """
    check_count(len(msgs), len(SIDES), 'start_hands')
    hands = {}
    for msg in msgs:
        check_text(msg.side, 'side of start_hands', MAX_ID_LENGTH)
        if msg.side in hands:
            raise RequestError(
                FailureCode.INVALID_REQUEST, f"start_hands has '{msg.side}' twice, limit 1")
        fingers = torch.tensor(list(msg.fingers), dtype=torch.float64)
        wrist = checked_pose(
            pose_from_msg(msg.wrist.pose), f"start_hands: wrist of '{msg.side}'")
        fingers = fingers.reshape(NUM_FINGER_JOINTS, 3)
        check_fingers(fingers, f"start_hands: finger_poses of '{msg.side}'")
        hands[msg.side] = HandStart(wrist, fingers)
    return hands
