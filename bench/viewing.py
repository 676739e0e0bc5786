# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Print how long pictures, a film and a sheet of a two-handed plan take.

    OMP_NUM_THREADS=1 python bench/viewing.py --repeats 9
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import trimesh

from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.objects.model import ObjectModel
from hoi_planner.viewing.contact_sheet import write_contact_sheet
from hoi_planner.viewing.film import film_frames, write_film
from hoi_planner.viewing.plan_painter import PlanPainter
from hoi_planner.viewing.plan_view import plan_view, PlanView

EXTENTS = (0.30, 0.20, 0.20)


def make_view(frames: int) -> PlanView:
    """Return a plan at 30 Hz: two open hands beside a box that rises and moves along x."""
    phase = torch.linspace(0, 1, frames, dtype=torch.float64)
    poses = torch.zeros(frames, 7, dtype=torch.float64)
    poses[:, 0] = 0.4 * phase - 0.2
    poses[:, 2] = EXTENTS[2] / 2 + 0.15 * torch.sin(torch.pi * phase)
    poses[:, 6] = 1.0
    wrists = poses.repeat(2, 1, 1)
    for row, sign in enumerate((-1, 1)):
        wrists[row, :, :2] += torch.tensor([sign * (EXTENTS[0] / 2 + 0.03), -0.06])
        wrists[row, :, 3:] = 0.5 * torch.tensor([1.0, -sign, -sign, 1.0])
    motion = HandObjectMotion(
        30.0, 'carry', 'open_hand', ('box',), ('left', 'right'), poses[None], wrists,
        torch.zeros(2, frames, 15, 3), torch.zeros(2, 10))
    mesh = trimesh.creation.box(EXTENTS)
    model = ObjectModel('library://box', 'carton', mesh, (np.asarray(mesh.vertices),), 1.0)
    return plan_view(motion, {'box': model}, displacement=np.linspace(0, 0.003, frames),
                     limit=0.005, table_height=0.0, title=('bench',))


def measure(name: str, work: Callable[[], object], repeats: int) -> None:
    """Run the work and print the medians of wall and processor time."""
    wall, cpu = [], []
    for _ in range(repeats):
        start_wall, start_cpu = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - start_wall)
        cpu.append(time.process_time() - start_cpu)
    print(f'{name:34s} wall {statistics.median(wall):8.3f} s   processor '
          f'{statistics.median(cpu):8.3f} s   (median of {repeats})', flush=True)


def main() -> None:
    """Measure a picture of 640x480, the choice of the view, a sheet and a film of 6 s."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--repeats', type=int, default=9)
    repeats = parser.parse_args().repeats
    print('command:', ' '.join(sys.argv))
    view = make_view(181)
    painter = PlanPainter(view, 640, 480)
    measure('a frame, 640x480', lambda: painter.picture(90), repeats)
    measure('choosing the view', lambda: PlanPainter(view, 640, 480), min(repeats, 3))
    with tempfile.TemporaryDirectory() as folder:
        film, sheet = Path(folder) / 'film.gif', Path(folder) / 'sheet.png'
        measure('a contact sheet of 8', lambda: write_contact_sheet(sheet, view), 1)
        measure('a film of 6 s at 15 Hz', lambda: write_film(film, view, progress=False), 1)
        measure('its pictures, one by one', lambda: [
            painter.picture(frame) for frame in film_frames(view, 15)], 1)
        print(f'film {film.stat().st_size / 1e6:.1f} MB, sheet {sheet.stat().st_size / 1e6:.2f} MB')


if __name__ == '__main__':
    main()
