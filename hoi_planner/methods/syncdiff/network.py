# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
SyncDiff's network (He et al., supplement, D.2, Tables 11 to 14), a contract.Denoiser.

One network serves all numbers of bodies: channels of absent ones are zeros where they come in and
where they go out, so that whatever stands there changes no bit of the others.
"""

from hoi_planner.methods.syncdiff.bases import DC, NO_BAND
from hoi_planner.methods.syncdiff.condition_encoder import ConditionEncoder
from hoi_planner.methods.syncdiff.config import SyncDiffConfig
from hoi_planner.methods.syncdiff.contract import Condition
from hoi_planner.methods.syncdiff.transformer import StepEmbedding, TransformerBlock
import torch
from torch import nn


class SyncDiffNetwork(nn.Module):
    """
    Predicts the clean state, in any form of RepresentationConfig.

    The paper's (`frames`): a token is a frame; x_dc and x_F each go through an encoder of their
    own, with the condition and the padding mask beside them, to half of the latent width; the two
    halves side by side, plus the step's embedding, go through the transformer; from each half a
    decoder makes its part again. `whole` has the one part. `spectral`: a token is a coefficient;
    those of the low band and those of the high one have their own encoder and decoder, of the full
    latent width; padding is told by the share of real frames.

    A linear layer of [part, mask, condition], the same condition at each token, is computed as the
    sum of a layer of [part, mask] and a layer of the condition. Places of tokens are learned.
    x_0 is what the decoders give: with sqrt(abar) x_t added (Karras et al., 2022) the losses fell
    slower, L_align five times: noise has more numbers than a token to take it away through.
    """

    def __init__(self, config: SyncDiffConfig):
        """Make the layers, with weights from torch's global generator."""
        super().__init__()
        self.config = config
        network, channels = config.network, config.layout.width
        tokens = config.representation.token_map()
        blocks, count = tokens.bands.shape
        self.in_time, self.channels = all(tokens.in_time[:1]), channels
        # Which tokens of a state (T, blocks) say something; x_F is padded with zeros.
        self.register_buffer('filled', (tokens.bands != NO_BAND).T, persistent=False)
        # Parts of a state: blocks side by side, or bands one after the other.
        low = int((tokens.bands[0] == DC).sum())
        self.lengths = (count,) * blocks if self.in_time else (low, count - low)
        latent = network.width // blocks
        self.condition = ConditionEncoder(network, config.layout)
        self.encoders = nn.ModuleList(
            nn.Linear(channels + self.in_time, latent) for _ in self.lengths)
        self.condition_encoders = nn.ModuleList(
            nn.Linear(self.condition.width, latent, bias=False) for _ in self.lengths)
        self.step = StepEmbedding(network.step_frequencies, network.step_hidden, network.width)
        self.places = nn.Parameter(0.02 * torch.randn(count, network.width))
        self.blocks = nn.ModuleList(
            TransformerBlock(network.width, network.heads, network.feedforward, network.dropout)
            for _ in range(network.layers))
        self.norm = nn.LayerNorm(network.width)
        self.decoders = nn.ModuleList(nn.Linear(latent, channels) for _ in self.lengths)

    @property
    def state_shape(self) -> tuple[int, int]:
        """Return T, W."""
        return len(self.filled), self.filled.shape[1] * self.channels

    def forward(
        self, state: torch.Tensor, step: torch.Tensor, condition: Condition,
    ) -> torch.Tensor:
        """
        Return the predicted clean state x_0 (B, T, W), zeros where channels are absent.

        :param state: (B, T, W) noisy; anything where channels are absent
        :param step: (B,) int64 diffusion step, 0 to steps - 1
        :raises ValueError: a state of another shape
        """
        return self.denoised(state, step, self.condition(condition), condition)

    def denoised(
        self, state: torch.Tensor, step: torch.Tensor, features: torch.Tensor,
        condition: Condition,
    ) -> torch.Tensor:
        """
        Return `forward` for features = self.condition(condition), which no step changes.

        :param features: (B, F)
        """
        if state.shape[1:] != self.state_shape:
            raise ValueError(f'state has shape {tuple(state.shape)}, must be (B, '
                             f'{self.state_shape[0]}, {self.state_shape[1]})')
        mask = self.state_mask(condition)
        state = torch.where(mask, state, 0.0)
        tokens = self._encoded(state, features, condition.frame_mask)
        tokens = tokens + self.places + self.step(step)[:, None]
        for block in self.blocks:
            tokens = block(tokens)
        clean = self._decoded(self.norm(tokens)).to(state)
        return torch.where(mask, clean, 0.0)

    def state_mask(self, condition: Condition) -> torch.Tensor:
        """Return which numbers of the states (B, T, W) say something."""
        present = self.config.layout.channel_mask(condition.object_mask, condition.hand_mask)
        return (self.filled[None, :, :, None] & present[:, None, None]).flatten(2)

    def _encoded(
        self, state: torch.Tensor, features: torch.Tensor, frame_mask: torch.Tensor,
    ) -> torch.Tensor:
        """Return the latent tokens (B, T, width)."""
        if self.in_time:
            parts = state.split(self.channels, dim=-1)
            real = frame_mask[..., None].to(state)
            parts = [torch.cat([part, real], dim=-1) for part in parts]
        else:
            parts = state.split(self.lengths, dim=1)
        latents = [
            encoder(part) + condition_encoder(features)[:, None]
            for part, encoder, condition_encoder in zip(
                parts, self.encoders, self.condition_encoders)]
        return torch.cat(latents, dim=-1 if self.in_time else 1)

    def _decoded(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return what the decoders make of latent tokens (B, T, width): (B, T, W)."""
        if self.in_time:
            parts = tokens.chunk(len(self.decoders), dim=-1)
        else:
            parts = tokens.split(self.lengths, dim=1)
        decoded = [decoder(part) for part, decoder in zip(parts, self.decoders)]
        return torch.cat(decoded, dim=-1 if self.in_time else 1)


def new_network(config: SyncDiffConfig) -> SyncDiffNetwork:
    """Return a network whose first weights follow from config.seed; torch's generator is kept."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        return SyncDiffNetwork(config)
