# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The generator syncdiff: candidates sampled together, hands fitted, each refined."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
import threading

from hoi_planner.cancellation import CancelToken
from hoi_planner.demonstrations.roles import role_order
from hoi_planner.demonstrations.scene import PlacedObject, TaskScene
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.geometry.basis_point_set import BasisPointSet
from hoi_planner.geometry.transforms import identity_pose
from hoi_planner.hands.contract import SIDES
from hoi_planner.hands.fitting.config import FitConfig
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.methods.sentences import load_sentences
from hoi_planner.methods.syncdiff.checkpoint_file import load_checkpoint
from hoi_planner.methods.syncdiff.contract import Condition
from hoi_planner.methods.syncdiff.fitted_motions import fitted_motions
from hoi_planner.methods.syncdiff.network import SyncDiffNetwork
from hoi_planner.methods.syncdiff.prepared_denoiser import PreparedDenoiser
from hoi_planner.methods.syncdiff.representation import LinearCodec
from hoi_planner.methods.syncdiff.sampling import sample
from hoi_planner.methods.syncdiff.sampling_config import SamplingConfig
from hoi_planner.methods.syncdiff.task_habits import FPS, Manner, TaskHabits
from hoi_planner.methods.text_embedding import TextEncoder, WordLlamaEncoder
from hoi_planner.motion.body_layout import Bodies
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.objects.loading import load_object
from hoi_planner.planning.candidates import Candidates, RefusedCandidate
from hoi_planner.planning.devices import usable_device
from hoi_planner.planning.plan import CandidatePlan
from hoi_planner.planning.request import MAX_CANDIDATES, PlanRequest
from hoi_planner.planning.request_condition import ConditionMaker, ground_height, lifted
from hoi_planner.planning.scripted_generator import candidate_generator, place
from hoi_planner.planning.shape_features import ShapeFeatures
from hoi_planner.planning.side_by_side import side_by_side
from hoi_planner.planning.syncdiff_config import load_syncdiff_config, SyncDiffGeneratorConfig
from hoi_planner.planning.task_words import understood_task
from hoi_planner.planning.warm_up import make_optimizer
from hoi_planner.refinement.refine import refine, RefinementFailure
import torch

SAMPLED, FITTED = 0.6, 0.75     # fractions of the work that are done by then, about


@dataclass(frozen=True)
class LoadedModel:
    """All that a checkpoint brings."""

    network: SyncDiffNetwork
    codec: LinearCodec
    habits: TaskHabits
    sampling: SamplingConfig
    condition: ConditionMaker
    device: torch.device = torch.device('cpu')

    def sample(
        self, condition: Condition, generator: torch.Generator,
        progress: Callable[[int, int], None] | None = None, token: CancelToken | None = None,
    ) -> Bodies:
        """Return the sampled bodies, on the model's device; raise what the token raises."""
        # Without autograd's bookkeeping, a twelfth of the time of small networks.
        with torch.inference_mode():
            condition = condition.to(self.device)
            denoiser = PreparedDenoiser(self.network, condition)
            bodies = sample(
                denoiser, self.codec, condition, self.sampling, generator, progress, token)
        # Tensors made in there could not take part in what is optimised later.
        return Bodies(*(getattr(bodies, each.name).clone() for each in fields(bodies)))


