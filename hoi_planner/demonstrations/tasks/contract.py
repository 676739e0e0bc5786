# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What a task is: its roles, who holds them, and the script that makes one motion of it."""

from collections.abc import Callable
from dataclasses import dataclass

from hoi_planner.cancellation import CancelToken
from hoi_planner.demonstrations.scene import TaskScene
from hoi_planner.motion.record import HandObjectMotion
import torch

Script = Callable[[TaskScene, torch.Generator, CancelToken], HandObjectMotion]
HOLDERS = ('right', 'left', 'both', 'none')


@dataclass(frozen=True)
class Role:
    """
    A part that an object plays in a task.

    categories: families that demonstrations draw it from; a request may bring any other object
        that the script can use
    held_by: the side that holds it in the unmirrored variant, 'both' on one object, or 'none'
    fits: the role whose object it closes: demonstrations take the lid that fits that jar
    starts_on: the task begins with it closed, on the object of the role before
    """

    name: str                       # 'tool', 'target', 'lid', ...
    categories: tuple[str, ...]
    held_by: str
    fits: str | None = None
    starts_on: bool = False

    def __post_init__(self):
        """
        Check the holder.

        :raises ValueError: not one of HOLDERS
        """
        if self.held_by not in HOLDERS:
            raise ValueError(f"held_by of role '{self.name}' is '{self.held_by}', "
                             f'must be one of {HOLDERS}')


@dataclass(frozen=True)
class Task:
    """
    A task: its name, one line about it, its roles, and the script that makes one motion of it.

    The scene's objects stand in the order of the roles; a scene may hold more, which stay still.
    pairs: of two-role tasks, the (first, second) categories that demonstrations combine; empty: all
    """

    name: str
    description: str
    roles: tuple[Role, ...]
    script: Script
    pairs: tuple[tuple[str, str], ...] = ()
