# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Sampling of SyncDiff: from noise to the motions of all bodies, a batch of candidates at a time.

He et al., SyncDiff, section 3.6 and Algorithm 1 of the supplement; the other solvers and ways to
synchronize are in diffusion.solvers and synchronization.
"""

from collections.abc import Callable
from dataclasses import replace

from hoi_planner.cancellation import CancelToken
from hoi_planner.methods.syncdiff.contract import Condition, Denoiser, MotionCodec
from hoi_planner.methods.syncdiff.refinement import due_at, refine
from hoi_planner.methods.syncdiff.sampling_config import SamplingConfig
from hoi_planner.methods.syncdiff.sync_schedule import sync_steps
from hoi_planner.methods.syncdiff.synchronization import synchronize
from hoi_planner.motion.body_layout import Bodies
import torch


def sample(
    denoiser: Denoiser, codec: MotionCodec, condition: Condition, config: SamplingConfig,
    generator: torch.Generator, progress: Callable[[int, int], None] | None = None,
    cancel: CancelToken | None = None,
) -> Bodies:
    """
    Return the sampled motions of B conditions; the same generator gives the same, bit for bit.

    For K candidates of one scene, hand in condition.repeated(K). Where config.start_when is not
    `never`, the motions begin at start_poses and known start_joints and end at known goal_poses, to
    rounding. Quaternions have norm 1; what is absent is 0.

    :param condition: on the denoiser's device
    :param generator: on any device; noise is drawn there
    :param progress: called with the steps done and their number after each step
    :param cancel: looked at before each step
    :raises HoiPlannerError: cancel's, between two steps
    """
    return _Run(denoiser, codec, condition, config, generator).sample(progress, cancel)


class _Run:
    """One call of sample: what stays the same in its steps."""

    def __init__(self, denoiser, codec, condition, config, generator):
        self.denoiser, self.codec, self.condition = denoiser, codec, condition
        self.config, self.generator = config, generator
        self.masks = condition.object_mask, condition.hand_mask
        self.channel_mask = codec.layout.channel_mask(*self.masks)
        self.state_mask = codec.state_mask(self.channel_mask)
        self.table = config.table()
        self.sync_steps = sync_steps(self.table.noise, config.interval, config.strength) if (
            config.synchronization == 'algorithm_1') else {}

    @torch.no_grad()
    def sample(self, progress, cancel) -> Bodies:
        """Run all steps and finish the motions."""
        state, before, due_before = self.noise(), None, None
        for index, step in enumerate(self.table.steps.tolist()):
            if cancel is not None:
                cancel.check('sampling')
            clean = self.predict(state, step)
            due = due_at(self.config, index)
            if any(due):
                clean = self.refined(clean, *due)
            # Where refining sets in, the clean states before and after are not of one kind: to
            # extrapolate from them would add the difference. Without it the step is of first order.
            mean = self.table.mean(index, state, clean, before if due == due_before else clean)
            state = self.next_state(index, state, mean)
            before, due_before = clean, due
            if progress is not None:
                progress(index + 1, len(self.table))
        channels = self.codec.layout.pack(self.finished(self.decode(state)))
        return self.codec.layout.unpack(channels.where(self.channel_mask[:, None], 0.0))

    def finished(self, bodies: Bodies) -> Bodies:
        """Return the final motions: in agreement, and from start to goal, where config says so."""
        config = self.config
        if config.agree:
            bodies = refine(bodies, self.condition, config, synchronized=True, started=False)
            config = replace(config, synchronization='consensus')
        return refine(bodies, self.condition, config, True, config.start_when != 'never')

    def noise(self) -> torch.Tensor:
        """Draw from the standard normal distribution, (B, T, W); 0 where states are 0."""
        noise = torch.randn(
            self.state_mask.shape, generator=self.generator, device=self.generator.device)
        return noise.to(self.state_mask.device).where(self.state_mask, 0.0)

    def predict(self, state: torch.Tensor, step: int) -> torch.Tensor:
        """Return the network's x_0."""
        steps = torch.full((len(state),), step, dtype=torch.long, device=state.device)
        return self.denoiser(state, steps, self.condition).to(state).where(self.state_mask, 0.0)

    def next_state(self, index: int, state: torch.Tensor, mean: torch.Tensor) -> torch.Tensor:
        """Return the mean with its noise: lines 12 to 38 of Algorithm 1, where it is due."""
        deviation = self.table.rows[index][3]
        if index in self.sync_steps:
            sync, source = self.sync_steps[index], self.decode(state)
            mean = self.changed(
                mean, lambda bodies: synchronize(bodies, source, sync.weight, *self.masks))
            deviation = sync.deviation
        return mean + deviation * self.noise() if deviation else mean

    def refined(self, clean: torch.Tensor, synchronized: bool, started: bool) -> torch.Tensor:
        """Return a clean state, refined in metres."""
        return self.changed(clean, lambda bodies: refine(
            bodies, self.condition, self.config, synchronized, started))

    def changed(self, state: torch.Tensor, change: Callable[[Bodies], Bodies]) -> torch.Tensor:
        """
        Return the state after its motions were changed.

        The difference is encoded, not the result: of a state's numbers, decoding may lose some
        (those beyond the cutoff, what bands share), and they are not to be lost by this.
        """
        bodies = self.decode(state)
        return state + self.encode(change(bodies)) - self.encode(bodies)

    def decode(self, state: torch.Tensor) -> Bodies:
        """Return the motions of a state."""
        return self.codec.layout.unpack(self.codec.decode(state, self.channel_mask))

    def encode(self, bodies: Bodies) -> torch.Tensor:
        """Return the state of motions."""
        return self.codec.encode(self.codec.layout.pack(bodies), self.channel_mask)