class SyncDiffGenerator:
    """
    Samples the candidates of a request in one batch.

    Obstacles are not shown to the network; physics judges what comes of that.
    """

    name = 'syncdiff'

    def __init__(
        self, mesh_roots: Sequence[Path] = (), hand_model: str = 'open_hand',
        config: SyncDiffGeneratorConfig | None = None, text_encoder: TextEncoder | None = None,
        device: str = 'cpu',
    ):
        """
        Keep what to load; nothing is loaded before load, warm_up or the first request.

        :param mesh_roots: folders that file:// and package:// meshes must lie in
        :param hand_model: model_id; checkpoints of another are refused
        :param config: config/generators.yaml's when None
        :param text_encoder: WordLlamaEncoder when None; checkpoints of another are refused
        :param device: that the network runs on: cpu, cuda, cuda:1, ...; hands are fitted on the CPU
        """
        self.mesh_roots = tuple(mesh_roots)
        self.hand_model = hand_model
        self.config = config or load_syncdiff_config()
        self._encoder = text_encoder
        self._device = device
        self._side_by_side = side_by_side(self.config.threads)
        self._model: LoadedModel | None = None
        self._lock = threading.Lock()

    @property
    def checkpoint(self) -> str:
        """Return the name of the checkpoint."""
        return self.config.checkpoint

    def load(self) -> LoadedModel:
        """
        Load checkpoint, text encoder and hands; once.

        :raises HoiPlannerError: GENERATOR_UNAVAILABLE, no checkpoint, or one that cannot be used;
            UNKNOWN_HAND_MODEL
        """
        with self._lock:
            if self._model is None:
                self._model = self._loaded()
            return self._model

    def warm_up(self) -> None:
        """
        Load, and sample and fit once, so that the first request does not wait.

        :raises HoiPlannerError: as load
        """
        model = self.load()
        scene = TaskScene(
            objects=(PlacedObject('box', load_object('library://carton'), identity_pose()),),
            hand_model=self.hand_model)
        manners = [Manner(SIDES, 2, FPS)]
        condition = model.condition(scene, 'carry', 1, manners, {})
        bodies = model.sample(condition, torch.Generator().manual_seed(0))
        self._motions(model, bodies, condition, scene, 'carry', manners, CancelToken())
        make_optimizer()

    def generate(
        self, request: PlanRequest, token: CancelToken, progress: Callable[[float, str], None]
    ) -> Candidates:
        """
        Return request.candidates candidates, plans or refused, in order of their index.

        :param progress: called with the fraction done and a line of text
        :raises HoiPlannerError: as load; UNKNOWN_TASK, for text that is not understood too; a mesh
            code; INVALID_REQUEST, more objects than the network knows; TIMED_OUT, CANCELED
        """
        model = self.load()
        token.check('generation')
        task = understood_task(
            request.task, model.condition.sentences, model.condition.encoder,
            self.config.min_similarity, self.config.min_margin)
        given = place(request.objects, self.mesh_roots)
        order = role_order(task, [item.model.category for item in given])
        scene = TaskScene(
            objects=tuple(given[i] for i in order), targets=request.targets,
            obstacles=place(request.obstacles, self.mesh_roots),
            table_height=request.table_height, hand_model=self.hand_model)
        roles = len(task.roles)
        # Streams apart from those of the scripted generator's candidates.
        generator = candidate_generator(request.seed, MAX_CANDIDATES + request.first_candidate)
        manners = model.habits.choose(
            task.name, [item.model.category for item in scene.objects[:roles]],
            scene.objects[0].pose[1].item(), request.candidates, generator)
        condition = model.condition(scene, task.name, roles, manners, request.start_hands)

        def on_step(done: int, steps: int) -> None:
            progress(SAMPLED * done / steps, f'step {done} of {steps}')

        bodies = model.sample(condition, generator, on_step, token)
        motions = self._motions(model, bodies, condition, scene, task.name, manners, token)
        progress(FITTED, 'hands fitted')
        return self._candidates(
            request, tuple(request.objects[i] for i in order), scene, motions, token, progress)

    def _motions(
        self, model: LoadedModel, bodies: Bodies, condition: Condition, scene: TaskScene,
        task: str, manners: Sequence[Manner], token: CancelToken,
    ) -> list[HandObjectMotion]:
        """Return the motions in the planning frame."""
        ids = [item.id for item in scene.objects]
        motions = fitted_motions(
            bodies, condition, [task] * len(manners), [manner.fps for manner in manners],
            [ids] * len(manners), model.condition.hand_models,
            lambda: token.check('fitting of hands'), self._side_by_side.map, self.config.fit_every,
            FitConfig(iterations=self.config.fit_iterations))
        up = ground_height(scene)
        return [motion.with_(object_poses=lifted(motion.object_poses, up),
                             wrist_poses=lifted(motion.wrist_poses, up)) for motion in motions]

    def _candidates(
        self, request: PlanRequest, objects, scene: TaskScene,
        motions: Sequence[HandObjectMotion], token: CancelToken, progress,
    ) -> Candidates:
        """Return the plans of what could be refined."""
        plans, refused = [], []
        first = request.first_candidate

        def refined(numbered: tuple[int, HandObjectMotion]) -> HandObjectMotion | RefinementFailure:
            index, motion = numbered
            token.check(f'refinement of candidate {index}')
            if not self.config.refine:
                return motion
            return refine(motion, scene, given=request.start_hands)

        for index, motion in enumerate(
                self._side_by_side.map(refined, enumerate(motions, first)), first):
            if isinstance(motion, RefinementFailure):
                refused.append(RefusedCandidate(index, FailureCode.NO_CANDIDATE, motion.reason))
            else:
                plans.append(CandidatePlan(
                    motion, objects, request.obstacles, request.table_height, request.seed, index))
            progress(FITTED + (1 - FITTED) * (index + 1 - first) / len(motions),
                     f'{len(plans)} candidates')
        return Candidates(tuple(plans), tuple(refused))

    def _loaded(self) -> LoadedModel:
        hands = {side: load_hand_model(self.hand_model, side) for side in SIDES}
        encoder = self._encoder or WordLlamaEncoder()
        device = usable_device(self._device)
        try:
            checkpoint = load_checkpoint(
                self.config.checkpoint_path(), self.hand_model, encoder.name)
            config = checkpoint.config
            features = ShapeFeatures(BasisPointSet(config.network.basis_points))
            return LoadedModel(
                checkpoint.network().to(device), checkpoint.codec().to(device),
                TaskHabits.from_words(checkpoint.origin.habits),
                self.config.sampling_config(config.noise),
                ConditionMaker(config, load_sentences(), encoder, features, hands),
                device)
        except (OSError, ValueError) as error:
            raise HoiPlannerError(
                FailureCode.GENERATOR_UNAVAILABLE, f'generator syncdiff: {error}') from error
