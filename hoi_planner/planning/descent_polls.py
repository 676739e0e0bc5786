# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Cancel in the middle of a descent: every step of every optimiser of this thread polls."""

from collections.abc import Iterator
import contextlib

from torch.optim.optimizer import register_optimizer_step_pre_hook

from hoi_planner.cancellation import CancelToken, checkpoint


@contextlib.contextmanager
def heeded_in_descents(token: CancelToken) -> Iterator[None]:
    """
    Put a token in force, and have it polled where grasps and palms are fitted, too.

    Those descents belong to what datasets are made by, whose code has a hash: a hook at torch's
    optimisers reaches them without touching them. Other threads have no token in force, or their
    own.

    :raises HoiPlannerError: what the token raises, from the work inside
    """
    hook = register_optimizer_step_pre_hook(lambda *_: checkpoint('a descent'))
    try:
        with token.in_force():
            yield
    finally:
        hook.remove()
