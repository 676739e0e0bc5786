# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Statistics of states against plain ones over what is there."""

from hoi_planner.methods.syncdiff.representation import LinearCodec
from hoi_planner.methods.syncdiff.representation_config import RepresentationConfig
from hoi_planner.methods.syncdiff.state_statistics import state_statistics, StateStatistics
from hoi_planner.motion.body_layout import BodyLayout
import pytest
import torch

LAYOUT = BodyLayout(2, 1, 2)
FORMS = [RepresentationConfig('frames', 'dft', cutoff=6, frames=40),
         RepresentationConfig('spectral', 'dft', cutoff=6, frames=40),
         RepresentationConfig('spectral', 'dct', cutoff=6, frames=40),
         RepresentationConfig('whole', frames=40)]


def data(junk):
    """Return 12 scenes: channel 0 never moves, object 2 is there in half of them."""
    generator = torch.Generator().manual_seed(0)
    motion = torch.randn(12, 40, LAYOUT.width, generator=generator).cumsum(dim=1) + 5
    motion[..., 0] = 0.25
    object_mask = torch.stack([torch.ones(12), torch.arange(12) % 2], dim=1).bool()
    mask = LAYOUT.channel_mask(object_mask, torch.ones(12, 1, dtype=torch.bool))
    motion = torch.where(mask[:, None], motion, junk)
    lengths = torch.randint(10, 41, (12, 1), generator=generator)
    return motion, mask, torch.arange(40) < lengths


@pytest.mark.parametrize('config', FORMS, ids=lambda config: f'{config.form} {config.transform}')
def test_they_are_those_of_a_plain_loop(config):
    motion, mask, frame_mask = data(junk=1e6)
    found = state_statistics(config, LAYOUT, [
        (motion[part], mask[part], frame_mask[part]) for part in (slice(0, 5), slice(5, 12))])
    raw = LinearCodec(config, LAYOUT).encode(motion, mask).double()
    width = LAYOUT.width
    for column in {0, 3, 9, 25, width - 1, width + 3, width + 9} & set(range(raw.shape[2])):
        present = mask[:, column % width]
        in_time = config.form == 'whole' or config.form == 'frames' and column < width
        for token in (0, 4, 6, 11):
            values = raw[present][:, token, column]
            if in_time:                                     # one for all real frames
                values = raw[present][:, :, column][frame_mask[present]]
            least = config.floor * (1 if in_time else 40 ** 0.5)
            assert found.mean[token, column].item() == pytest.approx(
                values.mean().item(), rel=1e-5, abs=1e-6)
            assert found.scale[token, column].item() == pytest.approx(
                max(values.std(correction=0).item(), least), rel=1e-4)


@pytest.mark.parametrize('config', FORMS, ids=lambda config: f'{config.form} {config.transform}')
def test_states_have_unit_variance_where_something_varies(config):
    motion, mask, _ = data(junk=float('nan'))
    whole = torch.ones(12, 40, dtype=torch.bool)
    codec = LinearCodec(config, LAYOUT, state_statistics(config, LAYOUT, [(motion, mask, whole)]))
    state, says = codec.encode(motion, mask), codec.state_mask(mask)
    assert torch.isfinite(state).all()
    assert abs(state[says].mean()) < 0.02 and 0.85 < state[says].std() < 1.05
    # What never changes is 0, not noise blown up; rounding is far below the floor.
    assert state[..., 0].abs().max() < 0.05


def test_what_never_was_there_is_finite():
    config = RepresentationConfig(cutoff=6, frames=40)
    absent = torch.zeros(2, LAYOUT.width, dtype=torch.bool)
    found = state_statistics(config, LAYOUT, [
        (torch.full((2, 40, LAYOUT.width), float('nan')), absent, absent[:, :1].expand(2, 40))])
    assert (found.mean == 0).all()
    torch.testing.assert_close(
        found.scale, torch.full_like(found.scale, config.floor * 40 ** 0.5))


def test_numbers_that_are_not_finite_are_refused():
    motion, mask, frame_mask = data(junk=0.0)
    motion[0, 0, 3] = float('nan')
    with pytest.raises(ValueError, match='mean has a number that is not finite'):
        state_statistics(FORMS[2], LAYOUT, [(motion, mask, frame_mask)])
    with pytest.raises(ValueError, match='scale has 0.0, must be above 0'):
        StateStatistics(torch.zeros(2, 2), torch.zeros(2, 2))
