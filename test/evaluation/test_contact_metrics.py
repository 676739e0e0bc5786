# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""CSR, CSIoU, CRR: by hand, and against the paper's algorithms written out loop by loop."""

import numpy as np
import pytest
import torch
import trimesh
from paddle_hand import box_object, motion_of, paddle_hands, PaddleHand, still, two_palm_carry

from hoi_planner.evaluation.contact_metrics import (
    contact_iou, contact_ratio, ContactConfig, root_contacts, surface_contacts)
from hoi_planner.geometry.transforms import transform_points
from hoi_planner.objects.model import ObjectModel
from hoi_planner.physics.posed_hand import pose_hands
from hoi_planner.physics.scene import PhysicsScene

VERTICES = ContactConfig(to='vertices')


def fine_box(size=(0.1, 0.1, 0.1), edge=0.04):
    """Return a box whose faces have vertices in their middle too."""
    mesh = trimesh.creation.box(size).subdivide_to_size(edge)
    corners = np.array(trimesh.creation.box(size).vertices)
    return ObjectModel('test://box', 'carton', mesh, (corners,), 0.5)


def approaching(distances, hand_offset=0.06):
    """Return a motion whose right paddle (half width 10 mm) stands off a 10 cm box by distances."""
    frames = len(distances)
    right = still((0.0, 0.0, 0.0), frames)
    right[:, 0] = hand_offset + torch.tensor(distances, dtype=torch.float64)
    left = still((-1.0, 0.0, 0.0), frames)
    return motion_of({'box': still((0.0, 0.0, 0.0), frames), 'far': still((5.0, 0, 0), frames)},
                     {'left': left, 'right': right})


SCENE = PhysicsScene({'box': fine_box(), 'far': fine_box()}, 'paddle')


def contacts_of(motion, config=ContactConfig(), scene=SCENE):
    return surface_contacts(scene, motion, pose_hands(motion, paddle_hands()), config)


# Algorithms 2 and 3, literally: lists of meshes, loops over t, i and j.

def contact_surface(o, h, limit=0.005):
    c = np.zeros(len(o))
    for t in range(len(o)):
        d = min(np.linalg.norm(o[t][v1] - h[t], axis=-1).min() for v1 in range(len(o[t])))
        if d < limit:
            c[t] = 1
    return c


def contact_root(o, h, limit=0.03):
    c = np.zeros(len(o))
    for t in range(len(o)):
        d1 = min(np.linalg.norm(v - h[t][0]) for v in o[t])
        d2 = min(np.linalg.norm(v - h[t][1]) for v in o[t])
        if max(d1, d2) < limit:
            c[t] = 1
    return c


def literal_csr(o, h, limit=0.005):
    csr = 0.0
    for i in range(len(h)):
        c = np.zeros(len(o[0]))
        for j in range(len(o)):
            c = np.logical_or(c, contact_surface(o[j], h[i], limit))
        csr = csr + sum(c) / len(c)
    return csr / len(h)


def literal_csiou(o, h, o_real, h_real, limit=0.005):
    csiou = 0.0
    for i in range(len(h)):
        c1 = c2 = np.zeros(len(o[0]))
        for j in range(len(o)):
            c1 = np.logical_or(c1, contact_surface(o[j], h[i], limit))
            c2 = np.logical_or(c2, contact_surface(o_real[j], h_real[i], limit))
        csiou = csiou + (c1 & c2).sum() / (c1 | c2).sum()
    return csiou / len(h)


def mesh_sequences(motion, scene):
    """Return the vertices of objects and hands at all frames, as Algorithm 2 wants them."""
    objects = [transform_points(motion.object_poses[m], torch.from_numpy(
        np.array(scene.objects[name].mesh.vertices))).numpy()
        for m, name in enumerate(motion.object_ids)]
    return objects, [hand.vertices for hand in pose_hands(motion, paddle_hands())]


def test_contact_begins_at_five_millimetres():
    distances = [0.02, 0.0051, 0.0049, 0.0, -0.004, -0.03, 0.2]
    contacts = contacts_of(approaching(distances))
    assert contacts.shape == (2, 2, 7)
    assert contacts[1, 0].tolist() == [False, False, True, True, True, True, False]
    assert not contacts[0].any() and not contacts[:, 1].any()


def test_ratios_counted_by_hand():
    contacts = np.zeros((2, 2, 8), dtype=bool)
    contacts[0, 0, :2] = contacts[0, 1, 1:4] = True     # together frames 0 to 3: 1/2
    contacts[1, 1, 7] = True                            # 1/8
    assert contact_ratio(contacts) == (4 / 8 + 1 / 8) / 2
    real = np.zeros((2, 1, 8), dtype=bool)
    real[0, 0, 2:6] = True                              # both 2, either 6
    assert contact_iou(contacts, real) == (2 / 6 + 0 / 1) / 2
    assert contact_iou(contacts, contacts) == 1.0


