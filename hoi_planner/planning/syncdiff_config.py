# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""SyncDiffGeneratorConfig: which weights plan, and how they are sampled."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hoi_planner.assets import config_path, models_path
from hoi_planner.diffusion.noise_schedule import NoiseSchedule
from hoi_planner.methods.syncdiff.sampling_config import SamplingConfig
import yaml

FILE = 'generators.yaml'
MAX_THREADS = 64
MAX_FIT_EVERY = 6       # half the shortest period of a sample
MAX_FIT_ITERATIONS = 100


@dataclass(frozen=True)
class SyncDiffGeneratorConfig:
    """
    How candidates are made.

    checkpoint: a name in models/, or an absolute path
    refine: whether sampled motions are refined, see refinement.refine; what cannot be
        refined is refused then
    sampling: fields of SamplingConfig; its noise is the checkpoint's
    fit_every: hands are fitted at every n-th frame, see fitted_motions; 1 to MAX_FIT_EVERY
    fit_iterations: of a hand's fit at most, 1 to MAX_FIT_ITERATIONS. Refined plans take from it
        which hand holds what, and where hands are that hold nothing; their grasps are proven ones.
        After 1 the joints are 7.25 mm from the sampled ones on average, 7.06 mm when converged,
        after 4 to 7, which takes twice the time
    threads: in which hands are fitted and candidates refined, 1 to MAX_THREADS; the plans are the
        same with any number
    min_similarity, min_margin: of a free text to the nearest task's sentence, and how much nearer
        than to any other task's, see sentences.understand; below, the text is not understood. Of
        the table's 55 sentences, each tried without itself in the table, 25 pass and mean the
        right task, 6 pass and mean a wrong one, 24 are refused; of 20 texts that ask for no known
        task 2 pass ('open the window', 'drop table users')
    """

    checkpoint: str = 'syncdiff/model.safetensors'
    refine: bool = True
    sampling: Mapping[str, Any] = field(default_factory=dict)
    fit_every: int = 3
    fit_iterations: int = 1
    threads: int = 2
    min_similarity: float = 0.4
    min_margin: float = 0.1

    def __post_init__(self):
        """
        Check every field.

        :raises ValueError: names the field, its value and the limit
        """
        if not self.checkpoint:
            raise ValueError('checkpoint is empty, must name a file')
        for name, most in (('fit_every', MAX_FIT_EVERY), ('threads', MAX_THREADS),
                           ('fit_iterations', MAX_FIT_ITERATIONS)):
            if not 1 <= getattr(self, name) <= most:
                raise ValueError(f'{name} is {getattr(self, name)}, must be 1 to {most}')
        for name in ('min_similarity', 'min_margin'):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f'{name} is {getattr(self, name)}, must be 0 to 1')
        self.sampling_config(NoiseSchedule())

    def sampling_config(self, noise: NoiseSchedule) -> SamplingConfig:
        """
        Return how to sample a network that was trained with this noise.

        :raises ValueError: a wrong field of sampling
        """
        try:
            return SamplingConfig(**{**self.sampling, 'noise': noise})
        except TypeError as error:
            raise ValueError(f'sampling: {error}') from error

    def checkpoint_path(self) -> Path:
        """
        Return the checkpoint's file.

        :raises FileNotFoundError: there is none in models/
        :raises ValueError: the name leads out of models/
        """
        path = Path(self.checkpoint).expanduser()
        return path if path.is_absolute() else models_path(self.checkpoint)


def load_syncdiff_config(path: Path | None = None) -> SyncDiffGeneratorConfig:
    """
    Read the part `syncdiff` of the generators' parameters.

    :param path: config/generators.yaml when None
    :raises ValueError: an unknown field, a wrong value; names the file
    """
    path = config_path(FILE) if path is None else path
    words = yaml.safe_load(path.read_text())
    try:
        return SyncDiffGeneratorConfig(**words['syncdiff'])
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"'{path}', part syncdiff: {error}") from error
