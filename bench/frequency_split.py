# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
What a cutoff loses: SyncDiff's Table 2 on our data, for the paper's Fourier transform and the DCT.

The paper's number (supplement B.3): the difference between a motion and its low band, averaged over
the N frames, the largest of the D_sum channels, averaged over the motions, millimetres. Quaternions
are among the paper's channels, of unit 1, and so counted as 1000. Three columns follow: that; the
same over channels of metres alone; the largest of all frames of these. Each with the last frame
repeated to 200 frames, as networks see motions, over the real frames (`200`), and without padding
(`own`), as many as there are, where the length allows the cutoff.

Run: OMP_NUM_THREADS=1 python bench/frequency_split.py --data out/train
Without --data, a few motions of `carry` are generated first (some 3 to 20 s each).
"""

import argparse
from pathlib import Path
import tempfile

import torch
from tqdm import tqdm

from hoi_planner.demonstrations.dataset.generation import generate
from hoi_planner.demonstrations.dataset.orders import DatasetOrder
from hoi_planner.demonstrations.dataset.reading import DemonstrationDataset
from hoi_planner.methods.syncdiff.bases import spectral_map
from hoi_planner.methods.syncdiff.motion_store import load_motions
from hoi_planner.motion.body_layout import Bodies, BodyLayout

CUTOFFS = (6, 8, 12, 16, 20, 25, 32)
PAPER = {'TACO': (8.3, 6.8, 4.9, 3.9, 3.2, 2.6), 'GRAB': (8.4, 6.9, 5.1, 4.0, 3.2, 2.6)}
FRAMES = 200


def present_channels(layout: BodyLayout, store, item: int, frames: int) -> tuple[torch.Tensor, ...]:
    """Return the channels (N, C) of a motion's bodies in millimetres, and which are of metres."""
    items = torch.tensor([item])
    poses, joints, _ = store.gather(items, frames)
    mask = layout.channel_mask(store.object_mask[items], store.hand_mask[items])[0]
    quaternion = torch.ones(1, 1, 1, 7)
    quaternion[..., :3] = 0
    kinds = layout.pack(Bodies(
        quaternion.expand(1, layout.max_objects, 1, 7), torch.zeros_like(joints[:, :, :1]),
        quaternion.expand(1, len(layout.pairs), 1, 7),
        torch.zeros(1, layout.max_objects, *joints[:, :, :1].shape[1:])))[0, 0]
    motion = layout.pack(Bodies.of(poses.double(), joints.double()))[0]
    return 1000 * motion[:, mask], kinds[mask] == 0


def errors(motion: torch.Tensor, metres: torch.Tensor, real: int, tokens) -> list[float]:
    """Return the three columns, see above, over the real frames."""
    lost = (tokens.synthesis[0] @ (tokens.analysis[0] @ motion) - motion).abs()[:real]
    return [lost.mean(dim=0).max().item(), lost.mean(dim=0)[metres].max().item(),
            lost[:, metres].max().item()]


def measure(dataset: DemonstrationDataset, store, layout: BodyLayout) -> dict:
    """Return {(length, transform, cutoff): [(task, columns) of each motion]}."""
    maps, found = {}, {}
    for item in tqdm(range(len(store)), unit='motion'):
        record = dataset.record(item)
        for name, frames in (('200', FRAMES), ('own', record.frames)):
            motion, metres = present_channels(layout, store, item, frames)
            for transform in ('dft', 'dct'):
                for cutoff in CUTOFFS:
                    if frames < 2 * cutoff:
                        continue
                    key = (frames, cutoff, transform)
                    if key not in maps:
                        maps[key] = spectral_map(*key)
                    found.setdefault((name, transform, cutoff), []).append(
                        (record.task, errors(motion, metres, record.frames, maps[key])))
    return found


def print_table(found: dict, length: str, tasks: list[str]) -> None:
    """Print the rows of one task, or of all."""
    for cutoff in CUTOFFS:
        cells, ratios = [], []
        for transform in ('dft', 'dct'):
            rows = [row for task, row in found.get((length, transform, cutoff), ())
                    if task in tasks]
            if not rows:
                break
            mean = torch.tensor(rows).mean(dim=0)
            cells.append('  '.join(f'{value:8.2f}' for value in mean))
            ratios.append(mean[1].item())
        else:
            print(f'{cutoff:4d} {len(rows):5d}   {cells[0]}    {cells[1]}   '
                  f'{ratios[1] / ratios[0]:8.3f}')


def report(directory: Path) -> None:
    """Print all tables of a dataset."""
    dataset = DemonstrationDataset(directory)
    layout = BodyLayout(max_objects=dataset.max_objects)
    found = measure(dataset, load_motions(dataset, layout.max_objects), layout)
    tasks = sorted({dataset.record(item).task for item in range(len(dataset))})
    for length, words in (('200', 'padded to 200 frames'), ('own', 'not padded')):
        for chosen in ([[task] for task in tasks] if len(tasks) > 1 else []) + [tasks]:
            print(f'\n{", ".join(chosen) if len(chosen) == 1 else "all tasks"}, {words}; mm')
            print('   L     n   ' + '    '.join(
                f'{name} all  {name} metr  {name} worst' for name in ('dft', 'dct'))
                + '   dct/dft (metr)')
            print_table(found, length, chosen)
    print('\nThe paper, dft, all channels, L = 6, 8, 12, 16, 20, 25: ' + '; '.join(
        f'{name} ' + ' '.join(map(str, row)) for name, row in PAPER.items()))


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', type=Path, help='of `hoi-planner demonstrations generate`')
    parser.add_argument('--samples', type=int, default=6, help='to generate without --data')
    arguments = parser.parse_args()
    if arguments.data is not None:
        report(arguments.data)
        return
    with tempfile.TemporaryDirectory() as folder:
        generate(DatasetOrder('train', 0, ('carry',)), arguments.samples, Path(folder) / 'carry')
        report(Path(folder) / 'carry')


if __name__ == '__main__':
    main()
