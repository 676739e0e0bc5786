# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The way of one hand: reach, close, hold, open, retreat, around an object's path."""

from dataclasses import dataclass

from hoi_planner.demonstrations.grasps.contract import LAST_PART
from hoi_planner.demonstrations.scripting.comfort import SHOULDERS
from hoi_planner.demonstrations.scripting.draw import Draw
from hoi_planner.demonstrations.scripting.grips import Grip, turn_about_z
from hoi_planner.demonstrations.scripting.profiles import step
from hoi_planner.geometry.transforms import compose, interpolate_poses, pose_from_matrix
from hoi_planner.hands.postures import posture
import roma
import torch

# Share of the straight way in (out) that overlaps the reach (retreat): people round the corner.
OVERLAP = 0.35
ENDS = torch.tensor([0.0, 1.0], dtype=torch.float64)


@dataclass(frozen=True)
class Span:
    """
    When a hand does what, seconds, rising.

    start: the reach begins; arrive: at the pregrasp; touch: at the grasp, fingers open; closed:
    holds; loosen: opens; opened: fingers open; leave: out at the pregrasp; end: back at rest
    """

    start: float
    arrive: float
    touch: float
    closed: float
    loosen: float
    opened: float
    leave: float
    end: float

    def __post_init__(self):
        """
        Check that the times rise.

        :raises ValueError: names the times
        """
        times = list(vars(self).values())
        if any(later < earlier for earlier, later in zip(times, times[1:])):
            raise ValueError(f'times of a hand {vars(self)} must rise')

    def holding(self, times: torch.Tensor) -> torch.Tensor:
        """Return (N,) bool: the hand is closed on the object."""
        return (times >= self.closed) & (times <= self.loosen)


def rest_wrist(
    grip: Grip, pose: torch.Tensor, table_height: float | None, draw: Draw,
) -> torch.Tensor:
    """
    Return a (7,) wrist pose from which a hand comes, or to which it goes: out, back, up, unturned.

    :param pose: (7,) of the object
    """
    shoulder = torch.tensor(SHOULDERS[grip.side], dtype=torch.float64)
    shoulder[2] += table_height or 0.0
    home = shoulder + torch.tensor([0.14, 0.0, -0.18], dtype=torch.float64)
    before, holding = compose(pose, grip.pregrasp), compose(pose, grip.wrist)
    out, back = before[:3] - holding[:3], home - before[:3]
    way = out / out.norm().clamp_min(1e-6) + 0.9 * back / back.norm().clamp_min(1e-6)
    way[2] = way[2].clamp_min(0.0) + draw.uniform(0.25, 0.5)
    place = before[:3] + draw.uniform(0.09, 0.15) * way / way.norm()
    place = place + draw.uniforms(-0.012, 0.012, 3)
    level = interpolate_poses(
        torch.stack([before, neutral_wrist(grip.side)]), ENDS,
        torch.tensor([draw.uniform(0.10, 0.25)], dtype=torch.float64))[0]
    return torch.cat([place, level[3:]])


def neutral_wrist(side: str) -> torch.Tensor:
    """Return a (7,) pose at the origin: fingers forward (+x), palm down."""
    # Right: fingers -x -> world +x, palm -y -> world -z, so y -> +z; thumb +z -> +y.
    matrix = torch.tensor([[-1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    if side == 'left':
        matrix = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
    full = torch.eye(4, dtype=torch.float64)
    full[:3, :3] = matrix
    return pose_from_matrix(full)


def hand_motion(
    grip: Grip, path: torch.Tensor, times: torch.Tensor, span: Span, first: torch.Tensor,
    last: torch.Tensor, turn: torch.Tensor | None = None, hold: torch.Tensor | None = None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """
    Return wrist poses (N, 7) and finger poses (N, 15, 3) of one hand on one object.

    Before the touch and after the opening the way in and out are those of the object's place at
    that time, so the object may have moved before and may move after.

    :param path: (N, 7) of the object
    :param first, last: (7,) world poses at rest before and after
    :param turn: (N,) radians about the object's z by which the hand runs ahead of its grip
    :param hold: (N,) 0 open to 1 closed; by default from the span
    """
    frames = torch.searchsorted(times, times.clamp(span.touch, span.opened) - 1e-9)
    anchor = path[frames.clamp(max=len(times) - 1)]
    inside = step(times, span.arrive - OVERLAP * (span.touch - span.arrive), span.touch)
    outside = step(times, span.opened, span.leave + OVERLAP * (span.leave - span.opened))
    closed = step(times, span.touch, span.closed) * (1 - step(times, span.loosen, span.opened))
    closed = closed if hold is None else hold
    local = interpolate_poses(
        torch.stack([grip.pregrasp, grip.wrist]), ENDS,
        (1 - LAST_PART) * inside * (1 - outside) + LAST_PART * closed)
    if turn is not None:
        local = compose(turn_about_z(turn), local)
    wrists = compose(anchor, local)
    reach = step(times, span.start, span.arrive)
    retreat = step(times, span.leave - OVERLAP * (span.leave - span.opened), span.end)
    wrists = blend_poses(first.expand_as(wrists), wrists, reach)
    wrists = blend_poses(wrists, last.expand_as(wrists), retreat)
    relaxed = posture('rest', grip.side, torch.float64)
    # The hand shapes itself for the object on the way, early, as people do.
    shaped = (0.35 + 0.65 * step(times, span.start, span.start + 0.8 * (span.arrive - span.start)))
    shaped = (shaped - 0.65 * step(times, span.leave, span.end))[:, None, None]
    fingers = relaxed + shaped * (grip.open_fingers - relaxed)
    return wrists, fingers + closed[:, None, None] * (grip.fingers - grip.open_fingers)


def blend_poses(a: torch.Tensor, b: torch.Tensor, share: torch.Tensor) -> torch.Tensor:
    """Return poses (N, 7) from a (N, 7) at share 0 to b (N, 7) at share 1, each frame its own."""
    turn = roma.unitquat_to_rotvec(roma.quat_product(b[:, 3:], roma.quat_conjugation(a[:, 3:])))
    part = roma.rotvec_to_unitquat(share[:, None] * turn)
    place = a[:, :3] + share[:, None] * (b[:, :3] - a[:, :3])
    return torch.cat([place, roma.quat_product(part, a[:, 3:])], dim=1)
