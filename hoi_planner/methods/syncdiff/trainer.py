# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Trainer: one update of SyncDiff's weights after the other; where it stands as a Checkpoint."""

from dataclasses import replace
import math
from typing import Protocol

from hoi_planner.methods.syncdiff.checkpoint import Checkpoint, Origin
from hoi_planner.methods.syncdiff.config import OptimizerConfig, SyncDiffConfig
from hoi_planner.methods.syncdiff.drawing import (
    generator_of, held_out_items, seeded, Shuffle,
)
from hoi_planner.methods.syncdiff.ema import WeightAverage
from hoi_planner.methods.syncdiff.losses import syncdiff_losses
from hoi_planner.methods.syncdiff.network import new_network
from hoi_planner.methods.syncdiff.representation import LinearCodec
from hoi_planner.methods.syncdiff.state_statistics import StateStatistics
from hoi_planner.methods.syncdiff.training_batch import TrainingBatch
import torch

LOSSES = ('dc', 'ac', 'align', 'norm')
_MOMENTS = ('step', 'exp_avg', 'exp_avg_sq')


class MotionSource(Protocol):
    """What a Trainer asks of data, see training_data.TrainingData."""

    def __len__(self) -> int:
        """Return the number of motions."""

    def batch(
        self, items: torch.Tensor, generator: torch.Generator | None = None,
    ) -> TrainingBatch:
        """Return some motions; with a generator, changed and partly hidden at random."""


def learning_rate(config: OptimizerConfig, step: int) -> float:
    """Return the rate of a step: a linear rise, then half a cosine down to final_rate of it."""
    if step < config.warm_up:
        return config.learning_rate * (step + 1) / config.warm_up
    way = min((step - config.warm_up) / max(config.steps - config.warm_up, 1), 1.0)
    share = config.final_rate + (1 - config.final_rate) * (1 + math.cos(math.pi * way)) / 2
    return config.learning_rate * share


