# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What is done to a predicted clean motion: synchronized, and led from its start to its goal."""

from hoi_planner.methods.syncdiff.contract import Condition
from hoi_planner.methods.syncdiff.sampling_config import SamplingConfig
from hoi_planner.methods.syncdiff.start_and_goal import meet_start_and_goal
from hoi_planner.methods.syncdiff.synchronization import (
    consensus, present, synchronize, with_relatives)
from hoi_planner.motion.body_layout import Bodies


def due_at(config: SamplingConfig, index: int) -> tuple[bool, bool]:
    """Return whether to synchronize, and to meet start and goal, in a step of the sampling."""
    late = 2 * index >= config.steps
    synchronized, started = (
        when == 'every' or when == 'last_half' and late
        for when in (config.synchronize_when, config.start_when))
    return synchronized and config.synchronization in ('average', 'consensus'), started


def refine(
    bodies: Bodies, condition: Condition, config: SamplingConfig, synchronized: bool, started: bool,
) -> Bodies:
    """
    Return the clean motions with unit quaternions; what absent bodies hold means nothing.

    :param synchronized: apply `average` or `consensus`, if that is config's synchronization
    :param started: meet start and goal; unless there was a consensus, relatives that disagree with
        the individuals still do, by as much
    """
    masks = condition.object_mask, condition.hand_mask
    agreed = synchronized and config.synchronization == 'consensus'
    if agreed:
        bodies = aligned = consensus(bodies, *masks, config.lever_arm)
    else:
        if synchronized and config.synchronization == 'average':
            weight = config.strength / (1 + config.strength)
            bodies = synchronize(bodies, bodies, weight, *masks)
        bodies = present(bodies, *masks)
    if not started:
        return bodies
    if not agreed:
        aligned = with_relatives(bodies.object_poses, bodies.joints, bodies)
    moved = with_relatives(
        *meet_start_and_goal(aligned, condition, config.fade_frames), bodies)
    if agreed:
        return moved
    return present(Bodies(
        moved.object_poses, moved.joints,
        bodies.relative_poses + moved.relative_poses - aligned.relative_poses,
        bodies.relative_joints + moved.relative_joints - aligned.relative_joints), *masks)
