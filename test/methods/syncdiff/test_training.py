# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Training: it fits what it sees, goes on to the same bits, ends cleanly, and logs."""

from collections import Counter
from dataclasses import replace
import importlib.util

from hoi_planner.methods.syncdiff.checkpoint_file import load_checkpoint
from hoi_planner.methods.syncdiff.config import load_preset, OptimizerConfig
from hoi_planner.methods.syncdiff.drawing import generator_of, held_out_items, Shuffle
from hoi_planner.methods.syncdiff.ema import WeightAverage
from hoi_planner.methods.syncdiff.network import new_network
from hoi_planner.methods.syncdiff.scalar_log import read_scalars
from hoi_planner.methods.syncdiff.trainer import learning_rate
from hoi_planner.methods.syncdiff.training import CHECKPOINT, MODEL, resume, train
import pytest
from synthetic_training import synthetic_trainer
import torch


def same_weights(one, two) -> bool:
    """Return whether two checkpoints have the same bits, optimiser included."""
    groups = ('average', 'raw', 'optimizer')
    assert all(getattr(one, group) for group in groups)
    return one.progress['step'] == two.progress['step'] and all(
        torch.equal(value, getattr(two, group)[name])
        for group in groups for name, value in getattr(one, group).items())


def test_it_fits_four_motions():
    trainer = synthetic_trainer(4, held_out=0.0, steps=200, learning_rate=3e-3, ema_decay=0.97)
    losses = torch.stack([trainer.update() for _ in range(200)])
    first, last = losses[:10].mean(dim=0), losses[-30:].mean(dim=0)
    # Total, dc and ac: measured 7.6, 5.1 and 9.4 times.
    assert (last[:3] < first[:3] / 4).all(), (first, last)


def test_going_on_gives_the_same_bits(tmp_path):
    config = load_preset('tiny')
    config = replace(config, network=replace(config.network, dropout=0.1))

    def new():
        return synthetic_trainer(config=config, steps=6, warm_up=2, final_rate=0.1)

    assert train(new(), tmp_path / 'at once', progress=False) == 'finished'
    first = new()
    train(first, tmp_path / 'in two', progress=False, until=3)
    assert first.step == 3
    torch.rand(17)          # torch's own generators have nothing to do with it
    second = new()
    resume(second, tmp_path / 'in two')
    assert second.step == 3
    assert train(second, tmp_path / 'in two', progress=False) == 'finished'
    once, twice = (load_checkpoint(tmp_path / name / CHECKPOINT) for name in ('at once', 'in two'))
    assert once.progress['step'] == 6 and same_weights(once, twice)
    assert once.progress['validation'] == twice.progress['validation']
    other = load_checkpoint(tmp_path / 'at once' / CHECKPOINT)
    other.average['places'][0, 0] += 1e-6
    assert not same_weights(once, other)


def test_the_model_for_use_is_the_average_in_half_precision(tmp_path):
    trainer = synthetic_trainer(steps=3)
    train(trainer, tmp_path, progress=False)
    model = load_checkpoint(tmp_path / MODEL)
    assert not model.raw and not model.optimizer
    assert (tmp_path / MODEL).stat().st_size < (tmp_path / CHECKPOINT).stat().st_size / 4
    network = model.network()
    for name, value in network.named_parameters():
        torch.testing.assert_close(value, trainer.average.weights[name], atol=1e-3, rtol=1e-3)
    assert not network.training
    with pytest.raises(ValueError, match='model for use'):
        synthetic_trainer(steps=3).resume(model)


@pytest.mark.parametrize('how', ['time', 'stop'])
def test_it_ends_early_with_a_checkpoint(tmp_path, how):
    trainer = synthetic_trainer(steps=1000)
    arguments = {'minutes': 0.0} if how == 'time' else {'stop': lambda: trainer.step >= 2}
    why = train(trainer, tmp_path, progress=False, **arguments)
    assert why == {'time': 'out of time', 'stop': 'stopped'}[how]
    assert load_checkpoint(tmp_path / CHECKPOINT).progress['step'] == trainer.step == (
        1 if how == 'time' else 2)


def test_losses_are_logged(tmp_path):
    train(synthetic_trainer(steps=45, validate_every=30, save_every=30), tmp_path, progress=False)
    lines = read_scalars(tmp_path)
    assert [line['step'] for line in lines if 'loss' in line] == [20, 40, 45]
    assert [line['step'] for line in lines if 'validation' in line] == [30, 45]
    assert {'dc', 'ac', 'align', 'norm'} <= set(lines[0])
    if importlib.util.find_spec('tensorboard') is not None:
        assert list((tmp_path / 'tensorboard').iterdir())


