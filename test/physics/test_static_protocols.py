# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The published protocol, and six directions of gravity."""

import numpy as np
import pytest
import trimesh
from paddle_hand import PaddleHand, box_object, motion_of, paddle_hands, still, two_palm_carry

from hoi_planner.physics.config import PhysicsConfig
from hoi_planner.physics.legacy import CHOIR, OBMAN, legacy_displacement
from hoi_planner.physics.scene import PhysicsScene
from hoi_planner.physics.six import DIRECTIONS, six_directions


def box(size=(0.1, 0.1, 0.1), center=(0.0, 0.0, 0.0)):
    return trimesh.creation.box(size).apply_translation(center)


def palms(gap):
    """Return two walls on both sides of a 10 cm box, `gap` metres off it."""
    return [box((0.02, 0.1, 0.1), (sign * (0.06 + gap), 0.0, 0.0)) for sign in (-1, 1)]


@pytest.mark.parametrize('direction', np.concatenate([np.eye(3), -np.eye(3)]))
def test_free_fall_is_10_68_cm_in_35_steps(direction):
    far = box(center=(0.0, 0.0, 5.0))
    result = legacy_displacement(far, box(), [box().vertices], gravity_direction=direction)
    assert result.displacement == pytest.approx(10.68, abs=0.005)
    assert result.ceiling == result.displacement
    assert result.steps == 35


def test_free_fall_grows_with_the_number_of_steps():
    far = box(center=(0.0, 0.0, 9.0))
    assert legacy_displacement(far, box(), [box().vertices], steps=240).displacement \
        == pytest.approx(457, abs=1)


@pytest.mark.parametrize('variant, effective', [(OBMAN, 9.0), (CHOIR, 1.44)])
def test_held_between_two_walls_it_moves_less_than_it_falls(variant, effective):
    result = legacy_displacement(palms(-0.001), box(), [box().vertices], variant)
    assert result.effective_friction == pytest.approx(effective)
    assert 0 < result.displacement < 1.0
    loose = legacy_displacement(palms(0.01), box(), [box().vertices], variant)
    assert loose.displacement == pytest.approx(loose.ceiling, rel=1e-6)


def test_the_point_is_the_mean_of_the_vertices_wherever_the_object_stands():
    moved = box(center=(0.3, -0.2, 0.9))
    far = box(center=(0.0, 0.0, 5.0))
    assert legacy_displacement(far, moved, [moved.vertices]).displacement == pytest.approx(
        legacy_displacement(far, box(), [box().vertices]).displacement, rel=1e-6)


def test_legacy_refuses_what_it_cannot_measure():
    with pytest.raises(ValueError, match='gravity_direction'):
        legacy_displacement(box(), box(), [box().vertices], gravity_direction=(0, 0, -2))
    with pytest.raises(ValueError, match='convex_parts has 0'):
        legacy_displacement(box(), box(), [])


def walls(*sides):
    """Return a hand of plates that press 1 mm into a 10 cm cube, one for each unit vector."""
    plates = []
    for side in sides:
        axis = np.abs(side).argmax()
        size = np.full(3, 0.08)
        size[axis] = 0.02
        plates.append((tuple(np.array(side) * 0.059), tuple(size)))
    return {'right': PaddleHand('right', plates)}


def six(hands, **how):
    motion = motion_of({'cube': still((0.0, 0.0, 0.5), 3)}, {'right': still((0.0, 0.0, 0.5), 3)})
    scene = PhysicsScene({'cube': box_object((0.1, 0.1, 0.1))}, 'paddle')
    return six_directions(scene, motion, 1, 'cube', hand_models=hands, **how)


EYE = np.eye(3)


@pytest.mark.parametrize('open_side', range(6))
def test_six_finds_the_side_that_is_open(open_side):
    others = [side for index, side in enumerate(DIRECTIONS) if index != open_side]
    # Hardly any friction, so that only walls hold.
    result = six(walls(*others), config=PhysicsConfig(effective_friction=0.02))
    assert result.worst == open_side
    assert result.displacement[open_side] > 0.1
    assert np.delete(result.displacement, open_side).max() < 0.01


def test_six_on_a_closed_cage_finds_nothing():
    result = six(walls(*DIRECTIONS))
    assert result.displacement.max() < 0.002
    assert np.degrees(result.rotation.max()) < 2


def test_six_finds_that_friction_alone_is_weaker_than_walls():
    result = six(walls(EYE[0], -EYE[0]), config=PhysicsConfig(effective_friction=0.02))
    along = result.displacement[[0, 3]].max()
    across = result.displacement[[1, 2, 4, 5]]
    assert along < 0.01 < 1.0 < across.min()


def test_six_of_a_two_palm_hold_counts_the_worst():
    scene = PhysicsScene({'box': box_object()}, 'paddle')
    result = six_directions(
        scene, two_palm_carry(), 30, 'box', hand_models=paddle_hands())
    assert result.displacement[result.worst] == result.displacement.max() < 0.003
    with pytest.raises(ValueError, match='cup'):
        six_directions(scene, two_palm_carry(), 30, 'cup', hand_models=paddle_hands())
    with pytest.raises(ValueError, match='frame is 99'):
        six_directions(scene, two_palm_carry(), 99, 'box', hand_models=paddle_hands())
