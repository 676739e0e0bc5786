# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""`legacy`: the simulation displacement of published papers, exactly, for comparison with them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import trimesh

from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.physics.measurements import LegacyDisplacement
from hoi_planner.physics.shapes import compound_shape, concave_shape
from hoi_planner.physics.world import World, simulation_errors


@dataclass(frozen=True)
class LegacyVariant:
    """Frictions and restitutions as papers give them, of surfaces; Bullet multiplies them."""

    hand_friction: float
    object_friction: float
    hand_restitution: float = 0.0
    object_restitution: float = 0.5
    object_mass: float = 1.0


# Hasson et al., Learning joint reconstruction of hands and manipulated objects, CVPR 2019, and
# Jiang et al., GraspTTA, ICCV 2021, which uses the same code.
OBMAN = LegacyVariant(hand_friction=3.0, object_friction=3.0)
# The CHOIR code uses the same protocol with other frictions.
CHOIR = LegacyVariant(hand_friction=1.2, object_friction=1.2)
VARIANTS = {'obman': OBMAN, 'choir': CHOIR}

TIMESTEP = 1 / 240
STEPS = 35
SOLVER_ITERATIONS = 150
SOLVER_RESIDUAL = 1e-7     # Bullet's default
GRAVITY = 9.8


def legacy_displacement(
    hand: trimesh.Trimesh | Sequence[trimesh.Trimesh], object_mesh: trimesh.Trimesh,
    convex_parts: Sequence[np.ndarray], variant: LegacyVariant = OBMAN,
    gravity_direction: Sequence[float] = (0.0, 0.0, -1.0), steps: int = STEPS,
) -> LegacyDisplacement:
    """
    Drop an object of 1 kg into static concave hands for 35 steps of 1/240 s.

    The point measured is the mean of the object's vertices, which is also where Bullet takes the
    centre of mass to be; inertia and damping (0.04) are Bullet's own, as in the published code. The
    published convex decomposition is replaced by the parts given. Failures raise; they are not
    reported as 10 cm.

    :param hand: one static surface or several, world frame, metres
    :param object_mesh: world frame; only its vertices are used
    :param convex_parts: each (P, 3), world frame
    :param gravity_direction: unit vector (the published code, with y down, has (0, 1, 0))
    :raises ValueError: gravity_direction is not a unit vector, steps below 1, no part
    :raises HoiPlannerError: SIMULATION_FAILED
    """
    direction = np.asarray(gravity_direction, dtype=float)
    if direction.shape != (3,) or not abs(np.linalg.norm(direction) - 1) < 1e-6:
        raise ValueError(f'gravity_direction is {gravity_direction}, must be a unit vector')
    if steps < 1 or not convex_parts:
        raise ValueError(
            f'steps is {steps} and convex_parts has {len(convex_parts)}; both must be at least 1')
    hands = [hand] if isinstance(hand, trimesh.Trimesh) else list(hand)
    center = np.asarray(object_mesh.vertices).mean(axis=0)
    held = _fall(hands, [part - center for part in convex_parts], variant, direction, steps, center)
    free = _fall([], [part - center for part in convex_parts], variant, direction, steps, center)
    return LegacyDisplacement(
        held * 100, free * 100, variant.hand_friction * variant.object_friction, steps)


def _fall(
    hands: Sequence[trimesh.Trimesh], parts: Sequence[np.ndarray], variant: LegacyVariant,
    direction: np.ndarray, steps: int, center: np.ndarray,
) -> float:
    """Return how far the object's base moved, metres."""
    gravity = tuple((direction * GRAVITY).tolist())
    with World(TIMESTEP, SOLVER_ITERATIONS, SOLVER_RESIDUAL, gravity) as world:
        for hand in hands:
            body = world.call(
                'createMultiBody', baseMass=0.0,
                baseCollisionShapeIndex=concave_shape(world, hand.vertices, hand.faces))
            world.call('changeDynamics', body, -1, lateralFriction=variant.hand_friction,
                       restitution=variant.hand_restitution)
        with compound_shape(world, parts) as shape:
            body = world.call(
                'createMultiBody', baseMass=variant.object_mass, baseCollisionShapeIndex=shape,
                basePosition=center.tolist())
        world.call('changeDynamics', body, -1, lateralFriction=variant.object_friction,
                   restitution=variant.object_restitution)
        with simulation_errors('the legacy protocol'):
            for _ in range(steps):
                world.step()
        end = np.array(world.call('getBasePositionAndOrientation', body)[0])
    if not np.isfinite(end).all():
        raise HoiPlannerError(
            FailureCode.SIMULATION_FAILED, f'the object went to {end.tolist()}, not finite')
    return float(np.linalg.norm(end - center))
