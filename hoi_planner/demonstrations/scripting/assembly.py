# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""From object paths and holds to a HandObjectMotion."""

from collections.abc import Sequence
from dataclasses import dataclass

from hoi_planner.demonstrations.scene import TaskScene
from hoi_planner.demonstrations.scripting.clearance import Shape
from hoi_planner.demonstrations.scripting.draw import Draw
from hoi_planner.demonstrations.scripting.grips import Grip
from hoi_planner.demonstrations.scripting.hand_paths import hand_motion, rest_wrist, Span
from hoi_planner.hands.contract import NUM_SHAPE, SIDES
from hoi_planner.motion.continuous_poses import without_sign_jumps
from hoi_planner.motion.record import HandObjectMotion
import torch


@dataclass(frozen=True)
class Hold:
    """
    One hand on one object.

    body: index of the object in the scene
    turn, hold: as hand_paths.hand_motion has them
    """

    body: int
    grip: Grip
    span: Span
    turn: torch.Tensor | None = None
    hold: torch.Tensor | None = None


def assemble(
    scene: TaskScene, task: str, times: torch.Tensor, paths: Sequence[torch.Tensor],
    holds: Sequence[Hold], draw: Draw,
) -> HandObjectMotion:
    """
    Return the motion: one hold a side; objects without a path stay where they are.

    :param times: (N,) of the frames
    :param paths: (N, 7) of the scene's first objects
    """
    still = [placed.pose.expand(len(times), 7) for placed in scene.objects[len(paths):]]
    wrists, fingers = [], []
    for hold in sorted(holds, key=lambda hold: SIDES.index(hold.grip.side)):
        path, grip = paths[hold.body], hold.grip
        first, last = (
            rest_wrist(grip, path[frame], scene.table_height, draw)
            for frame in (frame_at(times, hold.span.touch), frame_at(times, hold.span.opened)))
        wrist, finger = hand_motion(
            grip, path, times, hold.span, first, last, hold.turn, hold.hold)
        wrists.append(wrist)
        fingers.append(finger)
    fps = float(1 / (times[1] - times[0]))
    return HandObjectMotion(
        fps=round(fps, 6), task=task, hand_model=scene.hand_model,
        object_ids=tuple(placed.id for placed in scene.objects),
        sides=tuple(side for side in SIDES if any(h.grip.side == side for h in holds)),
        object_poses=without_sign_jumps(torch.stack([*paths, *still])),
        wrist_poses=without_sign_jumps(torch.stack(wrists)),
        finger_poses=torch.stack(fingers), shapes=torch.zeros(len(wrists), NUM_SHAPE))


def touching(holds: Sequence[Hold]) -> dict[tuple[str, int], tuple[float, float]]:
    """Return for each hand and its object when they may touch, for clearance.Check."""
    return {(hold.grip.side, hold.body): (hold.span.arrive, hold.span.leave) for hold in holds}


def frame_at(times: torch.Tensor, time: float) -> int:
    """Return the first frame at or after a time, or the last frame."""
    return min(int(torch.searchsorted(times, time - 1e-9)), len(times) - 1)


def other_shapes(scene: TaskScene, count: int) -> tuple[Shape, ...]:
    """Return the shapes of the scene's objects after the first `count`."""
    return tuple(Shape(placed.model) for placed in scene.objects[count:])
