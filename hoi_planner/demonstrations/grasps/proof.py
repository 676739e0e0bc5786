# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The proof of a grasp in physics: worst of six directions, a lift from the table, a swing."""

from dataclasses import dataclass
import math

import numpy as np
import roma
import torch

from hoi_planner.demonstrations.grasps.contract import share_out
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.geometry.transforms import (
    compose, minimum_jerk, relative, rotate_vectors, transform_points)
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.objects.model import ObjectModel
from hoi_planner.objects.standing import standing_pose
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.scene import PhysicsScene
from hoi_planner.physics.six import worst_of_six
from hoi_planner.physics.tracking import TrackingSimulation

FPS = 30.0
NAME = 'object'


@dataclass(frozen=True)
class ProofConfig:
    """
    What a grasp must stand.

    limit: metres of displacement, worst of six over `duration` seconds, and over the lift
    approach, close, lift, hold: seconds of the lift's phases
    height: metres that it lifts
    swing: seconds of each of two legs after the lift, in which one hand turns the object
    lean, sway: radians and metres of a leg
    turned: radians that the object may turn in the hand meanwhile
    """

    limit: float = 0.012
    duration: float = 1.0
    approach: float = 0.4
    close: float = 0.3
    lift: float = 0.8
    hold: float = 0.3
    height: float = 0.10
    swing: float = 0.65
    lean: float = math.radians(40)
    sway: float = 0.08
    turned: float = math.radians(12)
    physics: PhysicsConfig = PhysicsConfig()

    @property
    def frames(self) -> tuple[int, int, int, int]:
        """Return how many frames approach, close, lift and hold take."""
        return tuple(round(FPS * seconds) for seconds in (
            self.approach, self.close, self.lift, self.hold))


@dataclass(frozen=True)
class HeldHand:
    """One hand of a grasp with its way in, mesh frame."""

    side: str
    wrist: torch.Tensor             # (7,)
    fingers: torch.Tensor           # (15, 3)
    pregrasp_wrist: torch.Tensor    # (7,)
    open_fingers: torch.Tensor      # (15, 3)


@dataclass(frozen=True)
class Proof:
    """What physics said; inf where it stopped early or was not reached."""

    displacement: float     # metres, worst of six
    rotation: float         # radians, worst of six
    lift: float             # metres, lift, swing and release

    @property
    def holds(self) -> bool:
        """Return whether both parts were passed."""
        return math.isfinite(self.displacement) and math.isfinite(self.lift)


FAILED = Proof(math.inf, math.inf, math.inf)


def prove(
    model: ObjectModel, hands: tuple[HeldHand, ...], hand_model: str = 'open_hand',
    config: ProofConfig = ProofConfig(),
) -> Proof:
    """
    Lift the object and swing it, let it go on the table, hold it against gravity from six sides.

    A simulation that fails is a grasp that fails.

    :param hands: one of each side at most
    """
    scene = PhysicsScene({NAME: model}, hand_model)
    try:
        lift = worst_displacement(scene, lift_motion(model, hands, hand_model, config), config)
        if not lift <= config.limit:
            return FAILED
        lift = max(lift, worst_displacement(
            scene, release_motion(model, hands, hand_model, config), config))
        if not lift <= config.limit:
            return FAILED
        displacement, rotation = worst_of_six(
            scene, still_motion(model, hands, hand_model), 0, NAME, config.limit, config.physics,
            config.duration)
    except HoiPlannerError as error:
        if error.code is not FailureCode.SIMULATION_FAILED:
            raise
        return FAILED
    return Proof(displacement, rotation, lift)


def still_motion(
    model: ObjectModel, hands: tuple[HeldHand, ...], hand_model: str,
) -> HandObjectMotion:
    """Return two frames of the closed grasp, the object at rest on the table z = 0."""
    rest = standing_pose(model, 0.0, 0.0)
    return _motion(
        rest.expand(2, 7), [compose(rest, hand.wrist).expand(2, 7) for hand in hands],
        [hand.fingers.expand(2, 15, 3) for hand in hands], hands, hand_model)


