# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A thin wrapper of one PyBullet client: no display, closed when left, failures with a code."""

import contextlib

from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.physics.bullet import pybullet


@contextlib.contextmanager
def simulation_errors(what: str):
    """
    Turn PyBullet's own errors into SIMULATION_FAILED.

    :param what: what was going on, for the message
    :raises HoiPlannerError: SIMULATION_FAILED
    """
    try:
        yield
    except pybullet.error as error:
        raise HoiPlannerError(
            FailureCode.SIMULATION_FAILED, f'PyBullet failed at {what}: {error}') from error


_spare: list[int] = []      # clients that wait for a World


def connect_ahead() -> None:
    """
    Have a client ready for the next World, if none is: to connect takes 15 ms.

    :raises HoiPlannerError: SIMULATION_FAILED, no client to be had
    """
    if not _spare:
        _spare.append(_connected())


def _connected() -> int:
    with simulation_errors('connecting'):
        client = pybullet.connect(pybullet.DIRECT)
    if client < 0:
        raise HoiPlannerError(FailureCode.SIMULATION_FAILED, 'PyBullet gave no client')
    return client


class World:
    """One DIRECT client with deterministic contact order; use it in a `with`."""

    def __init__(
        self, timestep: float, solver_iterations: int, solver_residual: float,
        gravity: tuple[float, float, float],
    ):
        """
        Connect.

        :param timestep: seconds of one step
        :param solver_residual: N s, see PhysicsConfig
        :param gravity: m/s^2, world frame
        :raises HoiPlannerError: SIMULATION_FAILED, no client to be had
        """
        self.client = _spare.pop() if _spare else _connected()
        self.set_timestep(timestep)
        self.call('setPhysicsEngineParameter', numSolverIterations=solver_iterations,
                  solverResidualThreshold=solver_residual, deterministicOverlappingPairs=1,
                  enableFileCaching=0)
        self.call('setGravity', *gravity)

    def set_timestep(self, timestep: float) -> None:
        """Let a step take so many seconds."""
        self.timestep = timestep
        self.call('setPhysicsEngineParameter', fixedTimeStep=timestep)

    def call(self, name: str, *args, **kwargs):
        """
        Call a PyBullet function on this client.

        :raises HoiPlannerError: SIMULATION_FAILED
        """
        with simulation_errors(name):
            return getattr(pybullet, name)(*args, physicsClientId=self.client, **kwargs)

    def step(self) -> None:
        """Advance by one step."""
        pybullet.stepSimulation(self.client)

    def close(self) -> None:
        """Disconnect; a second call does nothing."""
        if self.client >= 0:
            client, self.client = self.client, -1
            with simulation_errors('disconnecting'):
                pybullet.disconnect(client)

    def __enter__(self) -> 'World':
        """Return itself."""
        return self

    def __exit__(self, *exc_info) -> None:
        """Disconnect."""
        self.close()
