# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Times and paths of tool and target around an act."""

from dataclasses import dataclass, replace

from hoi_planner.demonstrations.scene import PlacedObject, TaskScene
from hoi_planner.demonstrations.scripting.acts import Act
from hoi_planner.demonstrations.scripting.draw import Draw
from hoi_planner.demonstrations.scripting.fitting import Fit, Meeting
from hoi_planner.demonstrations.scripting.grips import turn_about_z
from hoi_planner.demonstrations.scripting.hand_paths import Span
from hoi_planner.demonstrations.scripting.object_paths import (
    LIFT, lowered_clear, raised_clear, transport_time)
from hoi_planner.demonstrations.scripting.profiles import window
from hoi_planner.demonstrations.scripting.timing import (
    frame_times, hurried, LONGEST, Tempo)
from hoi_planner.demonstrations.scripting.tremor import trembling
from hoi_planner.geometry.transforms import compose
import torch

ENTRY_TIME = 0.36           # seconds at either end of the act for the way in and out
OVER = 0.02                 # metres over the act's first height on the way there
RETURN_RANGE = 0.02         # metres, each way, of where an object is put back
RETURN_YAW = 0.15           # radians


@dataclass(frozen=True)
class ActTimes:
    """
    When the act is, and what each hand does when, seconds.

    The entry comes before the strokes: tool and target are in place at `start`, the strokes run
    from start + ENTRY_TIME to end - ENTRY_TIME.
    """

    total: float
    start: float
    end: float
    tool_span: Span
    target_span: Span
    tool_down: float
    target_there: float         # the target is where the act takes place
    target_back: float          # and leaves there
    target_down: float
    moved: bool                 # the target leaves its place at all

    @property
    def frames(self) -> torch.Tensor:
        """Return the (N,) times of the motion's frames."""
        return frame_times(self.total)


def plan_times(
    tempos: tuple[Tempo, Tempo], act: Act, way_out: float, target_way: float,
) -> tuple[Act, ActTimes] | None:
    """
    Return the act, shorter where it must be, and its times; None where no motion is that long.

    :param tempos: of the tool's and of the target's hand
    :param way_out: seconds that the tool's transport needs at least
    :param target_way: seconds that the target's needs at least; 0: it stays
    """
    for share in (0.0, 0.5, 1.0):
        hurry = hurried(tempos, share)
        times = times_of(hurry, act.duration, way_out, target_way)
        spare = LONGEST - times.total
        if spare < 0:
            short = replace(act, duration=max(act.duration + spare - 1e-6, act.shortest))
            times = times_of(hurry, short.duration, way_out, target_way)
            if times.total > LONGEST:
                continue
            act = short
        return act, times
    return None


def times_of(
    tempos: tuple[Tempo, Tempo], duration: float, way_out: float, target_way: float
) -> ActTimes:
    """Return the times of an act of a duration; parameters as for plan_times."""
    tool, target = tempos
    out, back = max(tool.transport, way_out), max(tool.back, way_out)
    target_out = max(target.transport, target_way) if target_way else 0.0
    target_back = max(target.back, target_way) if target_way else 0.0
    start = max(tool.ready + out, target.ready + target_out)
    end = start + duration + 2 * ENTRY_TIME
    tool_down = end + back
    leaving = end + 0.1 + 0.5 * target.lag
    target_down = leaving + max(target_back, 0.1)
    total = max(tool_down + tool.after, target_down + target.after)
    return ActTimes(
        total, start, end, span(tool, tool_down), span(target, target_down), tool_down,
        target.ready + target_out, leaving, target_down, bool(target_way))


def span(tempo: Tempo, down: float) -> Span:
    """Return when a hand does what, if the object is set down at a time."""
    arrive = tempo.lag + tempo.reach
    return Span(tempo.lag, arrive, arrive + tempo.approach, tempo.ready, down,
                down + tempo.loosen, down + tempo.loosen + tempo.leave, down + tempo.after)


def transport_needs(scene: TaskScene, raised: torch.Tensor, place: torch.Tensor):
    """Return seconds that tool and target need to (7,) world poses; 0 for a target that stays."""
    tool, target = scene.objects[:2]
    moved = (place - target.pose).abs().max().item() > 1e-9
    return (transport_time(tool.pose, raised, LIFT, 0.0),
            transport_time(target.pose, place, LIFT, 0.1) if moved else 0.0)