def test_a_loss_that_is_not_finite_ends_it(tmp_path):
    trainer = synthetic_trainer(steps=30)
    trainer.data.channels[...] = float('nan')
    with pytest.raises(ValueError, match='not finite at step 20'):
        train(trainer, tmp_path, progress=False)
    assert not (tmp_path / CHECKPOINT).exists()


@pytest.mark.parametrize('change, message', [
    ({'learning_rate': 1e-5}, 'config is'), ({'steps': 1}, 'steps is 1, must be at least .* 2')])
def test_another_training_is_refused(tmp_path, change, message):
    train(synthetic_trainer(steps=2), tmp_path, progress=False)
    with pytest.raises(ValueError, match=message):
        resume(synthetic_trainer(**{'steps': 2, **change}), tmp_path)


def test_a_training_can_be_made_longer(tmp_path):
    train(synthetic_trainer(steps=2), tmp_path, progress=False)
    longer = synthetic_trainer(steps=4)
    resume(longer, tmp_path)
    assert longer.step == 2
    assert train(longer, tmp_path, progress=False) == 'finished'
    assert load_checkpoint(tmp_path / CHECKPOINT).config.optimizer.steps == 4


def test_other_data_is_refused(tmp_path):
    train(synthetic_trainer(steps=2), tmp_path, progress=False)
    trainer = synthetic_trainer(steps=2)
    trainer.origin = replace(trainer.origin, data_hash='0' * 64)
    with pytest.raises(ValueError, match='data_hash'):
        resume(trainer, tmp_path)


def test_validation_repeats_itself_and_held_out_motions_are_never_trained_on():
    trainer = synthetic_trainer(6, held_out=0.3, steps=20)
    asked = []
    batch = trainer.data.batch
    trainer.data.batch = lambda items, *rest: asked.append(items) or batch(items, *rest)
    for _ in range(5):
        trainer.update()
    seen, held = set(torch.cat(asked).tolist()), set(trainer.held_out.tolist())
    assert len(held) == 2 and seen == set(range(6)) - held
    assert trainer.validate() == trainer.validate()


def test_min_snr_weighs_the_steps():
    config = load_preset('tiny')
    trainer = synthetic_trainer(config=replace(config, loss=replace(config.loss, min_snr=5.0)))
    ratio = trainer.config.noise.alphas_cumprod / (1 - trainer.config.noise.alphas_cumprod)
    expected = torch.minimum(ratio, torch.tensor(5.0))
    torch.testing.assert_close(trainer.step_weights, (expected / expected.mean()).float())
    assert (synthetic_trainer().step_weights == 1).all()


def test_each_item_comes_once_an_epoch():
    shuffle = Shuffle(torch.arange(10, 17), seed=1)
    drawn = torch.cat([shuffle.batch(step, 3) for step in range(7)]).tolist()
    for epoch in range(3):
        assert Counter(drawn[7 * epoch:7 * epoch + 7]) == Counter(range(10, 17))
    assert drawn[:7] != drawn[7:14]
    # The same whatever was asked before.
    assert Shuffle(torch.arange(10, 17), seed=1).batch(5, 3).tolist() == drawn[15:18]


def test_draws_differ_by_seed_stream_and_step():
    draws = {torch.rand(1, generator=generator_of(*key)).item() for key in [
        (0, 'noise', 0), (0, 'noise', 1), (1, 'noise', 0), (0, 'batch', 0), (2**33, 'noise', 0)]}
    assert len(draws) == 5


def test_too_few_motions_are_refused():
    assert [len(part) for part in held_out_items(2, 0.1, 0)] == [1, 1]
    with pytest.raises(ValueError, match='has 1 motions'):
        held_out_items(1, 0.1, 0)


def test_the_rate_rises_and_falls():
    config = OptimizerConfig(steps=100, warm_up=10, learning_rate=1.0, final_rate=0.1)
    rates = [learning_rate(config, step) for step in range(101)]
    assert rates[:10] == pytest.approx([0.1 * k for k in range(1, 11)])
    assert (rates[10], rates[55], rates[100]) == pytest.approx((1.0, 0.55, 0.1))
    assert all(a > b for a, b in zip(rates[10:], rates[11:]))
    assert learning_rate(OptimizerConfig(), 100_000) == 1e-4


def test_the_average_is_the_sum_of_decayed_weights():
    network = new_network(load_preset('tiny'))
    average = WeightAverage(network, 0.3)
    expected = network.places.detach().double().clone()
    for k in range(6):
        with torch.no_grad():
            network.places += k
        average.update(network)
        decay = min(0.3, (1 + k) / (10 + k))
        expected = decay * expected + (1 - decay) * network.places.detach()
    torch.testing.assert_close(average.weights['places'].double(), expected, atol=1e-5, rtol=0)
