# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""SyncDiffConfig: sizes of the network, noise, losses and training; presets by name."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
import math
from pathlib import Path

from hoi_planner.assets import config_path
from hoi_planner.diffusion.noise_schedule import NoiseSchedule
from hoi_planner.methods.syncdiff.representation_config import RepresentationConfig
from hoi_planner.motion.body_layout import BodyLayout
import yaml

ABLATIONS = ('no_split', 'no_align')


@dataclass(frozen=True)
class NetworkConfig:
    """
    Sizes of the network; the defaults are the paper's, Tables 11 to 14.

    The paper gives neither the latent transformer's feed-forward width nor its dropout, and no
    kernel of its Conv1D: 4 times the width, none, and 1 are ours.
    """

    text: int = 256                 # E, of the sentence embeddings (the paper's CLIP: 512)
    basis_points: int = 1024        # Q
    label_hidden: int = 512         # Table 11
    geometry_hidden: int = 512      # Table 12
    feature: int = 128              # of a label, of a geometry: Tables 11 and 12
    step_frequencies: int = 64      # Table 13
    step_hidden: int = 256
    width: int = 1024               # Table 14
    layers: int = 4
    heads: int = 8
    feedforward: int = 4096
    dropout: float = 0.0

    def __post_init__(self):
        """
        Check every field.

        :raises ValueError: names the field, its value and the limit
        """
        for item in fields(self):
            if item.name != 'dropout' and getattr(self, item.name) < 1:
                raise ValueError(f'{item.name} is {getattr(self, item.name)}, must be at least 1')
        if not 0 <= self.dropout < 1:
            raise ValueError(f'dropout is {self.dropout}, must be at least 0 and below 1')
        if self.width % (2 * self.heads):
            raise ValueError(f'width is {self.width}, must be a multiple of twice heads '
                             f'({self.heads})')
        if self.step_frequencies % 2:
            raise ValueError(f'step_frequencies is {self.step_frequencies}, must be even')


@dataclass(frozen=True)
class LossConfig:
    """
    Weights of the losses; the defaults are the paper's for TACO (Table 15).

    align_unit: the length in metres that counts as 1 in L_align. L_dc and L_ac are of normalised
        states, where 1 is about this length; the paper's weights stand for losses of one unit
    frame_stride: L_align and L_norm look at every so-many-th frame: on all 200, they cost as much
        as the network does, and what a spectral state holds changes little in four frames
    min_snr: gamma of min-SNR weighting (Hang et al., 2023); None: every step weighs the same, as
        in the paper. For a predicted x_0 the weight is min(SNR, gamma), here of mean 1
    """

    dc: float = 1.0
    ac: float = 2.5
    norm: float = 0.1
    align: float = 0.3
    align_unit: float = 0.1
    frame_stride: int = 1
    min_snr: float | None = None

    def __post_init__(self):
        """
        Check every field.

        :raises ValueError: names the field, its value and the limit
        """
        for name in ('dc', 'ac', 'norm', 'align'):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(f'{name} is {getattr(self, name)}, must be at least 0')
        for name in ('align_unit', 'min_snr', 'frame_stride'):
            value = getattr(self, name)
            if value is not None and not 0 < value < math.inf:
                raise ValueError(f'{name} is {value}, must be above 0')


@dataclass(frozen=True)
class OptimizerConfig:
    """
    How weights are found; batch size, learning rate and EMA are the paper's (Table 15).

    AdamW with weight_decay 0 is the paper's Adam. The rate rises over warm_up steps and falls by a
    cosine to final_rate of itself at the last step; final_rate 1 keeps it, as in the paper.
    """

    batch_size: int = 32
    steps: int = 250_000
    learning_rate: float = 1e-4
    weight_decay: float = 0.0
    warm_up: int = 0
    final_rate: float = 1.0
    gradient_clip: float = 1.0
    ema_decay: float = 0.995
    held_out: float = 0.05          # share of the motions for the validation loss
    validate_every: int = 1000      # steps
    save_every: int = 1000

    def __post_init__(self):
        """
        Check every field.

        :raises ValueError: names the field, its value and the limit
        """
        for name in ('batch_size', 'steps', 'validate_every', 'save_every'):
            if getattr(self, name) < 1:
                raise ValueError(f'{name} is {getattr(self, name)}, must be at least 1')
        for name in ('learning_rate', 'gradient_clip'):
            if not 0 < getattr(self, name) < math.inf:
                raise ValueError(f'{name} is {getattr(self, name)}, must be above 0')
        for name in ('weight_decay', 'warm_up'):
            if getattr(self, name) < 0:
                raise ValueError(f'{name} is {getattr(self, name)}, must be at least 0')
        for name in ('final_rate', 'ema_decay', 'held_out'):
            if not 0 <= getattr(self, name) <= 1 or self.held_out == 1:
                raise ValueError(f'{name} is {getattr(self, name)}, must be 0 to 1')


@dataclass(frozen=True)
class SyncDiffConfig:
    """Everything that a training of SyncDiff depends on, beside the data."""

    representation: RepresentationConfig = field(default_factory=RepresentationConfig)
    layout: BodyLayout = field(default_factory=BodyLayout)
    network: NetworkConfig = field(default_factory=NetworkConfig)
    noise: NoiseSchedule = field(default_factory=NoiseSchedule)
    loss: LossConfig = field(default_factory=LossConfig)
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)
    seed: int = 0

    def to_words(self) -> dict:
        """Return it as dicts of numbers and words, for JSON."""
        return asdict(self)

    @classmethod
    def from_words(cls, words: Mapping) -> 'SyncDiffConfig':
        """
        Return the config that to_words, or a part of it, gives; what is left out is the default.

        :raises ValueError: an unknown field, a wrong number; names it
        """
        parts = {item.name: item.default_factory for item in fields(cls) if item.name != 'seed'}
        unknown = set(words) - set(parts) - {'seed'}
        if unknown:
            raise ValueError(f'unknown fields {sorted(unknown)}, known are {[*parts, "seed"]}')
        try:
            made = {name: kind(**words[name]) for name, kind in parts.items() if name in words}
        except TypeError as error:
            raise ValueError(str(error)) from error
        return cls(**made, seed=words.get('seed', 0))

    def ablated(self, ablation: str) -> 'SyncDiffConfig':
        """
        Return the config of one of the paper's ablations (supplement, C.4).

        no_split: "w/o decompose", the state is the motion itself. no_align: without L_align.

        :raises ValueError: no such ablation
        """
        if ablation not in ABLATIONS:
            raise ValueError(f"ablation '{ablation}' is not one of {ABLATIONS}")
        if ablation == 'no_align':
            return replace(self, loss=replace(self.loss, align=0.0))
        return replace(self, representation=replace(self.representation, form='whole'))


def load_preset(name: str, path: Path | None = None) -> SyncDiffConfig:
    """
    Return a preset by its name.

    :param path: config/syncdiff.yaml when None
    :raises ValueError: no such preset, or a wrong field in it; names the file
    """
    path = config_path('syncdiff.yaml') if path is None else path
    presets = yaml.safe_load(path.read_text())
    if not isinstance(presets, dict) or not isinstance(presets.get(name), dict):
        known = sorted(presets) if isinstance(presets, dict) else None
        raise ValueError(f"'{path}' has no preset '{name}'; it has {known}")
    try:
        return SyncDiffConfig.from_words(presets[name])
    except ValueError as error:
        raise ValueError(f"preset '{name}' of '{path}': {error}") from error
