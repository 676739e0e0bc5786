# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A digest that covers every number of a motion."""

import hashlib

from hoi_planner.motion.record import HandObjectMotion


def motion_digest(motion: HandObjectMotion) -> str:
    """Return the SHA-256 of all poses and shapes, as hexadecimal digits."""
    digest = hashlib.sha256()
    for values in (motion.object_poses, motion.wrist_poses, motion.finger_poses, motion.shapes):
        digest.update(values.contiguous().numpy().tobytes())
    return digest.hexdigest()
