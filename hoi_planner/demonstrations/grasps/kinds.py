# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
What the kinds of grasp are: which parts touch, from which postures the search starts.

After Cutkosky and Howe, Human grasp choice and robotic grasp analysis, 1990, and the GRASP taxonomy
(Feix et al. 2016): power (wrap), palmar pinch, tripod, and the flat palm for large objects.
"""

from dataclasses import dataclass

import torch

from hoi_planner.demonstrations.grasps.sampled_hand import PATCHES

FINGERS = ('index', 'middle', 'ring', 'pinky')


@dataclass(frozen=True)
class GraspKind:
    """
    One kind of grasp.

    touch: patch -> weight of its wish to touch
    open_posture, closed_posture: degrees, 21 anatomical angles; starts lie between the two, and the
        prior pulls to that line
    pads: patches whose middle opposes the thumb; empty: the palm faces the object
    widest: metres of the object between thumb and fingers
    """

    name: str
    touch: dict[str, float]
    open_posture: tuple[float, ...]
    closed_posture: tuple[float, ...]
    pads: tuple[str, ...] = ()
    widest: float = 0.11

    @property
    def weights(self) -> torch.Tensor:
        """Return the (P,) weights in the order of PATCHES, float32."""
        return torch.tensor([self.touch.get(name, 0.0) for name in PATCHES])


def _fingers(**angles) -> tuple[float, ...]:
    """Return 21 angles, fingers in MANO's order."""
    return tuple(float(angle) for name in ('index', 'middle', 'pinky', 'ring', 'thumb')
                 for angle in angles[name])


POWER = GraspKind(
    'power',
    touch={
        **{f'{name}3': 1.0 for name in FINGERS}, **{f'{name}2': 0.5 for name in FINGERS},
        **{f'{name}1': 0.2 for name in FINGERS}, 'thumb3': 2.0, 'thumb2': 0.5,
        'palm_distal': 0.7, 'thenar': 0.3, 'hypothenar': 0.2},
    open_posture=_fingers(
        index=(15, 20, 13, 4), middle=(15, 20, 13, 0), pinky=(15, 20, 13, -5),
        ring=(15, 20, 13, -2), thumb=(4, 18, -18, 0, 5)),
    closed_posture=_fingers(
        index=(60, 75, 50, 2), middle=(62, 75, 50, 0), pinky=(65, 75, 50, 0), ring=(63, 75, 50, 0),
        thumb=(14, 18, -25, 28, 30)))

PINCH = GraspKind(
    'pinch',
    touch={'thumb3': 2.0, 'index3': 1.5, 'middle3': 0.7},
    open_posture=_fingers(
        index=(28, 25, 14, 0), middle=(26, 25, 14, 0), pinky=(20, 25, 14, 0), ring=(22, 25, 14, 0),
        thumb=(5, 18, -22, 0, 5)),
    closed_posture=_fingers(
        index=(50, 45, 28, 0), middle=(46, 44, 28, 0), pinky=(34, 40, 26, 0), ring=(38, 42, 27, 0),
        thumb=(17, 19, -25, 14, 16)),
    pads=('index3', 'middle3'), widest=0.07)

TRIPOD = GraspKind(
    'tripod',
    touch={'thumb3': 2.0, 'index3': 1.0, 'middle3': 1.0, 'ring3': 0.6, 'pinky3': 0.3},
    open_posture=_fingers(
        index=(20, 22, 13, 8), middle=(22, 22, 13, 0), pinky=(24, 22, 13, -8),
        ring=(23, 22, 13, -3), thumb=(2, 20, -22, 0, 0)),
    closed_posture=_fingers(
        index=(48, 42, 27, 4), middle=(50, 44, 28, 0), pinky=(46, 40, 26, -2), ring=(48, 42, 27, 0),
        thumb=(15, 20, -26, 14, 16)),
    pads=('index3', 'middle3', 'ring3'), widest=0.10)

PALM = GraspKind(
    'palm',
    touch={
        **{f'{name}{k}': 1.0 for name in FINGERS for k in (1, 2, 3)}, 'thumb3': 0.3,
        'palm_distal': 1.5, 'thenar': 1.0, 'hypothenar': 1.0},
    open_posture=_fingers(
        index=(0, 2, 1, 4), middle=(0, 2, 1, 0), pinky=(0, 2, 1, -6), ring=(0, 2, 1, -2),
        thumb=(-12, -12, 0, 0, 3)),
    closed_posture=_fingers(
        index=(12, 14, 9, 4), middle=(12, 14, 9, 0), pinky=(12, 14, 9, -6), ring=(12, 14, 9, -2),
        thumb=(-6, -2, -4, 5, 6)),
    widest=1.0)

KINDS = {kind.name: kind for kind in (POWER, PINCH, TRIPOD, PALM)}
