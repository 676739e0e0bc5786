# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
LinearCodec: channels in metres <-> the normalised state that is diffused.

He et al., SyncDiff, section 3.3 (frequency decomposition) and appendix D.2. All forms of
RepresentationConfig are linear in the frames, so encoding is one product with a matrix of
bases.TokenMap and a shift and scale, decoding the same backwards.
"""

from hoi_planner.methods.syncdiff.bases import AC, DC
from hoi_planner.methods.syncdiff.representation_config import RepresentationConfig
from hoi_planner.methods.syncdiff.state_statistics import StateStatistics
from hoi_planner.motion.body_layout import BodyLayout
import torch


class LinearCodec(torch.nn.Module):
    """
    A MotionCodec (see contract.MotionCodec) of any form; a module without parameters.

    dc_mask, ac_mask: (T, W) bool, the entries of a state that are of this band; neither where
        `frames` has its zero padding. `whole` is all dc
    mean, scale: (T, W) of the state before normalisation: state * scale + mean is in metres (an
        orthonormal transform's coefficients: a sum of squares is that over the frames)

    The halves of the dft's edges make encode(decode(state)) differ from the state at |l| = L (half
    of it remains) and, for `frames`, share |l| = 3 evenly between the bands. For `whole` and dct
    it is the state.
    """

    def __init__(
        self, config: RepresentationConfig, layout: BodyLayout,
        statistics: StateStatistics | None = None,
    ):
        """
        Lay out the matrices.

        :param statistics: of this config and layout; None: no normalisation, mean 0 and scale 1
        :raises ValueError: statistics of another shape
        """
        super().__init__()
        self.config, self.layout = config, layout
        tokens = config.token_map()
        blocks, count, _ = tokens.analysis.shape
        self.state_shape = (count, blocks * layout.width)
        statistics = statistics or StateStatistics.none(self.state_shape)
        if statistics.mean.shape != self.state_shape:
            raise ValueError(f'statistics are of shape {tuple(statistics.mean.shape)}, this state '
                             f'is {self.state_shape}')
        bands = tokens.bands.T.repeat_interleave(layout.width, dim=1)
        for name, value in {
            'analysis': tokens.analysis.flatten(0, 1).float(),              # (P T, N)
            'synthesis': torch.cat([*tokens.synthesis], dim=1).float(),     # (N, P T)
            'mean': statistics.mean.float(), 'scale': statistics.scale.float(),
            'dc_mask': bands == DC, 'ac_mask': bands == AC,
        }.items():
            self.register_buffer(name, value, persistent=False)

    def encode(self, channels: torch.Tensor, channel_mask: torch.Tensor) -> torch.Tensor:
        """
        Return the state of channels; differentiable, float32.

        :param channels: (B, N, C) metres; absent ones may be anything, NaN too
        :param channel_mask: (B, C) bool, see BodyLayout.channel_mask
        :raises ValueError: another number of frames or channels
        :return: (B, T, W), absent channels and zero padding are 0
        """
        if channels.shape[1:] != (self.config.frames, self.layout.width):
            raise ValueError(f'channels have shape {tuple(channels.shape)}, must be (B, '
                             f'{self.config.frames}, {self.layout.width})')
        with torch.autocast(channels.device.type, enabled=False):
            present = torch.where(channel_mask[:, None], channels.float(), 0.0)
            blocks = (self.analysis @ present).unflatten(1, (-1, self.state_shape[0]))
            state = (blocks.movedim(1, 2).flatten(2) - self.mean) / self.scale  # (B, T, P C)
            return torch.where(self.state_mask(channel_mask), state, 0.0)

    def decode(self, state: torch.Tensor, channel_mask: torch.Tensor) -> torch.Tensor:
        """
        Return the channels of a state; differentiable, float32. Quaternions are not normalised.

        :param state: (B, T, W); where channels are absent and at zero padding it may be anything
        :param channel_mask: (B, C) bool
        :raises ValueError: another shape of state
        :return: (B, N, C) metres, absent channels are 0
        """
        if state.shape[1:] != self.state_shape:
            raise ValueError(f'state has shape {tuple(state.shape)}, must be (B, '
                             f'{self.state_shape[0]}, {self.state_shape[1]})')
        with torch.autocast(state.device.type, enabled=False):
            state = torch.where(
                self.state_mask(channel_mask), state.float() * self.scale + self.mean, 0.0)
            blocks = state.unflatten(2, (-1, self.layout.width)).movedim(2, 1)  # (B, P, T, C)
            return self.synthesis @ blocks.flatten(1, 2)

    def state_mask(self, channel_mask: torch.Tensor) -> torch.Tensor:
        """Return which entries of the states (B, T, W) say something, of channels (B, C)."""
        blocks = self.state_shape[1] // self.layout.width
        return channel_mask.repeat(1, blocks)[:, None] & (self.dc_mask | self.ac_mask)
