# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The physical constants of a simulation, checked as they are made."""

import math
from dataclasses import dataclass, field

MAX_FRICTION = 10.0     # Bullet cuts the product of two surfaces' values off there


@dataclass(frozen=True)
class PhysicsConfig:
    """
    How PyBullet is set up for `tracking` and `six`; SI units.

    Bullet multiplies the friction values of the two surfaces. The frictions here are effective
    ones, of a pair; `surface_frictions` splits them into values of surfaces whose products they
    are. Contacts with a hand are compliant: with rigid kinematic hands the displacement would
    measure how penetration ejects the object, not how well it is held.

    timestep: longest step; shortened so that frames of a motion fall on steps
    solver_iterations: of Bullet's sequential impulse solver, at most: it stops when it has
        converged, which light objects held at many points are slow to do
    solver_residual: the solver has converged when an iteration changes every impulse by less, N s.
        Bullet's own 1e-7 takes a third more time for the same displacements
    gravity: m/s^2, downwards (tracking) or in each direction (six)
    effective_friction: hand on object
    object_friction: object on object
    table_friction: object on table or obstacle
    rolling_friction: of objects, metres
    rolling_everywhere: whether hands and other objects meet it as well, not table and obstacles
        alone. Between hand and object it is too little to matter, and its two rows a contact take
        an eighth of the time that playing a plan takes
    spinning_friction: of objects, metres
    contact_stiffness, contact_damping: of hand surfaces, N/m and N s/m at each contact point
    collision_margin: by which hulls of objects are rounded outwards, metres; the table is lowered
        by as much
    release_margin: a planned hand that comes this near to an object releases it, metres
    motion_tolerance: a planned object has moved when it is this far from its first pose, metres;
        a rotation counts by the way of the corners of its bounding box
    force_every: contact forces are read after every so many steps, and after the last of a frame;
        to read them after each takes a twentieth of the time that playing a plan takes
    """

    timestep: float = 1 / 240
    solver_iterations: int = 200
    solver_residual: float = 1e-6
    gravity: float = 9.81
    effective_friction: float = 0.8
    object_friction: float = 0.5
    table_friction: float = 0.5
    rolling_friction: float = 1e-4
    rolling_everywhere: bool = True
    spinning_friction: float = 1e-3
    contact_stiffness: float = 3000.0
    contact_damping: float = 30.0
    collision_margin: float = 5e-4
    release_margin: float = 2e-3
    motion_tolerance: float = 1e-6
    # Not in the repr: it moves nothing, and what a physics was found to do is kept by its repr.
    force_every: int = field(default=1, repr=False)

    def __post_init__(self):
        """
        Check every number.

        :raises ValueError: names the field, its value and the limit
        """
        above_zero = ('timestep', 'effective_friction', 'object_friction', 'table_friction',
                      'contact_stiffness', 'motion_tolerance', 'solver_residual')
        at_least_zero = ('gravity', 'rolling_friction', 'spinning_friction', 'contact_damping',
                         'collision_margin', 'release_margin')
        for name in above_zero:
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise ValueError(f'{name} is {value}, must be finite and above 0')
        for name in at_least_zero:
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise ValueError(f'{name} is {value}, must be finite and at least 0')
        for name in ('effective_friction', 'object_friction', 'table_friction'):
            if getattr(self, name) > MAX_FRICTION:
                raise ValueError(
                    f'{name} is {getattr(self, name)}, must be at most {MAX_FRICTION:g}')
        if not 1 <= self.solver_iterations <= 1000:
            raise ValueError(
                f'solver_iterations is {self.solver_iterations}, must be 1 to 1000')
        if self.force_every < 1:
            raise ValueError(f'force_every is {self.force_every}, must be at least 1')

    @property
    def surface_rolling(self) -> dict[str, float]:
        """Return the rolling friction to give Bullet for 'object' and 'table' surfaces, metres."""
        # Bullet adds one surface's, times the other's friction, to the reverse.
        carrier = 'object' if self.rolling_everywhere else 'table'
        return {'object': 0.0, 'table': 0.0, carrier: self.rolling_friction}

    @property
    def surface_frictions(self) -> dict[str, float]:
        """Return what to give Bullet for 'object', 'hand' and 'table' surfaces."""
        surface = math.sqrt(self.object_friction)
        return {'object': surface, 'hand': self.effective_friction / surface,
                'table': self.table_friction / surface}

    def substeps(self, fps: float) -> tuple[int, float]:
        """Return how many steps a frame takes and their length in seconds, at most `timestep`."""
        count = max(1, math.ceil(1 / (fps * self.timestep) - 1e-9))
        return count, 1 / (fps * count)


def judging_physics(
    effective_friction: float, solver_iterations: int, steps_per_second: float,
) -> PhysicsConfig:
    """
    Return the physics that plans are judged with: what demonstrations have, but for speed.

    :param steps_per_second: at least so many
    """
    return PhysicsConfig(
        timestep=1 / steps_per_second, effective_friction=effective_friction,
        solver_iterations=solver_iterations, rolling_everywhere=False, force_every=3)