class Trainer:
    """
    Network, average and optimiser in training on one device.

    All random draws follow from config.seed and the step, so on one machine the weights of a step
    are the same bits however often training was stopped before it.
    """

    def __init__(
        self, config: SyncDiffConfig, data: MotionSource, codec: LinearCodec, origin: Origin,
        device: torch.device | str = 'cpu', half_precision: bool = False,
    ):
        """
        Start from random weights.

        :param data: whose batches come from `device`
        :param codec: of config.representation, on `device`
        :param half_precision: bfloat16 where autocast has it; losses stay float32
        :raises ValueError: too few motions, or a codec of another representation or layout
        """
        if (codec.config, codec.layout) != (config.representation, config.layout):
            raise ValueError(
                f'codec is of {codec.config} and {codec.layout}, the config has '
                f'{config.representation} and {config.layout}')
        self.config, self.data, self.codec, self.origin = config, data, codec, origin
        self.device, self.half_precision = torch.device(device), half_precision
        self.step, self.history = 0, {}
        items, self.held_out = held_out_items(
            len(data), config.optimizer.held_out, config.seed)
        self.shuffle = Shuffle(items, config.seed)
        self.network = new_network(config).to(self.device)
        self.average = WeightAverage(self.network, config.optimizer.ema_decay)
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=config.optimizer.learning_rate,
            weight_decay=config.optimizer.weight_decay)
        self.step_weights = self._step_weights().to(self.device)

    def update(self) -> torch.Tensor:
        """Make one update; return the losses (5,): total, then LOSSES, detached."""
        config, seed = self.config.optimizer, self.config.seed
        items = self.shuffle.batch(self.step, config.batch_size)
        batch = self.data.batch(items, generator_of(seed, 'batch', self.step))
        self.network.train()
        with seeded(generator_of(seed, 'dropout', self.step), self.device):
            losses = self._losses(
                batch, generator_of(seed, 'noise', self.step, self.device),
                self.network).mean(dim=1)
        for group in self.optimizer.param_groups:
            group['lr'] = learning_rate(config, self.step)
        self.optimizer.zero_grad(set_to_none=True)
        losses[0].backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), config.gradient_clip)
        self.optimizer.step()
        self.average.update(self.network)
        self.step += 1
        return losses.detach()

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """
        Return the losses of the averaged weights on the motions held out; {} if there are none.

        Noise and steps are the same at every call, the scenes unmoved and all told: so calls
        compare.
        """
        if not len(self.held_out):
            return {}
        self.network.eval()

        def averaged(*inputs):
            return torch.func.functional_call(self.network, self.average.weights, inputs)

        parts = []
        for k, items in enumerate(self.held_out.split(self.config.optimizer.batch_size)):
            generator = generator_of(self.config.seed, 'validation', k, self.device)
            parts.append(self._losses(self.data.batch(items), generator, averaged))
        means = torch.cat(parts, dim=1).mean(dim=1).tolist()
        return dict(zip(('validation', *(f'validation_{name}' for name in LOSSES)), means))

    def checkpoint(self) -> Checkpoint:
        """Return where it stands."""
        moments = {
            f'{name}/{moment}': value
            for name, parameter in self.network.named_parameters()
            for moment, value in self.optimizer.state.get(parameter, {}).items()}
        return Checkpoint(
            config=self.config, origin=self.origin,
            statistics=StateStatistics(self.codec.mean, self.codec.scale),
            average=self.average.weights, raw=dict(self.network.named_parameters()),
            optimizer=moments,
            progress={'step': self.step, 'averaged': self.average.updates, **self.history})

    def resume(self, checkpoint: Checkpoint) -> None:
        """
        Go on where a checkpoint of the same training stands.

        More steps than it was made for are a longer training: the learning rate rises again to
        where it stands in that (a warm restart), and falls anew.

        :raises ValueError: of another config, data or hand model, with more steps than ours, or
            without what training needs
        """
        for name in ('hand_model', 'text_encoder', 'data_hash'):
            ours, found = (getattr(each.origin, name) for each in (self, checkpoint))
            if ours != found:
                raise ValueError(f"{name} is '{ours}', the checkpoint's is '{found}'")
        steps, before = self.config.optimizer.steps, checkpoint.config.optimizer.steps
        if steps < before:
            raise ValueError(f"steps is {steps}, must be at least the checkpoint's {before}")
        lengthened = replace(
            checkpoint.config, optimizer=replace(checkpoint.config.optimizer, steps=steps))
        if lengthened != self.config:
            raise ValueError(f"config is {self.config}, the checkpoint's is {checkpoint.config}")
        if not checkpoint.raw or not checkpoint.optimizer:
            raise ValueError('the checkpoint is a model for use; training it cannot go on')
        self.network.load_state_dict(dict(checkpoint.raw))
        self.average.load(checkpoint.average, checkpoint.progress['averaged'])
        for name, parameter in self.network.named_parameters():
            # AdamW keeps the step on the CPU.
            self.optimizer.state[parameter] = {
                moment: checkpoint.optimizer[f'{name}/{moment}'].to(
                    'cpu' if moment == 'step' else self.device).clone()
                for moment in _MOMENTS}
        self.history = {name: value for name, value in checkpoint.progress.items()
                        if name not in ('step', 'averaged')}
        self.step = checkpoint.progress['step']

    def start_from(self, checkpoint: Checkpoint) -> None:
        """
        Begin with the averaged weights of another training, on these motions from step 0.

        :raises ValueError: of another hand model or text encoder, network, representation, layout
            or noise; training has begun
        """
        if self.step:
            raise ValueError(f'training is at step {self.step}, it cannot start from other weights')
        checkpoint.check(self.origin.hand_model, self.origin.text_encoder)
        for name in ('network', 'representation', 'layout', 'noise'):
            ours, found = (getattr(each.config, name) for each in (self, checkpoint))
            if ours != found:
                raise ValueError(f"{name} is {ours}, the weights' is {found}")
        weights = {name: value.to(self.device, torch.float32)
                   for name, value in checkpoint.average.items()}
        self.network.load_state_dict(weights)
        self.average.load(weights, checkpoint.progress.get('averaged', 0))

    def _losses(self, batch: TrainingBatch, generator: torch.Generator, network) -> torch.Tensor:
        """Return the losses (5, B) of a network on a batch at random steps."""
        clean = self.codec.encode(batch.channels, batch.channel_mask)
        step = torch.randint(self.config.noise.steps, (len(clean),), generator=generator,
                             device=self.device)
        noise = torch.randn(clean.shape, generator=generator, device=self.device)
        noisy = self.config.noise.add_noise(clean, noise, step)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half_precision):
            predicted = network(noisy, step, batch.condition)
        losses = syncdiff_losses(
            predicted.float(), clean, batch.condition, self.codec, self.config.loss)
        total = self.step_weights[step] * losses.weighted(self.config.loss)
        return torch.stack([total, *(getattr(losses, name) for name in LOSSES)])

    def _step_weights(self) -> torch.Tensor:
        """Return the weight of each diffusion step (steps,), of mean 1; see LossConfig.min_snr."""
        ratio = self.config.noise.log_snr.exp()
        gamma = self.config.loss.min_snr
        weights = torch.ones_like(ratio) if gamma is None else ratio.clamp(max=gamma)
        return (weights / weights.mean()).float()
