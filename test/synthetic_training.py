# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A few made-up motions as training data for SyncDiff, and a Trainer on them."""

from dataclasses import fields, replace

from hoi_planner.methods.syncdiff.checkpoint import Origin
from hoi_planner.methods.syncdiff.config import load_preset, SyncDiffConfig
from hoi_planner.methods.syncdiff.contract import Condition
from hoi_planner.methods.syncdiff.representation import LinearCodec
from hoi_planner.methods.syncdiff.state_statistics import state_statistics
from hoi_planner.methods.syncdiff.trainer import Trainer
from hoi_planner.methods.syncdiff.training_batch import TrainingBatch
from syncdiff_inputs import random_channels, random_condition
import torch

ORIGIN = Origin('open_hand', 'wordllama/l2_supercat_256', 'f' * 64, 'abc+')


class SyntheticMotions:
    """A MotionSource of smooth, aligned motions; a generator hides goals and starting hands."""

    def __init__(self, config: SyncDiffConfig, count: int):
        """Draw the motions, of 1 to 3 objects."""
        generator = torch.Generator().manual_seed(7)
        self.condition = random_condition(
            config, count, generator, [1 + k % 3 for k in range(count)])
        self.channels = random_channels(config, count, generator)
        self.mask = config.layout.channel_mask(
            self.condition.object_mask, self.condition.hand_mask)

    def __len__(self) -> int:
        """Return the number of motions."""
        return len(self.channels)

    def batch(
        self, items: torch.Tensor, generator: torch.Generator | None = None,
    ) -> TrainingBatch:
        """Return some motions."""
        condition = Condition(**{
            item.name: getattr(self.condition, item.name)[items] for item in fields(Condition)})
        if generator is not None:
            told = torch.rand(condition.goal_mask.shape, generator=generator) > 0.5
            condition = replace(condition, goal_mask=condition.goal_mask & told)
        return TrainingBatch(self.channels[items], self.mask[items], condition)


def synthetic_trainer(count: int = 6, config: SyncDiffConfig | None = None, **changes) -> Trainer:
    """Return a trainer of the preset tiny; changes are of its OptimizerConfig."""
    config = config or load_preset('tiny')
    config = replace(config, optimizer=replace(config.optimizer, **changes))
    data = SyntheticMotions(config, count)
    statistics = state_statistics(config.representation, config.layout, [
        (data.channels, data.mask, data.condition.frame_mask)])
    codec = LinearCodec(config.representation, config.layout, statistics)
    return Trainer(config, data, codec, ORIGIN)
