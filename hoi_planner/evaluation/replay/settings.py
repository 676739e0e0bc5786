# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""How a recording is planned again: what the caller chose, and the graph's own parameters."""

from dataclasses import dataclass
import math

import yaml

from hoi_planner.assets import config_path
from hoi_planner.failures import FailureCode, RequestError
from hoi_planner.physics.config import judging_physics, PhysicsConfig
from hoi_planner.planning.generators import GENERATORS
from hoi_planner.planning.request import MAX_CANDIDATES

PARAMETERS_FILE = 'planner.yaml'


@dataclass(frozen=True)
class ReplaySettings:
    """
    All that plans depend on beside the recording.

    :param wave: candidates made and judged at a time
    :param solver_iterations, steps_per_second: of the physics that judges, see PhysicsConfig
    :param table_height: metres, None without a table
    :raises RequestError: names the field, the value and the limit
    """

    seed: int = 0
    generator: str = 'syncdiff'
    candidates: int = 8
    time_budget: float = 60.0
    friction: float = 0.65
    solver_iterations: int = 60
    steps_per_second: float = 180.0
    wave: int = 1
    table_height: float | None = 0.0
    planning_frame: str = 'world'
    max_object_age: float = 1.0

    def __post_init__(self):
        """Check what a caller chooses; a recording's own faults are its requests' results."""
        if self.generator not in GENERATORS:
            raise RequestError(
                FailureCode.UNKNOWN_GENERATOR,
                f"generator '{self.generator}' is not one of {sorted(GENERATORS)}")
        for name, low, high in (('candidates', 1, MAX_CANDIDATES), ('seed', 0, 2 ** 63),
                                ('friction', 0.0, 10.0), ('solver_iterations', 1, 1000),
                                ('steps_per_second', 120.0, 2000.0)):
            if not low <= getattr(self, name) <= high:
                raise RequestError(
                    FailureCode.INVALID_REQUEST,
                    f'{name} is {getattr(self, name)}, must be {low} to {high}')
        if not (math.isfinite(self.time_budget) and self.time_budget > 0):
            raise RequestError(
                FailureCode.INVALID_TIME_BUDGET,
                f'time_budget is {self.time_budget:g} s, must be above 0 s')

    @property
    def physics(self) -> PhysicsConfig:
        """Return the physics that judges."""
        return judging_physics(self.friction, self.solver_iterations, self.steps_per_second)


def graph_parameters() -> dict[str, dict]:
    """Return the parameters of config/planner.yaml by the name of the node, '*' for all nodes'."""
    sections = yaml.safe_load(config_path(PARAMETERS_FILE).read_text())
    return {name.removeprefix('/**').strip('/') or '*': section['ros__parameters']
            for name, section in sections.items()}


def graph_settings(**chosen) -> ReplaySettings:
    """
    Return settings with the parameters of config/planner.yaml, so that both modes plan alike.

    :param chosen: fields over them; None: not chosen
    :raises RequestError: names the field, the value and the limit
    """
    nodes = graph_parameters()
    every, planner, validator = (nodes[name] for name in ('*', 'planner', 'validator'))
    height = float(planner['table_height'])
    values = {
        'generator': every['generator'], 'planning_frame': every['planning_frame'],
        'candidates': planner['candidates'], 'wave': planner['wave'],
        'max_object_age': planner['max_object_age'],
        'table_height': None if math.isnan(height) else height,
        'friction': validator['effective_friction'],
        'solver_iterations': validator['solver_iterations'],
        'steps_per_second': validator['steps_per_second']}
    return ReplaySettings(
        **values | {name: value for name, value in chosen.items() if value is not None})
