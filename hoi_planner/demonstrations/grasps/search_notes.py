# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What is written down of a search: counts, rates, diversity, the physics of the proof."""

from hoi_planner.demonstrations.grasps.campaign import CampaignResult
from hoi_planner.demonstrations.grasps.diversity import diversity
from hoi_planner.demonstrations.grasps.proof import ProofConfig


def notes(result: CampaignResult, seed: int) -> dict:
    """Return what a file says of one group of grasps."""
    mean, clusters = diversity(result.records)
    proof = ProofConfig()
    return {
        'count': len(result.records), 'proven': len(result.spare), 'tried': result.tried,
        'seconds': round(result.seconds, 1), 'core_seconds': round(result.core_seconds, 1),
        'diversity': round(mean, 3), 'clusters': clusters, 'seed': seed, 'limit_m': proof.limit,
        'friction': proof.physics.effective_friction,
        'stiffness': proof.physics.contact_stiffness}


def summary(family: str, group: str, words: dict) -> str:
    """Return one line about a group of grasps."""
    rate = words['proven'] / max(1, words['tried'])
    # Files of older searches tell no time of the cores.
    each = (f"{words['core_seconds'] / max(1, words['proven']):.1f} s of a core each, "
            if 'core_seconds' in words else '')
    return (f"{family:<14}{group:<10}{words['count']:>3} kept, {words['proven']} of "
            f"{words['tried']} proven ({rate:.0%}), {each}"
            f"{words['clusters']} clusters, diversity {words['diversity']:.2f}")
