# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The card of the grasp library: what lies in models/grasps, how it was made and measured."""

from pathlib import Path

from hoi_planner.demonstrations.grasps.checks import GeometryLimits
from hoi_planner.demonstrations.grasps.proof import ProofConfig
from hoi_planner.demonstrations.grasps.storage import FORMAT, GraspFile, load_grasps

HEAD = '''# Grasps of the object library

One safetensors file a family, of its instance 0 (default parameters), hand model `open_hand`, file
format {format}. Licence Apache-2.0: found by our own search, no dataset went into it.

Every grasp has passed, in this order: exact distances of every vertex of the hand (libigl), closed
at most {penetration:.1f} mm deep, open on its way in at most {way:.1f} mm, at most {table:.1f} mm
under the table; a lift of {height:.0f} cm from the table; gravity from six directions for
{duration:g} s. The object's displacement stays within {limit:.0f} mm in both, with an effective
friction of {friction:g} and {stiffness:.0f} N/m at each contact point.

Two-handed grasps are mirror images of each other across the object's plane of symmetry, proven
together. What is missing in a row's family is not for one hand (or not for two).

Other sizes of a family get these grasps fitted and proven again, once a size; those of all numbered
instances come along in models/precomputed. Where no fitted grasp of one hand holds, the mirror
images of the other hand's are proven.

Remake: `python -m hoi_planner.demonstrations.grasps.build_library`. `tried` counts the candidates
that physics was asked about, `core s` is the processor time of all workers for a proven grasp: on
two idle cores it takes half of that. Spread: mean difference to the nearest other grasp, in units
of `demonstrations/grasps/diversity.py`; clusters: grasps at least one unit apart. six, deep: the
largest displacement in six directions and the deepest vertex of a row's grasps.

| family | group | kept | proven / tried | core s | spread | clusters | six mm | deep mm | kinds |
|---|---|---|---|---|---|---|---|---|---|
'''


def card_text(folder: Path) -> str:
    """Return the card of all grasp files of a folder, markdown."""
    proof, limits = ProofConfig(), GeometryLimits()
    rows = [row for path in sorted(folder.glob('*.safetensors'))
            for row in _rows(path.stem, load_grasps(
                path, f'library://{path.stem}', 'open_hand'))]
    return HEAD.format(
        format=FORMAT, penetration=1e3 * limits.penetration, way=1e3 * limits.way,
        table=1e3 * limits.table, height=1e2 * proof.height, duration=proof.duration,
        limit=1e3 * proof.limit, friction=proof.physics.effective_friction,
        stiffness=proof.physics.contact_stiffness) + '\n'.join(rows) + '\n'


def _rows(family: str, file: GraspFile) -> list[str]:
    """Return a table row for each group of a file."""
    rows = []
    for group, records in file.groups.items():
        words = file.notes[group]
        kinds = ', '.join(f'{records.kinds.count(kind)} {kind}'
                          for kind in sorted(set(records.kinds)))
        # Files made before it was counted do not have it.
        each = (f"{words['core_seconds'] / max(1, words['proven']):.1f}"
                if 'core_seconds' in words else '-')
        worst, deepest = ((1e3 * values.max().item()) for values in (
            records.displacement, records.penetration))
        rows.append(
            f"| {family} | {group} | {len(records)} | {words['proven']} / {words['tried']} | "
            f"{each} | {words['diversity']:.2f} | {words['clusters']} | {worst:.1f} | "
            f'{deepest:.1f} | {kinds} |')
    return rows
