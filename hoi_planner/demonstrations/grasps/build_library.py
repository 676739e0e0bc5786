# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Make the grasp library anew: models/grasps/<family>.safetensors of each family's instance 0.

python -m hoi_planner.demonstrations.grasps.build_library [--workers 2] [FAMILY ...]
"""

import argparse
from pathlib import Path

from hoi_planner.assets import models_path
from hoi_planner.demonstrations.grasps.campaign import (
    Campaign, search_both, search_two_hands, Workers)
from hoi_planner.demonstrations.grasps.card import card_text
from hoi_planner.demonstrations.grasps.search_notes import notes, summary
from hoi_planner.demonstrations.grasps.storage import (
    GraspFile, load_grasps, save_grasps)
from hoi_planner.objects.instances import instance_resource
from hoi_planner.objects.library import FAMILIES
from hoi_planner.objects.loading import load_object
from tqdm import tqdm

# What one hand cannot take: these have two-handed grasps only.
TWO_HANDS_ONLY = ('carton', 'cutting_board', 'drum', 'handled_box', 'plate', 'tote')
# What two hands take besides: wide enough for both.
TWO_HANDS_TOO = ('bowl', 'pitcher', 'rolling_pin')
COUNT = 31
SEED = 3


def build_family(
    family: str, workers: Workers, count: int = COUNT, seed: int = SEED,
    known: GraspFile | None = None,
) -> GraspFile:
    """
    Search all grasps of a family's default instance, by one hand and by two.

    :param known: whose right-handed grasps are tried first
    """
    resource, known = instance_resource(family, 0), known.groups if known else {}
    with tqdm(desc=family, unit=' proven', leave=False) as bar:
        def report(proven: int, tried: int) -> None:
            bar.n = proven
            bar.set_postfix(tried=tried)

        campaign, results = Campaign(load_object(resource), count=count, seed=seed), {}
        if family not in TWO_HANDS_ONLY:
            results.update(search_both(campaign, workers, report, known))
        if family in TWO_HANDS_ONLY + TWO_HANDS_TOO:
            results.update(search_two_hands(campaign, workers, report, known))
    found = {group: result for group, result in results.items() if len(result.records)}
    return GraspFile(
        resource, 'open_hand', {group: result.records for group, result in found.items()},
        {group: notes(result, seed) for group, result in found.items()})


def main() -> None:
    """Build the families named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('families', nargs='*', default=sorted(FAMILIES))
    parser.add_argument('--workers', type=int, default=2)
    parser.add_argument('--again', action='store_true',
                        help='try the grasps of the present file first')
    parser.add_argument('--missing', action='store_true', help='only families without a file')
    parser.add_argument('--out', type=Path, default=None)
    arguments = parser.parse_args()
    folder = arguments.out or models_path('.') / 'grasps'
    with Workers(arguments.workers) as workers:
        for family in arguments.families:
            if arguments.missing and (folder / f'{family}.safetensors').exists():
                continue
            known = None
            if arguments.again:
                known = load_grasps(folder / f'{family}.safetensors',
                                    instance_resource(family, 0), 'open_hand')
            grasps = build_family(family, workers, known=known)
            save_grasps(folder / f'{family}.safetensors', grasps)
            (folder / 'README.md').write_text(card_text(folder))
            for group, words in grasps.notes.items():
                print(summary(family, group, words), flush=True)


if __name__ == '__main__':
    main()
