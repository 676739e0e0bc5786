# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Headers of things inside an array that has a header itself."""

from std_msgs.msg import Header


def completed_header(own: Header, common: Header) -> Header:
    """Return a thing's own header, with what it leaves open taken from the array's."""
    stamped = own.stamp.sec or own.stamp.nanosec
    return Header(
        frame_id=own.frame_id or common.frame_id, stamp=own.stamp if stamped else common.stamp)
