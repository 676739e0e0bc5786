# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A scene's bodies in a world of their own, built before it is known where a motion has them."""

import contextlib
from collections.abc import Sequence

import numpy as np
import torch

from hoi_planner.geometry.transforms import identity_pose
from hoi_planner.hands.contract import ConvexLink, NUM_SHAPE, SIDES
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.free_body import FreeBody
from hoi_planner.physics.hand_steps import hand_states
from hoi_planner.physics.kinematic_hand import KinematicHand
from hoi_planner.physics.posed_hand import PosedHand
from hoi_planner.physics.scene import PhysicsScene
from hoi_planner.physics.static_bodies import add_obstacles, add_table, center_table
from hoi_planner.physics.world import World

Links = Sequence[Sequence[ConvexLink]]


def _same_links(some: Sequence[ConvexLink], others: Sequence[ConvexLink]) -> bool:
    return len(some) == len(others) and all(
        a.joint == b.joint and np.array_equal(a.vertices, b.vertices)
        for a, b in zip(some, others))


class SceneWorld:
    """
    The bodies of a scene, pinned; only the obstacles stand where they belong.

    To make their shapes takes long; to put them where a motion begins does not.

    objects: in the order of object_ids
    hands: in the order of links
    """

    def __init__(
        self, scene: PhysicsScene, object_ids: Sequence[str], links: Links, config: PhysicsConfig,
    ):
        """
        Build the world.

        :param object_ids: of the scene's objects, those that a motion has
        :param links: of each of its hands
        :raises HoiPlannerError: SIMULATION_FAILED
        """
        self._scene, self._object_ids = scene, tuple(object_ids)
        self._links, self._config = [tuple(each) for each in links], config
        with contextlib.ExitStack() as stack:
            self.world = stack.enter_context(
                World(config.timestep, config.solver_iterations, config.solver_residual,
                      (0.0, 0.0, -config.gravity)))
            self._table = None if scene.table_height is None else add_table(
                self.world, scene.table_height, config)
            add_obstacles(self.world, scene.obstacles, config)
            self.objects = [FreeBody(self.world, scene.objects[name], identity_pose(), config)
                            for name in object_ids]
            self.hands = [KinematicHand(self.world, each, config) for each in self._links]
            self.close = stack.pop_all().close

    @classmethod
    def expected(cls, scene: PhysicsScene, config: PhysicsConfig) -> 'SceneWorld':
        """
        Build the world that most motions of a scene need: all objects, two hands of mean shape.

        :raises HoiPlannerError: SIMULATION_FAILED; the hand model is unknown
        """
        mean = torch.zeros(NUM_SHAPE, dtype=torch.float64)
        links = [load_hand_model(scene.hand_model, side).convex_links(mean) for side in SIDES]
        return cls(scene, tuple(scene.objects), links, config)

    def suits(
        self, scene: PhysicsScene, object_ids: Sequence[str], links: Links, config: PhysicsConfig,
    ) -> bool:
        """Return whether the world is what __init__ would build of these very things."""
        return (scene is self._scene and config == self._config
                and tuple(object_ids) == self._object_ids and len(links) == len(self._links)
                and all(_same_links(*pair) for pair in zip(links, self._links)))

    def set_out(self, motion: HandObjectMotion, hands: Sequence[PosedHand]) -> int:
        """
        Put everything where a motion begins, and have the hands follow it.

        :param hands: what pose_hands gave of the motion
        :return: how many steps of the world a frame takes
        :raises HoiPlannerError: SIMULATION_FAILED
        """
        substeps, timestep = self._config.substeps(motion.fps)
        self.world.set_timestep(timestep)
        if self._table is not None:
            center = motion.object_poses[:, 0, :2].mean(dim=0).nan_to_num()
            center_table(self.world, self._table, center)
        for body, poses in zip(self.objects, motion.object_poses, strict=True):
            body.put(poses[0])
        for body, hand in zip(self.hands, hands, strict=True):
            body.follow(hand_states(hand, motion.fps, substeps))
        return substeps
