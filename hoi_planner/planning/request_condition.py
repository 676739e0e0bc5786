# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A request as SyncDiff's condition, in the frame of its training: the table's top is z = 0."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from hoi_planner.demonstrations.scene import TaskScene
from hoi_planner.failures import FailureCode, RequestError
from hoi_planner.geometry.transforms import identity_pose, normalize_pose
from hoi_planner.hands.contract import HandModel, NUM_SHAPE, SIDES
from hoi_planner.hands.joint_positions import joint_positions
from hoi_planner.methods.sentences import Sentences
from hoi_planner.methods.syncdiff.config import SyncDiffConfig
from hoi_planner.methods.syncdiff.contract import Condition
from hoi_planner.methods.syncdiff.task_habits import Manner
from hoi_planner.methods.text_embedding import TextEncoder
from hoi_planner.planning.request import HandStart
import torch
import trimesh

USER_LABEL = 'object'       # what an object of the user's is called


@dataclass(frozen=True)
class ConditionMaker:
    """
    Makes conditions for one network.

    shape_features: of a mesh, (Q, 3)
    hand_models: by side
    """

    config: SyncDiffConfig
    sentences: Sentences
    encoder: TextEncoder
    shape_features: Callable[[trimesh.Trimesh], torch.Tensor]
    hand_models: Mapping[str, HandModel]

    def __call__(
        self, scene: TaskScene, task: str, roles: int, manners: Sequence[Manner],
        start_hands: Mapping[str, HandStart],
    ) -> Condition:
        """
        Return the condition of B candidates, on the CPU.

        :param scene: objects in the order of the task's roles; its targets are told as goals, and
            that objects beyond the roles stay where they are
        :param roles: how many objects the task is about
        :param manners: how each candidate is to be made
        :param start_hands: hands that are known
        :raises RequestError: INVALID_REQUEST, more objects than the network has places for
        """
        layout, frames = self.config.layout, self.config.representation.frames
        objects = scene.objects
        if len(objects) > layout.max_objects:
            raise RequestError(
                FailureCode.INVALID_REQUEST,
                f'the request has {len(objects)} objects, generator syncdiff knows at most '
                f'{layout.max_objects} (name others as obstacles)')
        starts = [item.pose for item in objects]
        goals = [scene.targets.get(item.id, item.pose if k >= roles else None)
                 for k, item in enumerate(objects)]
        labels = [USER_LABEL if item.model.category == 'user' else item.model.category
                  for item in objects]
        features = [self.shape_features(item.model.mesh) for item in objects]
        down = -ground_height(scene)
        condition = Condition(
            task=self.sentences.task_embedding(self.encoder, task)[None],
            labels=_padded(self.sentences.label_embeddings(self.encoder, labels), layout)[None],
            basis_points=_padded(torch.stack(features), layout)[None],
            shapes=torch.zeros(1, layout.num_hands, NUM_SHAPE),
            object_mask=(torch.arange(layout.max_objects) < len(objects))[None],
            hand_mask=torch.ones(1, layout.num_hands, dtype=torch.bool),
            frame_mask=torch.ones(1, frames, dtype=torch.bool),
            start_poses=_poses(starts, layout, down)[None],
            goal_poses=_poses(goals, layout, down)[None],
            goal_mask=torch.tensor([[goal is not None for goal in goals]
                                    + [False] * (layout.max_objects - len(goals))]),
            **self._hands(start_hands, down)).repeated(len(manners))
        condition.hand_mask[:] = torch.tensor(
            [[side in manner.sides for side in SIDES] for manner in manners])
        condition.start_mask[:] &= condition.hand_mask
        counts = torch.tensor([manner.frames for manner in manners])
        condition.frame_mask[:] = torch.arange(frames) < counts[:, None]
        return condition

    def _hands(self, start_hands: Mapping[str, HandStart], down: float) -> dict:
        layout = self.config.layout
        joints = torch.zeros(1, layout.num_hands, layout.num_joints, 3)
        known = torch.zeros(1, layout.num_hands, dtype=torch.bool)
        for side, hand in start_hands.items():
            place = SIDES.index(side)
            found = joint_positions(
                self.hand_models[side], lifted(hand.wrist_pose, down)[None],
                hand.finger_poses[None], torch.zeros(1, NUM_SHAPE).double())
            joints[0, place], known[0, place] = found[0].float(), True
        return {'start_joints': joints, 'start_mask': known}


def ground_height(scene: TaskScene) -> float:
    """Return the z that training has as 0: the table's top, else that of the lowest vertex."""
    if scene.table_height is not None:
        return scene.table_height
    return min(item.world_vertices[:, 2].min().item() for item in scene.objects)


def lifted(poses: torch.Tensor, height: float) -> torch.Tensor:
    """Return poses (..., 7) that much higher."""
    return torch.cat([poses[..., :2], poses[..., 2:3] + height, poses[..., 3:]], dim=-1)


def _poses(poses: Sequence[torch.Tensor | None], layout, height: float) -> torch.Tensor:
    """Return poses (K, 7) float32 in the training's frame; the identity where there is none."""
    result = identity_pose(layout.max_objects, dtype=torch.float32)
    for k, pose in enumerate(poses):
        if pose is not None:
            result[k] = normalize_pose(lifted(pose, height)).float()
    return result


def _padded(values: torch.Tensor, layout) -> torch.Tensor:
    """Return values (M, ...) with zeros for absent objects, (K, ...)."""
    result = torch.zeros(layout.max_objects, *values.shape[1:])
    result[:len(values)] = values
    return result
