# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""RepresentationConfig: which numbers of a motion are diffused."""

from dataclasses import dataclass

from hoi_planner.methods.syncdiff.bases import (
    frames_map, spectral_map, TokenMap, TRANSFORMS, whole_map,
)
from hoi_planner.motion.frequency_split import CUTOFF, LOW
from hoi_planner.motion.record import MAX_FRAMES

FORMS = ('frames', 'spectral', 'whole')


@dataclass(frozen=True)
class RepresentationConfig:
    """
    The form of the state that is diffused; N frames, C channels, cutoff L.

    form:
        frames: the paper's, (N, 2 C): x_dc and x_F, see bases.frames_map
        spectral: the kept coefficients alone, (2 L + 1, C) for dft, (2 L, C) for dct
        whole: no decomposition, (N, C): the paper's ablation "w/o decompose"
    transform: of the spectral form, 'dft' or 'dct'; `frames` is the paper's, hence 'dft'
    cutoff: L; not used by `whole`
    frames: N; shorter motions repeat their last frame. A spectrum needs a value at every frame,
        and of the ways to go on this one alone keeps the motion continuous and says what is true:
        the bodies rest. It costs: the corner at the last real frame, and at the wrap of a dft the
        jump back to the first frame, stand in the spectrum, and coefficients of short motions are
        of another size than those of long ones
    floor: the least scale of a channel, root mean square over the frames in its own unit (metres;
        for a quaternion 1e-3 is 2 mrad): what varies less is not blown up to unit variance
    """

    form: str = 'spectral'
    transform: str = 'dct'
    cutoff: int = CUTOFF
    frames: int = MAX_FRAMES
    floor: float = 1e-3

    def __post_init__(self):
        """
        Check every field.

        :raises ValueError: names the field, its value and the limit
        """
        if self.form not in FORMS:
            raise ValueError(f"form is '{self.form}', must be one of {FORMS}")
        if self.transform not in TRANSFORMS:
            raise ValueError(f"transform is '{self.transform}', must be one of {TRANSFORMS}")
        if self.form == 'frames' and self.transform != 'dft':
            raise ValueError(f"transform is '{self.transform}', must be 'dft' with form 'frames'")
        if not LOW < self.cutoff <= self.frames // 2:
            raise ValueError(f'cutoff is {self.cutoff}, must be above {LOW} and at most half of '
                             f'the {self.frames} frames')
        if not self.floor > 0:
            raise ValueError(f'floor is {self.floor}, must be above 0')

    def token_map(self) -> TokenMap:
        """Return the matrices of this form."""
        if self.form == 'whole':
            return whole_map(self.frames)
        if self.form == 'frames':
            return frames_map(self.frames, self.cutoff)
        return spectral_map(self.frames, self.cutoff, self.transform)
