# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
What holds for every test: a ROS domain of the run's own, in CI the same examples, and an order.

scripts/test has claimed one already. A bare `python -m pytest` makes the same claim here, so that
its nodes never meet those of a run beside it; scripts/domain.sh says how claims work.
"""

import fcntl
import os
from pathlib import Path
import random

import hypothesis
import pytest

CLAIMS = Path('/tmp/hoi_planner-domains')


def claim_domain():
    """Return a domain that no other run holds, and the open file that holds it."""
    if not CLAIMS.exists():
        CLAIMS.mkdir(exist_ok=True)
        CLAIMS.chmod(0o1777)
    for domain in random.SystemRandom().sample(range(1, 102), 101):
        try:
            path = CLAIMS / str(domain)
            path.touch(mode=0o644)
            held = open(path)
        except OSError:
            continue
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return domain, held
        except OSError:
            held.close()
    raise RuntimeError('all ROS domains from 1 to 101 are taken; set ROS_DOMAIN_ID yourself')


if 'ROS_DOMAIN_ID' not in os.environ:
    domain, HELD = claim_domain()
    os.environ['ROS_DOMAIN_ID'] = os.environ['HOI_CLAIMED_DOMAIN'] = str(domain)
    os.environ.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')

# A change is not to fail in CI for an example that it has nothing to do with; by hand, search on.
hypothesis.settings.register_profile('ci', derandomize=True)
if os.environ.get('CI'):
    hypothesis.settings.load_profile('ci')


@pytest.hookimpl(tryfirst=True)     # pytest-xdist writes the groups into the names
def pytest_collection_modifyitems(items):
    """
    Have tests of a file run in one process, and those that talk over DDS in one, at the end.

    Of several processes (pytest-xdist, --dist loadgroup) the others are then done or nearly: graphs
    of four nodes have the cores, and the domain, to themselves.
    """
    items.sort(key=_talks)      # stable: the order is the same otherwise
    for item in items:
        group = 'ros' if _talks(item) else item.nodeid.split('::')[0]
        item.add_marker(pytest.mark.xdist_group(group))


def _talks(item):
    return item.get_closest_marker('ros') is not None
