# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Whether two hands find room on one object: known before either has a way to it."""

from collections.abc import Sequence

from hoi_planner.demonstrations.grasps.contract import share_out
from hoi_planner.demonstrations.scripting.clearance import NEAR_POINTS
from hoi_planner.demonstrations.scripting.grips import Grip
from hoi_planner.demonstrations.scripting.hand_paths import blend_poses
from hoi_planner.hands.contract import NUM_SHAPE
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.hands.skin_points import skin_points
from hoi_planner.refinement.regrasp import Choice
from hoi_planner.refinement.replan import Stage
import torch


class SharedRoom:
    """
    Metres between two hands on one object while one of them holds it and the other comes or goes.

    In the object's frame this hangs on the two grips alone.
    """

    def __init__(self, first: torch.Tensor, second: torch.Tensor):
        """Keep the skins (G, 3, P, 3) of each hand's grips, see grip_skins."""
        self._first, self._second = first, second

    def __call__(self, first: int, second: int) -> float:
        """Return the room for a grip of each hand, metres."""
        a, b = self._first[first], self._second[second]
        return min(torch.cdist(a[:1], b).min().item(), torch.cdist(b[:1], a[1:]).min().item())


def shared_room(stage: Stage, choices: Sequence[Sequence[Choice]]) -> SharedRoom | None:
    """
    Return the room for two uses of one object by one hand each, None where there are no such uses.

    :param choices: one group a use; one group alone for uses of one object by both hands at once
    """
    if len(choices) != 2 or stage.uses[0].body != stage.uses[1].body:
        return None
    return SharedRoom(*(grip_skins([choice.grips[0] for choice in group], stage.sample.hand_model)
                        for group in choices))


def grip_skins(grips: Sequence[Grip], hand_model: str) -> torch.Tensor:
    """
    Return (G, 3, P, 3) points of hands' skin in the frame of what they hold, metres, float32.

    Closed; open at the grasp; open at the pregrasp.
    """
    closed, out = (torch.stack([getattr(grip, name) for grip in grips])
                   for name in ('wrist', 'pregrasp'))
    open_share = share_out(closed.new_zeros(len(grips)), closed.new_zeros(len(grips)))
    opened = blend_poses(closed, out, open_share)
    posed = torch.stack([closed, opened, out], dim=1).float()       # (G, 3, 7)
    fingers = torch.stack([
        torch.stack([grip.fingers, grip.open_fingers, grip.open_fingers])
        for grip in grips]).float()
    model = load_hand_model(hand_model, grips[0].side)
    with torch.no_grad():
        skin = skin_points(model, NEAR_POINTS, posed.flatten(0, 1), fingers.flatten(0, 1),
                           torch.zeros(3 * len(grips), NUM_SHAPE))
    return skin.reshape(len(grips), 3, *skin.shape[1:])
