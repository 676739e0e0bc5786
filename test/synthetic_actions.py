# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Three kinds of motion that anybody can tell apart: an object shakes, circles, or turns."""

import math

import roma
import torch
from paddle_hand import box_object, paddle_hands

from hoi_planner.evaluation.records import EvaluatedMotion
from hoi_planner.hands.contract import SIDES
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.physics.scene import PhysicsScene

KINDS = ('circle', 'shake', 'turn')
MODELS = paddle_hands()
BOX = box_object((0.1, 0.1, 0.1))


def synthetic_motion(kind: str, generator: torch.Generator) -> HandObjectMotion:
    """Return a motion of a kind: 1 to 3 objects, 1 or 2 hands, other speeds, sizes and places."""
    def draw(low, high):
        return low + (high - low) * float(torch.rand((), generator=generator))

    frames = int(draw(40, 120))
    phase = torch.linspace(0, 2 * math.pi * draw(1, 2), frames, dtype=torch.float64) + draw(0, 6)
    size, shift, rotvec = draw(0.03, 0.1), torch.zeros(frames, 3).double(), torch.zeros(
        frames, 3).double()
    if kind == 'shake':
        shift[:, 0] = size * phase.sin()
    elif kind == 'circle':
        shift[:, 0], shift[:, 1] = size * phase.sin(), size * phase.cos()
    else:
        rotvec[:, 2] = 6 * size * phase.sin()
    objects, sides = int(draw(1, 4)), SIDES[:int(draw(1, 3))]
    poses = torch.zeros(objects, frames, 7, dtype=torch.float64)
    poses[..., 6] = 1.0
    poses[:, :, :3] = torch.rand(objects, 1, 3, generator=generator, dtype=torch.float64) * 0.4
    poses[0, :, :3] += shift
    poses[0, :, 3:] = roma.rotvec_to_unitquat(rotvec)
    wrists = poses[:1].repeat(len(sides), 1, 1)
    wrists[:, :, 0] += torch.tensor([-0.06, 0.06])[:len(sides), None]
    return HandObjectMotion(
        fps=30.0, task=kind, hand_model='paddle', sides=sides, object_poses=poses,
        object_ids=tuple(f'object{k}' for k in range(objects)), wrist_poses=wrists,
        finger_poses=torch.zeros(len(sides), frames, 15, 3), shapes=torch.zeros(len(sides), 10))


def synthetic_samples(count: int, seed: int) -> list[EvaluatedMotion]:
    """Return motions to evaluate, of each kind in turn."""
    generator = torch.Generator().manual_seed(seed)
    samples = []
    for number in range(count):
        kind = KINDS[number % 3]
        motion = synthetic_motion(kind, generator)
        scene = PhysicsScene(dict.fromkeys(motion.object_ids, BOX), 'paddle')
        points = 0.05 * torch.randn(len(motion.object_ids), 128, 3, generator=generator)
        samples.append(EvaluatedMotion(f'{kind}-{number}', motion, kind, scene, points))
    return samples
