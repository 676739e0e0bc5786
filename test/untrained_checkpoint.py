# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A checkpoint of an untrained SyncDiff whose samples are near motions of hands nevertheless."""

from dataclasses import replace

from hoi_planner.geometry.transforms import pose_from_rotvec
from hoi_planner.hands.contract import SIDES
from hoi_planner.hands.joint_positions import joint_positions
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.methods.syncdiff.checkpoint import Checkpoint, Origin
from hoi_planner.methods.syncdiff.checkpoint_file import save_checkpoint
from hoi_planner.methods.syncdiff.config import load_preset
from hoi_planner.methods.syncdiff.network import new_network
from hoi_planner.methods.syncdiff.representation import LinearCodec
from hoi_planner.methods.syncdiff.state_statistics import StateStatistics
from hoi_planner.motion.body_layout import Bodies
import torch

ENCODER = 'wordllama/l2_supercat_256'
SCALE = 0.02        # of what the network adds to the mean motion, about metres


def write_untrained(path, frames=40, bodies=None, scale=SCALE, **origin):
    """
    Write a checkpoint of the preset tiny with random weights.

    Its statistics' mean is a motion at rest, objects at the origin and open hands at both sides, or
    the one given. So what the network makes is near it, and hands can be fitted as to a trained
    one's.

    :param bodies: B = 1, of the layout
    """
    config = load_preset('tiny')
    config = replace(config, representation=replace(config.representation, frames=frames))
    blank = LinearCodec(config.representation, config.layout, StateStatistics.none(
        new_network(config).state_shape))
    mask = torch.ones(1, config.layout.width, dtype=torch.bool)
    mean = blank.encode(config.layout.pack(
        at_rest(config.layout, frames) if bodies is None else bodies), mask)[0]
    save_checkpoint(Checkpoint(
        config, Origin(**{'hand_model': 'open_hand', 'text_encoder': ENCODER,
                          'data_hash': 'f' * 64, **origin}),
        StateStatistics(mean, torch.full_like(mean, scale)),
        dict(new_network(config).named_parameters())), path)


def at_rest(layout, frames):
    """Return bodies, B = 1, that do not move."""
    objects = torch.zeros(1, layout.max_objects, frames, 7)
    objects[..., 6] = 1.0
    still = torch.zeros(1, 15, 3).double(), torch.zeros(1, 10).double()
    hands = [joint_positions(
        load_hand_model('open_hand', side),
        pose_from_rotvec(torch.tensor([[0.4, y, 0.2]]).double(), torch.zeros(1, 3).double()),
        *still)[0].float() for side, y in zip(SIDES, (0.2, -0.2))]
    return Bodies.of(objects, torch.stack(hands)[None, :, None].expand(-1, -1, frames, -1, -1))
