# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The generators by name."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
import threading

from hoi_planner.cancellation import CancelToken
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.planning.candidates import Candidates
from hoi_planner.planning.descent_polls import heeded_in_descents
from hoi_planner.planning.request import PlanRequest
from hoi_planner.planning.scripted_generator import ScriptedGenerator
from hoi_planner.planning.syncdiff_config import load_syncdiff_config
from hoi_planner.planning.syncdiff_generator import SyncDiffGenerator

GENERATORS = {kind.name: kind for kind in (ScriptedGenerator, SyncDiffGenerator)}


def make_generator(
    name: str, mesh_roots: Sequence[Path] = (), hand_model: str = 'open_hand',
    checkpoint: str = '', device: str = 'cpu',
):
    """
    Return a generator, not yet warmed up.

    :param checkpoint: of a generator with weights, a name in models/ or an absolute path; empty:
        config/generators.yaml's
    :param device: that a network runs on: cpu, cuda, cuda:1, ...
    :raises HoiPlannerError: UNKNOWN_GENERATOR, listing the known ones
    :raises ValueError: config/generators.yaml is wrong
    """
    if name not in GENERATORS:
        raise HoiPlannerError(
            FailureCode.UNKNOWN_GENERATOR,
            f"generator '{name}' is not one of {sorted(GENERATORS)}")
    if name == SyncDiffGenerator.name:
        config = load_syncdiff_config()
        config = replace(config, checkpoint=checkpoint) if checkpoint else config
        return SyncDiffGenerator(mesh_roots, hand_model, config, device=device)
    return GENERATORS[name](mesh_roots, hand_model)


class GeneratorByName:
    """Every request is answered by the generator that it names, loaded when first asked for."""

    def __init__(
        self, mesh_roots: Sequence[Path] = (), hand_model: str = 'open_hand',
        checkpoint: str = '', device: str = 'cpu',
    ):
        """Keep what to load; see make_generator."""
        self._arguments = tuple(mesh_roots), hand_model, checkpoint, device
        self._loaded = {}
        self._lock = threading.Lock()

    def named(self, name: str):
        """
        Return a generator, warmed up.

        :raises HoiPlannerError: UNKNOWN_GENERATOR, GENERATOR_UNAVAILABLE, UNKNOWN_HAND_MODEL
        :raises ValueError: config/generators.yaml is wrong
        """
        with self._lock:
            if name not in self._loaded:
                generator = make_generator(name, *self._arguments)
                generator.warm_up()
                self._loaded[name] = generator
            return self._loaded[name]

    def generate(
        self, request: PlanRequest, token: CancelToken, progress: Callable[[float, str], None]
    ) -> Candidates:
        """Return the candidates; raise HoiPlannerError, as `named` and the generator do."""
        with heeded_in_descents(token):
            return self.named(request.generator).generate(request, token, progress)
