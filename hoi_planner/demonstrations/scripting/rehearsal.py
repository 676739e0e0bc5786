# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Does a motion hold in physics? A script plays what it has made before it hands it out."""

from collections.abc import Iterator, Mapping, Sequence
import contextlib
from contextvars import ContextVar

from hoi_planner.cancellation import CancelToken
from hoi_planner.demonstrations.scene import TaskScene
from hoi_planner.demonstrations.scripting.holding import Holds
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.physics.limits import PlanLimits
from hoi_planner.physics.report import PlanReport
from hoi_planner.physics.scene import Obstacle, PhysicsScene
from hoi_planner.physics.validation import screen_plan

REFUSED = 'physics: '       # how the reasons of falls_short begin
# Half of what a planner's own plan may stray: demonstrations are to be learnt from.
LIMITS = PlanLimits(displacement=0.01)
# Of a rehearsal: half a millimetre less. What strays farther need not be played to its end.
REHEARSAL = PlanLimits(displacement=0.0095, drop=0.0095)


# Motion, world and report of the last one that was played; who makes a record of it asks for it
# again. One tuple, so that threads see all of it or nothing.
_last: tuple[HandObjectMotion | None, tuple, PlanReport | None] = (None, (), None)


# Where the codes of verdicts are noted, if anyone asked for it.
_noted: ContextVar[list[str] | None] = ContextVar('noted', default=None)


@contextlib.contextmanager
def verdicts_noted() -> Iterator[list[str]]:
    """Yield a list that gets the verdict's code of each motion played meanwhile, NONE: kept."""
    codes: list[str] = []
    before = _noted.set(codes)
    try:
        yield codes
    finally:
        _noted.reset(before)


def rehearsed(
    scene: TaskScene, motion: HandObjectMotion, token: CancelToken,
) -> PlanReport:
    """
    Return what physics says of a motion in its scene; of the last one asked for without playing.

    :raises ValueError: motion and scene do not fit
    :raises HoiPlannerError: what the token raises
    """
    global _last
    # Poses of the objects are the motion's; the rest of the world is the same in the same memory.
    world = (scene.table_height, *(id(item.model) for item in scene.objects),
             *(id(item) for item in scene.obstacles))
    played, where, report = _last
    if played is not motion or where != world:
        physics = PhysicsScene(
            {item.id: item.model for item in scene.objects}, scene.hand_model,
            tuple(Obstacle(item.id, item.model, item.pose) for item in scene.obstacles),
            scene.table_height)
        report = screen_plan(physics, as_stored(motion), limits=REHEARSAL, cancel=token)
        _last = (motion, world, report)
        codes = _noted.get()
        if codes is not None:
            codes.append(report.verdict.code.name)
    return report


def as_stored(motion: HandObjectMotion) -> HandObjectMotion:
    """Return a motion as it comes back from a file: contacts tell the last bits apart."""
    return motion.with_(**{
        name: getattr(motion, name).float().double()
        for name in ('object_poses', 'wrist_poses', 'finger_poses', 'shapes')})


def falls_short(
    scene: TaskScene, motion: HandObjectMotion, candidate: int,
    holds: Mapping[str, Sequence[Holds]], token: CancelToken,
) -> str | None:
    """
    Return why physics refuses a motion, or None; the grasps that lost their object are noted.

    :param candidate: of the holds
    :param holds: object id -> the drawn grasps that hold it
    """
    verdict = rehearsed(scene, motion, token).verdict
    if verdict.accepted:
        return None
    for hold in holds.get(verdict.object_id, ()):
        hold.lost[int(hold.index[candidate])] += 1
    words = verdict.code.name.lower().replace('_', ' ')
    return f'{REFUSED}{words}' + (
        f" of object '{verdict.object_id}'" if verdict.object_id else '')
