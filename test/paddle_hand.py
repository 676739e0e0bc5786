# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The simplest hand that obeys the contract: rigid plates on the wrist."""

import numpy as np
import roma
import torch
import trimesh

from hoi_planner.geometry.transforms import compose, identity_pose, transform_points
from hoi_planner.hands.contract import NUM_JOINTS, ConvexLink, HandModel, HandOutput
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.objects.loading import load_object
from hoi_planner.objects.model import ObjectModel


class PaddleHand(HandModel):
    """Boxes fixed to the wrist, each (center, size) in the wrist frame; finger poses do nothing."""

    model_id = 'paddle'
    license = 'Apache-2.0'

    def __init__(self, side, boxes=(((0.0, 0.0, 0.0), (0.02, 0.08, 0.08)),)):
        self.side = side
        meshes = [trimesh.creation.box(size).apply_translation(center) for center, size in boxes]
        self._parts = [torch.from_numpy(np.array(mesh.vertices)) for mesh in meshes]
        skin = [mesh.subdivide_to_size(0.02) for mesh in meshes]
        self._skin = trimesh.util.concatenate(skin)
        self.faces = torch.from_numpy(np.array(self._skin.faces))

    @property
    def num_vertices(self):
        return len(self._skin.vertices)

    def forward(self, wrist_pose, finger_pose, shape):
        points = torch.from_numpy(np.array(self._skin.vertices)).to(wrist_pose)
        vertices = transform_points(wrist_pose, points)
        matrix = torch.eye(4, dtype=wrist_pose.dtype).repeat(len(wrist_pose), NUM_JOINTS, 1, 1)
        matrix[:, :, :3, :3] = roma.unitquat_to_rotmat(wrist_pose[:, None, 3:])
        matrix[:, :, :3, 3] = wrist_pose[:, None, :3]
        joints = wrist_pose[:, None, :3]
        return HandOutput(vertices, joints.expand(-1, 16, 3), joints.expand(-1, 21, 3), matrix)

    def convex_links(self, shape):
        return [ConvexLink(f'plate{i}', 0, part) for i, part in enumerate(self._parts)]


def box_object(size=(0.3, 0.2, 0.2), mass=0.5):
    """Return a box of uniform density, its origin in its middle."""
    mesh = trimesh.creation.box(size)
    return ObjectModel('test://box', 'carton', mesh, (np.array(mesh.vertices),), mass)


def still(position, frames):
    """Return (N, 7): one pose without rotation, held."""
    pose = identity_pose(frames)
    pose[:, :3] = torch.tensor(position, dtype=torch.float64)
    return pose


def motion_of(objects, wrists, fps=30.0):
    """Return a motion of (id -> (N, 7)) objects and (side -> (N, 7)) paddle hands."""
    count = next(iter(objects.values())).shape[0]
    wrist_poses = torch.stack(list(wrists.values())) if wrists else torch.zeros(0, count, 7)
    return HandObjectMotion(
        fps=fps, task='test', hand_model='paddle', object_ids=tuple(objects),
        sides=tuple(wrists), object_poses=torch.stack(list(objects.values())),
        wrist_poses=wrist_poses, finger_poses=torch.zeros(len(wrists), count, 15, 3),
        shapes=torch.zeros(len(wrists), 10))


def smooth(start, end, count):
    """Return (count,) numbers from start to end with rest at both ends."""
    s = torch.linspace(0, 1, count, dtype=torch.float64)
    return start + (end - start) * (10 * s**3 - 15 * s**4 + 6 * s**5)


def two_palm_carry(penetration=0.002, gap=0.0, seconds=2.0, size=(0.3, 0.2, 0.2)):
    """
    Return a lift of a box by 20 cm with yaw and tilt between two paddles that press its sides.

    The paddles come from 3 cm away in the first 15 frames and stay `penetration` deep.
    """
    approach, carry = 15, round(seconds * 30)
    count = approach + carry
    box = still((0.0, 0.0, size[2] / 2), count)
    lift, angle = smooth(0.0, 0.2, carry), smooth(0.0, 0.5, carry)
    box[approach:, 2] += lift
    rotvec = torch.stack([0.4 * angle, torch.zeros(carry).double(), angle], dim=-1)
    box[approach:, 3:] = roma.rotvec_to_unitquat(rotvec)
    wrists = {}
    for side, sign in (('left', 1.0), ('right', -1.0)):
        offset = identity_pose(count)
        offset[:, 0] = sign * (size[0] / 2 + 0.01 - penetration + gap)
        offset[:approach, 0] += sign * smooth(0.03, 0.0, approach)
        wrists[side] = compose(box, offset)
    return motion_of({'box': box}, wrists)


def paddle_hands():
    """Return the two simplest hands, by side."""
    return {side: PaddleHand(side) for side in ('left', 'right')}


def open_hand_carry(**how) -> HandObjectMotion:
    """Return a motion of the open hand: wrists as the paddles', which press it into the carton."""
    motion = two_palm_carry(**how)
    poses = motion.object_poses.clone()
    poses[..., 2] += load_object('library://carton').mesh.extents[2] / 2 - 0.1
    return motion.with_(hand_model='open_hand', object_poses=poses)
