# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
What the validator says of a good carry and of the same carry spoiled in one way.

Run: OMP_NUM_THREADS=1 python bench/rejections.py
"""

import argparse
import dataclasses
import math

import torch
from carry_motion import OBJECT_ID, carry

from hoi_planner.geometry.transforms import rotate_vectors
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.scene import PhysicsScene
from hoi_planner.physics.validation import validate_plan


def pressed_further(motion, depth):
    """Return the motion with each hand `depth` metres further towards the object's middle."""
    frame = motion.num_frames // 2
    wrists = motion.wrist_poses.clone()
    for hand, (side, shape) in enumerate(zip(motion.sides, motion.shapes)):
        model = load_hand_model(motion.hand_model, side)
        vertices = model.forward(wrists[hand, frame:frame + 1],
                                 motion.finger_poses[hand, frame:frame + 1], shape[None]).vertices
        # The way from the middle of the hand to the object, along the object's nearest axis.
        way = motion.object_poses[0, frame, :3] - vertices[0].mean(dim=0).double()
        quaternion = motion.object_poses[0, :, 3:]
        turned = rotate_vectors(quaternion[frame] * torch.tensor([-1.0, -1.0, -1.0, 1.0]), way)
        axis = torch.zeros(3, dtype=torch.float64)
        axis[turned[:2].abs().argmax()] = torch.sign(turned[turned[:2].abs().argmax()])
        wrists[hand, :, :3] += depth * rotate_vectors(quaternion, axis.expand(len(quaternion), 3))
    return motion.with_(wrist_poses=wrists)


def heavier(scene, factor):
    """Return the scene with the object's mass multiplied."""
    model = scene.objects[OBJECT_ID]
    heavy = dataclasses.replace(model, mass=factor * model.mass)
    return PhysicsScene({OBJECT_ID: heavy}, scene.hand_model, scene.obstacles, scene.table_height)


def main():
    """Print one row a variant."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--seed', type=int, default=0)
    scene, motion = carry(parser.parse_args().seed)
    slippery = PhysicsConfig(effective_friction=0.05)
    variants = [
        ('nominal', scene, motion, PhysicsConfig()),
        ('hands 3 cm further apart', scene, pressed_further(motion, -0.015), PhysicsConfig()),
        ('friction 0.05', scene, motion, slippery),
        ('hands 8 mm further in', scene, pressed_further(motion, 0.008), PhysicsConfig()),
        ('mass x 10', heavier(scene, 10), motion, PhysicsConfig()),
    ]
    print(f'{"variant":26s} {"mm":>7s} {"deg":>6s} {"pen mm":>6s} {"cm^3":>6s} {"N":>6s} '
          f'{"score":>7s}  verdict')
    for name, its_scene, its_motion, config in variants:
        report = validate_plan(its_scene, its_motion, config)
        metrics = report.metrics
        print(f'{name:26s} {1e3 * metrics.displacement_max:7.2f} '
              f'{math.degrees(metrics.rotation_max):6.2f} '
              f'{1e3 * metrics.penetration_depth_max:6.2f} '
              f'{1e6 * metrics.penetration_volume_max:6.2f} {metrics.peak_force:6.1f} '
              f'{report.score:7.3f}  {report.verdict.code.name}: {report.verdict.message}')


if __name__ == '__main__':
    main()
