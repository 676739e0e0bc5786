# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Time of validating one 200-frame two-hand plan, part by part, and of many plans in workers.

The plan is a carry of a carton; with --vessel there stands a vessel of 21 hulls on the table beside
it, free all the time, so that the solver has some 80 contact points more.

Run: OMP_NUM_THREADS=1 python bench/physics.py
"""

import argparse
import math
import statistics
import time

import numpy as np
import torch
import trimesh
from carry_motion import carry, resampled

from hoi_planner.geometry.transforms import identity_pose
from hoi_planner.objects.model import ObjectModel
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.hand_object_distance import measure_distances
from hoi_planner.physics.penetration import measure_penetration
from hoi_planner.physics.posed_hand import pose_hands
from hoi_planner.physics.release import planned_releases
from hoi_planner.physics.scene import PhysicsScene
from hoi_planner.physics.tracking import TrackingSimulation
from hoi_planner.physics.worker_pool import ValidationJob, ValidationPool


class Clock:
    """Collects wall and CPU seconds of named parts over repeats."""

    def __init__(self):
        """Start with nothing."""
        self.wall, self.cpu = {}, {}

    def time(self, name, function):
        """Call a function and note how long it took."""
        wall, cpu = time.perf_counter(), time.process_time()
        result = function()
        self.wall.setdefault(name, []).append(time.perf_counter() - wall)
        self.cpu.setdefault(name, []).append(time.process_time() - cpu)
        return result

    def report(self):
        """Print the medians, milliseconds."""
        print(f'{"part":28s} {"wall ms":>9s} {"CPU ms":>9s}')
        for name in self.wall:
            print(f'{name:28s} {1e3 * statistics.median(self.wall[name]):9.1f} '
                  f'{1e3 * statistics.median(self.cpu[name]):9.1f}')


def one_plan(scene, motion, repeats):
    """Time the parts of one validation."""
    clock, config = Clock(), PhysicsConfig()
    steps = (motion.num_frames - 1) * config.substeps(motion.fps)[0]
    for _ in range(repeats):
        hands = clock.time('pose hands', lambda: pose_hands(motion))
        distance = clock.time(
            'distances and depth',
            lambda: measure_distances(scene, motion, hands, config.release_margin))
        clock.time('volume, table, hand in hand', lambda: measure_penetration(
            scene, motion, hands=hands, distance=distance))
        releases = planned_releases(scene, motion, distance, config)
        simulation = clock.time('simulation, set-up', lambda: TrackingSimulation(
            scene, motion, config, hands=hands, releases=releases))
        clock.time('simulation, run', simulation.run)
        clock.time('simulation, close', simulation.close)
    clock.report()
    played = steps - releases[0] * config.substeps(motion.fps)[0]
    rate = played / statistics.median(clock.wall['simulation, run'])
    print(f'{played} of {steps} steps simulated (the object is pinned before), {rate:.0f} steps/s')


def many_plans(scene, motion, plans):
    """Time plans in one worker and in two."""
    for workers in (1, 2):
        start = time.perf_counter()
        with ValidationPool(workers) as pool:
            pool.wait_until_ready(300)
            ready = time.perf_counter()
            pool.validate([ValidationJob(scene, motion)] * plans)
            done = time.perf_counter() - ready
        print(f'{workers} worker(s): ready in {ready - start:.1f} s; {plans} plans in '
              f'{done:.2f} s, {done / plans:.3f} s a plan')


def with_vessel(scene, motion, sectors=20, radius=0.06, wall=0.004, height=0.09):
    """Return scene and motion with a round vessel of convex ring sectors standing beside."""
    rings = np.linspace(0, 2 * math.pi, sectors + 1)
    parts = [np.array([(r * math.cos(a), r * math.sin(a), z) for a in np.linspace(*ends, 4)
                       for r in (radius - wall, radius) for z in (0, height)])
             for ends in zip(rings, rings[1:])]
    parts.append(np.array([(radius * math.cos(a), radius * math.sin(a), z) for a in rings
                           for z in (0, wall)]))
    mesh = trimesh.creation.annulus(radius - wall, radius, height, sections=64)
    mesh.apply_translation([0, 0, height / 2])
    vessel = ObjectModel('vessel', 'vessel', mesh, tuple(parts), 0.3)
    pose = identity_pose(1, motion.num_frames)
    pose[..., 0], pose[..., 1] = 0.4, 0.5
    beside = motion.with_(object_ids=(*motion.object_ids, 'vessel'),
                          object_poses=torch.cat([motion.object_poses, pose]))
    return PhysicsScene({**scene.objects, 'vessel': vessel}, motion.hand_model), beside


def main():
    """Run both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--frames', type=int, default=200)
    parser.add_argument('--repeats', type=int, default=7)
    parser.add_argument('--plans', type=int, default=8)
    parser.add_argument('--vessel', action='store_true')
    arguments = parser.parse_args()
    scene, motion = carry()
    motion = resampled(motion, arguments.frames)
    if arguments.vessel:
        scene, motion = with_vessel(scene, motion)
    one_plan(scene, motion, arguments.repeats)
    many_plans(scene, motion, arguments.plans)


if __name__ == '__main__':
    main()
