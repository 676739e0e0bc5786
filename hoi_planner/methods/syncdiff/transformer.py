# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The latent transformer: blocks of self-attention and a feed-forward part, normalised before."""

import math

import torch
from torch import nn
import torch.nn.functional as functional


class TransformerBlock(nn.Module):
    """Self-attention, then two linear layers with GELU; each adds to what it was given."""

    def __init__(self, width: int, heads: int, feedforward: int, dropout: float):
        """Make the layers; width must be a multiple of heads."""
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.attention_norm, self.feedforward_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.queries_keys_values = nn.Linear(width, 3 * width)
        self.mixed = nn.Linear(width, width)
        self.wide, self.narrow = nn.Linear(width, feedforward), nn.Linear(feedforward, width)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return tokens (B, T, width)."""
        tokens = tokens + self._dropped(self._attended(self.attention_norm(tokens)))
        hidden = functional.gelu(self.wide(self.feedforward_norm(tokens)))
        return tokens + self._dropped(self.narrow(self._dropped(hidden)))

    def _attended(self, tokens: torch.Tensor) -> torch.Tensor:
        parts = self.queries_keys_values(tokens).unflatten(-1, (3, self.heads, -1))
        queries, keys, values = parts.movedim(2, 0).transpose(2, 3)     # each (B, heads, T, .)
        mixed = functional.scaled_dot_product_attention(
            queries, keys, values, dropout_p=self.dropout if self.training else 0.0)
        return self.mixed(mixed.transpose(1, 2).flatten(2))

    def _dropped(self, tokens: torch.Tensor) -> torch.Tensor:
        return functional.dropout(tokens, self.dropout, self.training) if self.dropout else tokens


class StepEmbedding(nn.Module):
    """The diffusion step as a vector (Table 13): sines and cosines, then two linear layers."""

    def __init__(self, frequencies: int, hidden: int, width: int):
        """Lay out the frequencies, half of them for sines; 1 down to nearly 1 / 10000."""
        super().__init__()
        half = frequencies // 2
        self.register_buffer(
            'rates', torch.exp(-math.log(10_000) / half * torch.arange(half)), persistent=False)
        self.layers = nn.Sequential(
            nn.Linear(frequencies, hidden), nn.GELU(), nn.Linear(hidden, width))

    def forward(self, step: torch.Tensor) -> torch.Tensor:
        """Return the embeddings (B, width) of steps (B,)."""
        angles = step[:, None] * self.rates
        return self.layers(torch.cat([angles.sin(), angles.cos()], dim=-1))