def end_pose(scene: TaskScene, placed: PlacedObject, draw: Draw, moved: bool = True):
    """Return where (7,) an object ends: its target of the scene, or near where it was."""
    dx, dy, yaw = (draw.uniform(-limit, limit)
                   for limit in (RETURN_RANGE, RETURN_RANGE, RETURN_YAW))
    if placed.id in scene.targets:
        return scene.targets[placed.id]
    if not moved:
        return placed.pose
    pose = compose(turn_about_z(torch.tensor(yaw, dtype=torch.float64)), placed.pose)
    pose[:3] = placed.pose[:3] + torch.tensor([dx, dy, 0.0], dtype=torch.float64)
    return pose


def up_and_down(
    scene: TaskScene, placed: PlacedObject, shape, air: tuple[torch.Tensor, torch.Tensor],
    end: torch.Tensor, frames: torch.Tensor, keys: tuple[float, float, float, float],
) -> tuple[torch.Tensor, torch.Tensor]:
    """
    Return the ways (N, 7) from the object's place to the air, and from the air to its end.

    :param air: (7,) poses at which the first way ends and the second begins
    :param keys: seconds: lift-off, in the air, leaving the air, set down
    """
    common = {'center': shape.center, 'times': frames, 'points': shape.points,
              'table_height': scene.table_height}
    # Over a tall target: up early, then across.
    lifts = [max(LIFT, (high[2] - low[2]).item() + OVER)
             for high, low in ((air[0], placed.pose), (air[1], end))]
    up = raised_clear(placed.pose, air[0], lifts[0], begin=keys[0], finish=keys[1], **common)
    down = lowered_clear(air[1], end, lifts[1], begin=keys[2], finish=keys[3], **common)
    return up, down


def target_path(
    scene: TaskScene, place: torch.Tensor, end: torch.Tensor, times: ActTimes, meeting: Meeting,
    draw: Draw,
) -> torch.Tensor:
    """Return the target's path (N, 7): to its place (7,), held there, back to its end (7,)."""
    target = scene.objects[1]
    if not times.moved:
        return target.pose.expand(len(times.frames), 7)
    keys = (times.target_span.closed, times.target_there, times.target_back, times.target_down)
    up, down = up_and_down(
        scene, target, meeting.target, (place, place), end, times.frames, keys)
    path = torch.where((times.frames < times.target_back)[:, None], up, down)
    held = window(times.frames, keys[0] + 0.2, keys[3] - 0.2, 0.3)
    return trembling(path, times.frames, held, draw)


def act_motion(
    act: Act, poise: torch.Tensor, fit: Fit, times: torch.Tensor, meeting: Meeting,
) -> torch.Tensor:
    """
    Return the tool's mesh in the target's mesh (T, 7) during the act, entry and exit included.

    :param times: (T,) seconds from the beginning of the entry
    """
    tau = (times - ENTRY_TIME).clamp(0, act.duration)
    total = act.duration + 2 * ENTRY_TIME
    down = window(times, 0.0, total, ENTRY_TIME)
    height = fit.height_at(tau / act.duration) + act.entry * (1 - down)
    return meeting.tool_in_target(act.motion(poise, tau, fit.scale), height)


def tool_path(
    scene: TaskScene, act: Act, poise: torch.Tensor, fit: Fit, meeting: Meeting,
    target: torch.Tensor, end: torch.Tensor, times: ActTimes, draw: Draw,
) -> torch.Tensor:
    """
    Return the tool's path (N, 7): to over the target, the act, back to its end (7,).

    :param target: (N, 7) the target's path
    """
    tool, frames = scene.objects[0], times.frames
    relative = act_motion(act, poise, fit, frames - times.start, meeting)
    during = compose(target, relative)
    at = [int(torch.searchsorted(frames, time)) for time in (times.start, times.end)]
    at = [min(frame, len(frames) - 1) for frame in at]
    keys = (times.tool_span.closed, times.start, times.end, times.tool_down)
    # The ends of the act are at rest in the target's frame: the transport meets them at rest.
    air = tuple(compose(target[frame], relative[frame]) for frame in at)
    up, down = up_and_down(scene, tool, meeting.tool, air, end, frames, keys)
    path = torch.where((frames < times.start)[:, None], up, during)
    path = torch.where((frames > times.end)[:, None], down, path)
    held = window(frames, keys[0] + 0.2, keys[3] - 0.2, 0.3)
    return trembling(path, frames, held, draw)
