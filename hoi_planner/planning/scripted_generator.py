# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The scripted generator: candidates from the task scripts, one seed each."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch

from hoi_planner.cancellation import CancelToken
from hoi_planner.demonstrations.roles import role_order
from hoi_planner.demonstrations.scene import PlacedObject, TaskScene
from hoi_planner.demonstrations.tasks.registry import find_task
from hoi_planner.failures import FailureCode, HoiPlannerError, RequestError
from hoi_planner.hands.contract import SIDES
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.objects.loading import load_object
from hoi_planner.planning.candidates import Candidates, RefusedCandidate
from hoi_planner.planning.plan import CandidatePlan
from hoi_planner.planning.request import ObjectPlacement, PlanRequest
from hoi_planner.planning.warm_up import make_optimizer


def candidate_generator(seed: int, index: int) -> torch.Generator:
    """Return the random generator of one candidate, a stream of its own."""
    state = np.random.SeedSequence([seed, index]).generate_state(1, dtype=np.uint64)[0]
    return torch.Generator().manual_seed(int(state >> np.uint64(1)))


def place(placements: Sequence[ObjectPlacement], mesh_roots) -> tuple[PlacedObject, ...]:
    """Load the objects of a request; raises HoiPlannerError with the mesh's code."""
    return tuple(
        PlacedObject(p.id, load_object(p.resource, mesh_roots, p.mass), p.pose)
        for p in placements)


class ScriptedGenerator:
    """Makes candidates from the task scripts of demonstrations."""

    name = 'scripted'
    checkpoint = ''     # it has no weights

    def __init__(self, mesh_roots: Sequence[Path] = (), hand_model: str = 'open_hand'):
        """
        Keep where meshes may lie and which hands to use.

        :param mesh_roots: folders that file:// and package:// meshes must lie in
        :param hand_model: model_id
        """
        self.mesh_roots = tuple(mesh_roots)
        self.hand_model = hand_model

    def warm_up(self) -> None:
        """
        Load both hands, so that the first request does not wait for them.

        :raises HoiPlannerError: UNKNOWN_HAND_MODEL
        """
        for side in SIDES:
            load_hand_model(self.hand_model, side)
        make_optimizer()

    def generate(
        self, request: PlanRequest, token: CancelToken, progress: Callable[[float, str], None]
    ) -> Candidates:
        """
        Return request.candidates candidates, plans or refused, in order of their index.

        :param progress: called with the fraction done and a line of text
        :raises HoiPlannerError: UNKNOWN_TASK, a mesh code, INVALID_REQUEST for start_hands,
            TIMED_OUT, CANCELED
        """
        task = find_task(request.task)
        if request.start_hands:
            raise RequestError(
                FailureCode.INVALID_REQUEST,
                f'start_hands is given for {sorted(request.start_hands)}: generator scripted '
                'chooses by itself where hands come from')
        given = place(request.objects, self.mesh_roots)
        order = role_order(task, [item.model.category for item in given])
        objects = tuple(request.objects[i] for i in order)
        scene = TaskScene(
            objects=tuple(given[i] for i in order), targets=request.targets,
            obstacles=place(request.obstacles, self.mesh_roots),
            table_height=request.table_height, hand_model=self.hand_model)
        plans, refused = [], []
        first = request.first_candidate
        for index in range(first, first + request.candidates):
            token.check(f'generation of candidate {index}')
            try:
                motion = task.script(scene, candidate_generator(request.seed, index), token)
            except HoiPlannerError as error:
                if error.code != FailureCode.NO_CANDIDATE:
                    raise
                refused.append(RefusedCandidate(index, error.code, error.message))
            else:
                plans.append(CandidatePlan(
                    motion, objects, request.obstacles, request.table_height, request.seed,
                    index))
            progress((index + 1 - first) / request.candidates, f'{len(plans)} candidates')
        return Candidates(tuple(plans), tuple(refused))
