# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Sampled bodies as HandObjectMotions: padding cut off, hands fitted to their joints."""

from collections.abc import Callable, Mapping, Sequence

from hoi_planner.geometry.transforms import make_pose
from hoi_planner.hands.contract import HandModel, NUM_FINGER_JOINTS, SIDES
from hoi_planner.hands.fitting.config import FitConfig
from hoi_planner.hands.fitting.fit_hand import fit_hand, HandFit
from hoi_planner.methods.syncdiff.contract import Condition
from hoi_planner.motion.body_layout import Bodies
from hoi_planner.motion.continuous_poses import continuous_poses
from hoi_planner.motion.key_frames import key_frames, poses_between, values_between
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.motion.relative_motion import object_pairs
import roma
import torch


def fitted_motions(
    bodies: Bodies, condition: Condition, tasks: Sequence[str], fps: Sequence[float],
    object_ids: Sequence[Sequence[str]], hand_models: Mapping[str, HandModel],
    check: Callable[[], None] = lambda: None, map_parts: Callable = map, every: int = 1,
    fit_config: FitConfig = FitConfig(),
) -> list[HandObjectMotion]:
    """
    Return the motions of B samples, of the real frames only; quaternions of norm 1, continuous.

    :param bodies: of sampling.sample, B samples
    :param condition: theirs; hands in the order of SIDES
    :param tasks, fps, object_ids: of each sample; the ids of the objects that are present
    :param hand_models: by side
    :param check: called before each hand; may raise to stop
    :param map_parts: map, or one that works side by side: hands are fitted each for itself
    :param every: hands are fitted at every n-th frame, and smooth curves lead from one to the next;
        a sample has no periods shorter than N / L frames (the frequency split's cutoff), 12.5 of
        200 with the paper's L = 16, so that 3 lose next to nothing
    :param fit_config: how a hand is fitted
    :raises ValueError: joints that are not finite, a motion of fewer than two frames, every below 1
    """
    frames = condition.frame_mask.sum(dim=1).tolist()
    longest = max(frames)
    poses = continuous_poses(_normalized(bodies.object_poses[:, :, :longest].double().cpu()))
    count = len(frames)
    wrists = torch.zeros(count, len(SIDES), longest, 7).double()
    fingers = torch.zeros(count, len(SIDES), longest, NUM_FINGER_JOINTS, 3).double()
    shapes = condition.shapes.double().cpu()
    parts = [(place, items, shape) for place in range(len(SIDES)) for items, shape in _same_shapes(
        condition.hand_mask[:, place].cpu(), shapes[:, place])]

    keys = [key_frames(count, every) for count in frames]
    padded = torch.nn.utils.rnn.pad_sequence(keys, batch_first=True, padding_value=-1)

    def fitted(part) -> HandFit:
        place, items, shape = part
        check()
        # A motion with fewer keys than another has its last one more than once.
        mine = torch.where(padded < 0, padded.amax(dim=1, keepdim=True), padded)[items]
        joints = bodies.joints[items[:, None], place, mine].double().cpu()
        return fit_hand(
            hand_models[SIDES[place]], joints.flatten(0, 1), shape, fit_config,
            sequences=len(items))

    for (place, items, _), fit in zip(parts, map_parts(fitted, parts)):
        split = fit.wrist_poses.split(padded.shape[1]), fit.finger_poses.split(padded.shape[1])
        for item, wrist, finger in zip(items.tolist(), *split):
            known, real = keys[item], frames[item]
            wrists[item, place, :real] = continuous_poses(
                _normalized(poses_between(wrist[:len(known)], known)))
            fingers[item, place, :real] = values_between(
                finger[:len(known)].flatten(1), known).unflatten(1, finger.shape[1:])
    motions = []
    for item, real in enumerate(frames):
        hands = condition.hand_mask[item].nonzero().flatten().tolist()
        present = condition.object_mask[item].nonzero().flatten().tolist()
        motions.append(HandObjectMotion(
            fps=fps[item], task=tasks[item], hand_model=_model_id(hand_models),
            object_ids=tuple(object_ids[item]), sides=tuple(SIDES[place] for place in hands),
            object_poses=poses[item, present, :real], wrist_poses=wrists[item, hands, :real],
            finger_poses=fingers[item, hands, :real], shapes=shapes[item, hands]))
    return motions


def present_bodies(bodies: Bodies, condition: Condition, item: int) -> Bodies:
    """Return one sample's bodies, B = 1, real frames and what is present only."""
    frames = int(condition.frame_mask[item].sum())
    objects = condition.object_mask[item].nonzero().flatten().tolist()
    hands = condition.hand_mask[item].nonzero().flatten().tolist()
    kept = [k for k, pair in enumerate(object_pairs(condition.object_mask.shape[1]))
            if set(pair) <= set(objects)]
    return Bodies(
        bodies.object_poses[item, objects, :frames][None],
        bodies.joints[item, hands, :frames][None],
        bodies.relative_poses[item, kept, :frames][None],
        bodies.relative_joints[item, objects][:, hands, :frames][None])


def _same_shapes(mask: torch.Tensor, shapes: torch.Tensor):
    """Yield items (.,) that have this hand and its shape (10,), those of one shape together."""
    items = mask.nonzero().flatten()
    if len(items):
        distinct, which = shapes[items].unique(dim=0, return_inverse=True)
        for k, shape in enumerate(distinct):
            yield items[which == k], shape


def _normalized(poses: torch.Tensor) -> torch.Tensor:
    """Return poses with quaternions of norm 1; those of absent bodies are 0 and stand still."""
    absent = poses[..., 3:].norm(dim=-1, keepdim=True) == 0
    identity = torch.tensor([0.0, 0.0, 0.0, 1.0]).to(poses)
    return make_pose(poses[..., :3], roma.quat_normalize(
        torch.where(absent, identity, poses[..., 3:])))


def _model_id(hand_models: Mapping[str, HandModel]) -> str:
    names = {model.model_id for model in hand_models.values()}
    if len(names) != 1:
        raise ValueError(f'hand_models are of {sorted(names)}, must be of one')
    return names.pop()
