# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
CSR, CSIoU and CRR of He et al., SyncDiff, appendix C.5, Algorithms 2 and 3.

c_t, "in contact at frame t", is a bool for each hand (or person), object and frame; frames and
points are looked at together. Two points are left open by the text. Distances there go from mesh
vertex to mesh vertex, which misses what a hand does in the middle of a large flat face: here they
go from a hand's vertices to the object's surface, signed, so that what is inside is in contact;
`to='vertices'` is the letter. And the IoU of a hand that touches in neither motion is 0 / 0: here
the two agree, 1; `iou_of_none` says otherwise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hoi_planner.geometry.signed_distance import exact_signed_distance
from hoi_planner.geometry.transforms import inverse, transform_points
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.objects.model import ObjectModel
from hoi_planner.physics.hand_object_distance import measure_distances, vertices_near
from hoi_planner.physics.posed_hand import PosedHand
from hoi_planner.physics.scene import PhysicsScene
import numpy as np
from scipy.spatial import cKDTree

TARGETS = ('surface', 'vertices')


@dataclass(frozen=True)
class ContactConfig:
    """
    What counts as contact.

    surface_limit: metres, a hand's vertices to the object (5 mm, Algorithm 2)
    root_limit: metres, each of a person's wrists to the object (3 cm, Algorithm 2)
    to: 'surface' of the object, or its 'vertices' as the algorithms are written
    iou_of_none: IoU where a hand touches nothing in either motion
    """

    surface_limit: float = 0.005
    root_limit: float = 0.03
    to: str = 'surface'
    iou_of_none: float = 1.0

    def __post_init__(self):
        """
        Check every field.

        :raises ValueError: names the field, its value and the limit
        """
        for name in ('surface_limit', 'root_limit'):
            if not 0 < getattr(self, name) < np.inf:
                raise ValueError(f'{name} is {getattr(self, name)}, must be finite and above 0')
        if self.to not in TARGETS:
            raise ValueError(f'to is {self.to!r}, must be one of {TARGETS}')
        if not 0 <= self.iou_of_none <= 1:
            raise ValueError(f'iou_of_none is {self.iou_of_none}, must be 0 to 1')


def surface_contacts(
    scene: PhysicsScene, motion: HandObjectMotion, hands: Sequence[PosedHand],
    config: ContactConfig = ContactConfig(),
) -> np.ndarray:
    """
    Return Contact_Surface of Algorithm 2 for every hand and object, (H, M, N) bool.

    :param hands: of the motion, see pose_hands
    :raises ValueError: motion and scene do not fit
    """
    scene.check_motion(motion)
    if config.to == 'surface':
        nearest = measure_distances(scene, motion, hands, config.surface_limit).nearest
    else:
        nearest = _nearest_vertices(scene.objects, motion, hands, config.surface_limit)
    return nearest < config.surface_limit


def _nearest_vertices(
    objects: Mapping[str, ObjectModel], motion: HandObjectMotion, hands: Sequence[PosedHand],
    limit: float,
) -> np.ndarray:
    """Return (H, M, N) metres between the nearest vertices; inf where none is within the limit."""
    nearest = np.full((len(hands), len(motion.object_ids), motion.num_frames), np.inf)
    for m, name in enumerate(motion.object_ids):
        mesh = objects[name].mesh
        tree = cKDTree(mesh.vertices)
        for h, hand in enumerate(hands):
            frames, points = vertices_near(
                hand, motion.object_poses[m].numpy(), mesh.bounds, limit)
            if len(points):
                np.minimum.at(nearest[h, m], frames, tree.query(points)[0])
    return nearest


def root_contacts(
    scene: PhysicsScene, motion: HandObjectMotion, config: ContactConfig = ContactConfig(),
) -> np.ndarray:
    """
    Return Contact_Root of Algorithm 2 for the one person and every object, (1, M, N) bool.

    Both wrists must be near the same object; of a motion with one hand, that hand's.

    :raises ValueError: motion and scene do not fit, a motion without hands
    """
    scene.check_motion(motion)
    if not motion.sides:
        raise ValueError('the motion has 0 hands, contact of wrists needs at least 1')
    contacts = np.zeros((1, len(motion.object_ids), motion.num_frames), dtype=bool)
    wrists = motion.wrist_poses[:, :, :3]                               # (H, N, 3)
    for m, name in enumerate(motion.object_ids):
        into_object = inverse(motion.object_poses[m])                   # (N, 7)
        local = transform_points(into_object, wrists.transpose(0, 1)).numpy()      # (N, H, 3)
        distance = _distance(scene.objects[name].mesh, local.reshape(-1, 3), config.to)
        contacts[0, m] = (distance.reshape(local.shape[:2]) < config.root_limit).all(axis=1)
    return contacts


def _distance(mesh, points: np.ndarray, to: str) -> np.ndarray:
    """Return the distances (P,) of points in the mesh's frame."""
    return cKDTree(mesh.vertices).query(points)[0] if to == 'vertices' else (
        exact_signed_distance(mesh, points))


def contact_ratio(contacts: np.ndarray) -> float:
    """
    Return CSR, or CRR, of Algorithm 3: the share of frames with contact, the mean of the bodies.

    A body is in contact when it is so with any object. The lists of Algorithm 3 are the rows.

    :param contacts: (n, M, N) bool of n hands (CSR) or persons (CRR)
    :return: 0 to 1; NaN without bodies
    """
    contacts = _checked(contacts, 'contacts')
    if not len(contacts):
        return float('nan')
    return float(contacts.any(axis=1).mean(axis=-1).mean())


def contact_iou(
    contacts: np.ndarray, reference: np.ndarray, config: ContactConfig = ContactConfig(),
) -> float:
    """
    Return CSIoU of Algorithm 3: how far the frames with contact are those of the real motion.

    :param contacts: (n, M, N) bool of n hands, sampled
    :param reference: (n, M', N) bool of the same hands, real
    :return: 0 to 1, the mean of the hands; NaN without hands
    :raises ValueError: another number of hands or frames
    """
    contacts, reference = _checked(contacts, 'contacts'), _checked(reference, 'reference')
    if (len(contacts), contacts.shape[-1]) != (len(reference), reference.shape[-1]):
        raise ValueError(
            f'contacts of shape {contacts.shape} and reference {reference.shape} must have the '
            'same hands (first) and frames (last)')
    if not len(contacts):
        return float('nan')
    c1, c2 = contacts.any(axis=1), reference.any(axis=1)                # (n, N)
    both, either = (c1 & c2).sum(axis=-1), (c1 | c2).sum(axis=-1)
    return float(np.where(either > 0, both / np.maximum(either, 1), config.iou_of_none).mean())


def _checked(contacts: np.ndarray, name: str) -> np.ndarray:
    contacts = np.asarray(contacts)
    if contacts.ndim != 3 or contacts.dtype != bool or contacts.shape[-1] < 1:
        raise ValueError(
            f'{name} is {contacts.dtype} of shape {contacts.shape}, must be bool of shape '
            '(bodies, objects, frames) with at least 1 frame')
    return contacts