def lift_motion(
    model: ObjectModel, hands: tuple[HeldHand, ...], hand_model: str,
    config: ProofConfig = ProofConfig(),
) -> HandObjectMotion:
    """Return the whole lift: open hands come in straight, close, lift, hold; one hand swings."""
    rest = standing_pose(model, 0.0, 0.0)
    counts = config.frames
    come, close, rise = (_ramp(count) for count in counts[:3])
    height = torch.cat([torch.zeros(1 + counts[0] + counts[1], dtype=torch.float64),
                        config.height * rise, torch.full((counts[3],), config.height)])
    poses = rest.repeat(len(height), 1)
    poses[:, 2] += height
    if len(hands) == 1:
        poses = torch.cat([poses, _swing(poses[-1], torch.tensor(model.center_of_mass), config)])
    count = len(poses)
    arrive = torch.cat([torch.zeros(1), come, torch.ones(count - 1 - counts[0])])[:, None]
    shut = torch.cat([
        torch.zeros(1 + counts[0]), close, torch.ones(count - 1 - counts[0] - counts[1])])
    wrists, fingers = [], []
    for hand in hands:
        local = hand.wrist.repeat(count, 1)
        local[:, :3] += share_out(1 - arrive, shut[:, None]) * (
            hand.pregrasp_wrist - hand.wrist)[:3]
        wrists.append(compose(poses, local))
        fingers.append(hand.open_fingers + shut[:, None, None] * (
            hand.fingers - hand.open_fingers))
    return _motion(poses, wrists, fingers, hands, hand_model)


def release_motion(
    model: ObjectModel, hands: tuple[HeldHand, ...], hand_model: str,
    config: ProofConfig = ProofConfig(),
) -> HandObjectMotion:
    """Return how closed hands open and go, the object standing on the table."""
    whole = lift_motion(model, hands, hand_model, config)
    # The way in, backwards; it begins closed and ends with nothing near.
    frames = list(range(sum(config.frames[:2]), -1, -1))
    frames = [frames[0]] * 3 + frames + [frames[-1]] * 6
    return whole.with_(
        object_poses=whole.object_poses[:, frames], wrist_poses=whole.wrist_poses[:, frames],
        finger_poses=whole.finger_poses[:, frames])


def _ramp(count: int) -> torch.Tensor:
    return minimum_jerk(torch.arange(1, count + 1, dtype=torch.float64) / count)


def _swing(pose: torch.Tensor, center: torch.Tensor, config: ProofConfig) -> torch.Tensor:
    """Return poses (S, 7): from one (7,) leant about x and moved along y, then about y, along x."""
    share = _ramp(round(FPS * config.swing))[:, None]
    ends = torch.tensor([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], dtype=torch.float64)
    legs = torch.cat([ends[0] + share * (ends[1] - ends[0]), ends[1] + share * (ends[2] - ends[1])])
    turn = roma.rotvec_to_unitquat(config.lean * legs)
    rotation = roma.quat_product(turn, pose[3:].expand_as(turn))
    middle = transform_points(pose, center[None])[0] + config.sway * legs[:, [1, 0, 2]]
    origin = middle - rotate_vectors(rotation, center.expand_as(middle))
    return torch.cat([origin, rotation], dim=1)


def settled_wrist(
    model: ObjectModel, hand: HeldHand, hand_model: str = 'open_hand',
    config: ProofConfig = ProofConfig(),
) -> torch.Tensor | None:
    """
    Return the wrist (7,) of a grasp where the object comes to rest in the closed hand.

    Squeezed and lifted, an object moves until the contacts balance. A grasp that expects it there
    is one that a plan can keep to. None where it moves farther than the limit.
    """
    motion = lift_motion(model, (hand,), hand_model, config)
    lifted = 1 + sum(config.frames)
    with TrackingSimulation(PhysicsScene({NAME: model}, hand_model), motion, config.physics,
                            releases=[0]) as simulation:
        while simulation.frame + 1 < lifted:
            state = simulation.advance_frame()
            if not float(np.nanmax(state.displacement)) <= config.limit:
                return None
    actual = torch.as_tensor(np.array(state.object_poses[0]), dtype=torch.float64)
    return relative(actual, motion.wrist_poses[0, lifted - 1])


def _motion(poses, wrists, fingers, hands, hand_model) -> HandObjectMotion:
    return HandObjectMotion(
        fps=FPS, task='grasp', hand_model=hand_model, object_ids=(NAME,),
        sides=tuple(hand.side for hand in hands), object_poses=poses[None],
        wrist_poses=torch.stack(wrists), finger_poses=torch.stack(fingers),
        shapes=torch.zeros(len(hands), 10))


def worst_displacement(
    scene: PhysicsScene, motion: HandObjectMotion, config: ProofConfig,
) -> float:
    """
    Return the largest displacement of a played proof, metres; inf as soon as it passes a limit.

    :raises HoiPlannerError: SIMULATION_FAILED
    """
    with TrackingSimulation(scene, motion, config.physics, releases=[0]) as simulation:
        worst = 0.0
        while simulation.frame + 1 < motion.num_frames:
            state = simulation.advance_frame()
            worst = max(worst, float(np.nanmax(state.displacement)))
            turned = float(np.nanmax(state.rotation))
            if worst > config.limit or (len(motion.sides) == 1 and turned > config.turned):
                return math.inf
    return worst
