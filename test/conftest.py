# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
What holds for every test: the run has a ROS domain of its own, and in CI the same examples.

scripts/test has claimed one already. A bare `python -m pytest` makes the same claim here, so that
its nodes never meet those of a run beside it; scripts/domain.sh says how claims work.
"""

import fcntl
import os
from pathlib import Path
import random

import hypothesis

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