def test_hand_that_never_touches():
    none, some = np.zeros((1, 1, 5), dtype=bool), np.ones((1, 1, 5), dtype=bool)
    assert contact_iou(none, none) == 1.0
    assert contact_iou(none, none, ContactConfig(iou_of_none=0.0)) == 0.0
    assert contact_iou(none, some) == contact_iou(some, none) == 0.0


def test_equal_to_the_algorithms_as_written():
    motion, real = two_palm_carry(penetration=0.001, seconds=0.4), two_palm_carry(
        gap=0.004, penetration=0.0, seconds=0.4)
    # The left hand slips off towards the end.
    wrists = motion.wrist_poses.clone()
    wrists[0, -8:, 0] += torch.linspace(0, 0.02, 8)
    motion = motion.with_(wrist_poses=wrists)
    scene = PhysicsScene({'box': fine_box((0.3, 0.2, 0.2), 0.08)}, 'paddle')
    o, h = mesh_sequences(motion, scene)
    o_real, h_real = mesh_sequences(real, scene)
    # As sparse as these vertices are, 5 mm would meet none.
    wide = ContactConfig(surface_limit=0.02, to='vertices')
    contacts, of_real = contacts_of(motion, wide, scene), contacts_of(real, wide, scene)
    for i in range(2):
        assert contacts[i, 0].tolist() == contact_surface(o[0], h[i], 0.02).astype(bool).tolist()
    assert contact_ratio(contacts) == pytest.approx(literal_csr(o, h, 0.02), abs=1e-12)
    assert 0.1 < contact_ratio(contacts) < 0.9
    expected = literal_csiou(o, h, o_real, h_real, 0.02)
    assert contact_iou(contacts, of_real) == pytest.approx(expected, abs=1e-12)
    assert 0.1 < expected < 1


def test_iou_equals_the_algorithm_as_written():
    motion, real = approaching([0.002] * 3 + [0.1] * 3), approaching([0.1] * 2 + [0.002] * 4)
    o, h = mesh_sequences(motion, SCENE)
    o_real, h_real = mesh_sequences(real, SCENE)
    contacts, of_real = (contacts_of(each, VERTICES) for each in (motion, real))
    # Only the right hand: the left never touches, where the algorithm divides 0 by 0.
    expected = literal_csiou(o, h[1:], o_real, h_real[1:])
    assert expected == pytest.approx(1 / 6)
    assert contact_iou(contacts[1:], of_real[1:]) == expected


def test_surface_of_few_vertices_is_touched_too():
    # A paddle at the middle of a large face: far from every corner, but on the surface.
    scene = PhysicsScene({'box': box_object((0.1, 0.6, 0.6)), 'far': fine_box()}, 'paddle')
    motion = approaching([0.001, 0.001])
    assert contacts_of(motion, scene=scene)[1, 0].all()
    assert not contacts_of(motion, VERTICES, scene).any()


def test_root_contact_wants_both_wrists():
    frames = 4
    left, right = still((-0.06, 0.0, 0.0), frames), still((0.06, 0.0, 0.0), frames)
    right[1, 0] = 0.0799                # 29.9 mm from the face
    right[2, 0] = 0.0801
    left[3, 0] = -0.5
    motion = motion_of({'box': still((0, 0, 0), frames)}, {'left': left, 'right': right})
    scene = PhysicsScene({'box': fine_box()}, 'paddle')
    contacts = root_contacts(scene, motion)
    assert contacts.tolist() == [[[True, True, False, False]]]
    assert contact_ratio(contacts) == 0.5
    (o,), _ = mesh_sequences(motion, scene)
    roots = motion.wrist_poses[..., :3].transpose(0, 1).numpy()         # (N, 2, 3)
    literal = contact_root(o, roots)
    assert root_contacts(scene, motion, VERTICES)[0, 0].tolist() == literal.astype(bool).tolist()
    alone = motion_of({'box': still((0, 0, 0), frames)}, {'right': right})
    assert root_contacts(scene, alone)[0, 0].tolist() == [True, True, False, True]


def test_refusals():
    contacts = np.zeros((2, 1, 5), dtype=bool)
    with pytest.raises(ValueError, match='same hands'):
        contact_iou(contacts, contacts[:1])
    with pytest.raises(ValueError, match='same hands'):
        contact_iou(contacts, contacts[:, :, :4])
    with pytest.raises(ValueError, match='must be bool'):
        contact_ratio(contacts.astype(float))
    with pytest.raises(ValueError, match='surface_limit is 0'):
        ContactConfig(surface_limit=0.0)
    with pytest.raises(ValueError, match="'hull'"):
        ContactConfig(to='hull')
    assert np.isnan(contact_ratio(contacts[:0]))


def test_paddles_reach_what_they_are_made_of():
    # The helpers above count on a paddle of 20 mm.
    assert np.ptp(pose_hands(approaching([0.0, 0.0]), {
        side: PaddleHand(side) for side in ('left', 'right')})[1].vertices[0][:, 0]) == (
            pytest.approx(0.02))
