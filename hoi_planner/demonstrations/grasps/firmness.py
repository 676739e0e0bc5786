# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Which proven grasps hold with less friction, too: a lift and a swing, kept on disk once known.

Grasps are proven with the friction of PhysicsConfig, plans are judged with less. What a grasp loses
here a plan will lose as well, most often lids held by two fingertips.
"""

import hashlib
import math
import threading

import numpy as np
import torch

from hoi_planner.demonstrations.grasps.contract import GraspSet, TENSOR_SHAPES
from hoi_planner.demonstrations.grasps.proof import (
    HeldHand, lift_motion, NAME, ProofConfig, worst_displacement)
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.geometry.array_cache import cached_arrays
from hoi_planner.geometry.meshes import content_hash
from hoi_planner.objects.model import ObjectModel
from hoi_planner.physics.config import judging_physics, PhysicsConfig
from hoi_planner.physics.scene import PhysicsScene

VERSION = 2
DECIMALS = 6            # of metres and radians by which grasps are known again
LOST = 0.02             # metres of displacement: the object has slipped away
# As plans are judged, with some less friction yet.
PHYSICS = judging_physics(0.6, 60, 180.0)
# Threads that ask at once have it found once.
_asking = threading.RLock()


def firm(model: ObjectModel, grasps: GraspSet) -> torch.Tensor:
    """Return (G,) bool, whether each grasp holds its object in PHYSICS; kept on disk."""
    key = {'version': VERSION, 'hand_model': grasps.hand_model, 'side': grasps.side,
           'mesh': content_hash(model.mesh), 'mass': model.mass, 'grasps': grasps_hash(grasps),
           'physics': repr(PHYSICS)}
    with _asking:
        arrays = cached_arrays('firm_grasps', key, lambda: {'firm': np.array(
            [holds_firmly(model, grasps, i) for i in range(len(grasps))])})
    return torch.from_numpy(np.array(arrays['firm']))


def grasps_hash(grasps: GraspSet) -> str:
    """
    Return the SHA-256 of grasps, rounded to DECIMALS.

    Quaternions and fingers are computed from what is stored, and their last bits differ from one
    make of processor to the next: by those a verdict that ships would never be found again.
    """
    digest = hashlib.sha256()
    for name in TENSOR_SHAPES:
        rounded = np.round(getattr(grasps, name).numpy(), DECIMALS) + 0.0       # no -0.0
        digest.update(rounded.tobytes())
    return digest.hexdigest()


def holds_firmly(
    model: ObjectModel, grasps: GraspSet, index: int, physics: PhysicsConfig = PHYSICS,
) -> bool:
    """Return whether one grasp keeps its object through a lift and a swing."""
    hand = HeldHand(grasps.side, grasps.wrists[index], grasps.fingers[index],
                    grasps.pregrasp_wrists[index], grasps.open_fingers[index])
    config = ProofConfig(limit=LOST, turned=math.inf, physics=physics)
    motion = lift_motion(model, (hand,), grasps.hand_model, config)
    try:
        lift = worst_displacement(PhysicsScene({NAME: model}, grasps.hand_model), motion, config)
    except HoiPlannerError as error:
        if error.code is not FailureCode.SIMULATION_FAILED:
            raise
        return False
    return lift <= LOST
