# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""MotionStore: all motions of a dataset in memory, of any lengths; batches of one length."""

from dataclasses import dataclass, fields, replace

from hoi_planner.demonstrations.dataset.reading import DemonstrationDataset
from hoi_planner.geometry.transforms import identity_pose
from hoi_planner.hands.contract import NUM_SHAPE, SIDES
from hoi_planner.methods.syncdiff.dataset_joints import dataset_joints
from hoi_planner.motion.continuous_poses import continuous_poses
import torch
from tqdm import tqdm


@dataclass(frozen=True)
class MotionStore:
    """
    S motions; the frames of all bodies stand one after the other, a body's from its row on.

    K is the largest number of objects, hands in the order of SIDES. float32, metres, world frame;
    quaternions are continuous (see motion.continuous_poses).
    """

    object_poses: torch.Tensor      # (sum of M N, 7)
    joints: torch.Tensor            # (sum of H N, 21, 3)
    object_rows: torch.Tensor       # (S, K) int64, row of the first frame
    hand_rows: torch.Tensor         # (S, 2) int64
    object_mask: torch.Tensor       # (S, K) bool: present
    hand_mask: torch.Tensor         # (S, 2) bool
    frames: torch.Tensor            # (S,) int64, N of each
    shapes: torch.Tensor            # (S, 2, 10) of the hands, 0 of those that are absent

    def __len__(self) -> int:
        """Return S."""
        return len(self.frames)

    def to(self, device: torch.device | str) -> 'MotionStore':
        """Return it on a device."""
        return replace(self, **{
            field.name: getattr(self, field.name).to(device) for field in fields(self)})

    def gather(
        self, items: torch.Tensor, frames: int,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """
        Return motions with their last frame repeated to the end, see motion.padding.

        Absent objects stand at the identity, absent hands' joints at 0.

        :param items: (B,) int64
        :param frames: N, at least those of each
        :raises ValueError: a motion is longer
        :return: object poses (B, K, N, 7), joints (B, 2, N, 21, 3), frame mask (B, N)
        """
        lengths = self.frames[items][:, None]
        if len(items) and lengths.max() > frames:
            raise ValueError(f'a motion of {lengths.max()} frames cannot be padded to {frames}')
        places = torch.arange(frames, device=items.device)
        shown = torch.minimum(places, lengths - 1)[:, None]                 # (B, 1, N)
        poses = self.object_poses[self.object_rows[items][..., None] + shown]
        poses = torch.where(self.object_mask[items][..., None, None], poses,
                            identity_pose(dtype=poses.dtype).to(poses.device))
        joints = self.joints[self.hand_rows[items][..., None] + shown]
        joints = torch.where(self.hand_mask[items][..., None, None, None], joints, 0.0)
        return poses, joints, places < lengths


def load_motions(
    dataset: DemonstrationDataset, max_objects: int, progress: bool = True,
) -> MotionStore:
    """
    Read all motions of a dataset, and the joints of their hands, see dataset_joints.

    :param dataset: with all of its tasks
    :param max_objects: K
    :param progress: whether to show bars
    :raises ValueError: no samples, a motion with more objects, a damaged shard
    """
    joints = dataset_joints(dataset, progress)
    count, poses, object_row, hand_row = len(dataset), [], 0, 0
    if not count:
        raise ValueError('the dataset has no samples')
    rows, hand_rows = torch.zeros(count, max_objects).long(), torch.zeros(count, 2).long()
    object_mask, hand_mask = rows.bool(), hand_rows.bool()
    lengths, shapes = torch.zeros(count).long(), torch.zeros(count, 2, NUM_SHAPE)
    for item in tqdm(range(count), 'motions', unit='motion', disable=not progress):
        motion = dataset.motion(item)
        objects, lengths[item] = len(motion.object_ids), motion.num_frames
        if objects > max_objects:
            raise ValueError(f'sample {dataset.record(item).number} has {objects} objects, '
                             f'max_objects is {max_objects}')
        poses.append(continuous_poses(motion.object_poses).float().flatten(0, 1))
        rows[item, :objects] = object_row + torch.arange(objects) * motion.num_frames
        object_mask[item, :objects] = True
        object_row += objects * motion.num_frames
        for k, side in enumerate(motion.sides):
            place = SIDES.index(side)
            hand_rows[item, place], hand_mask[item, place] = hand_row, True
            shapes[item, place] = motion.shapes[k]
            hand_row += motion.num_frames
    return MotionStore(
        torch.cat(poses), joints, rows, hand_rows, object_mask, hand_mask, lengths, shapes)
