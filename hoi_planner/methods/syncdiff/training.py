# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Training of SyncDiff: the loop around a Trainer, with what it leaves in its folder.

checkpoint.safetensors is all that going on takes; model.safetensors is the averaged weights alone,
half precision, for sampling; scalars.jsonl (and tensorboard/) are the losses.
"""

from collections.abc import Callable
from pathlib import Path
import time

from hoi_planner.methods.syncdiff.checkpoint_file import load_checkpoint, save_checkpoint
from hoi_planner.methods.syncdiff.scalar_log import ScalarLog
from hoi_planner.methods.syncdiff.trainer import LOSSES, Trainer
import torch
from tqdm import tqdm

CHECKPOINT, MODEL = 'checkpoint.safetensors', 'model.safetensors'
_REPORT_EVERY = 20      # steps; reading losses waits for the device


def train(
    trainer: Trainer, folder: Path, minutes: float | None = None,
    stop: Callable[[], bool] = lambda: False, progress: bool = True, until: int | None = None,
) -> str:
    """
    Train up to config.optimizer.steps, or until told to stop; leave a checkpoint in any case.

    :param folder: for checkpoint, model and scalars; made if it is not there
    :param minutes: at most so many, from now
    :param stop: asked after each step
    :param until: end before this step, without changing how the learning rate falls
    :raises ValueError: a loss is not finite; the last checkpoint stays as it was
    :return: why it ended: 'finished', 'out of time' or 'stopped'
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = trainer.config.optimizer
    last = min(config.steps, until or config.steps)
    begin, before = time.monotonic(), trainer.history.get('seconds', 0.0)
    recent: list[torch.Tensor] = []
    why = 'finished'

    def save() -> None:
        trainer.history['seconds'] = before + time.monotonic() - begin
        save_checkpoint(trainer.checkpoint(), folder / CHECKPOINT)

    with ScalarLog(folder) as log, tqdm(
            total=config.steps, initial=trainer.step, unit='step', disable=not progress) as bar:
        while trainer.step < last:
            recent.append(trainer.update())
            bar.update()
            ends = trainer.step == last
            if minutes is not None and time.monotonic() - begin >= 60 * minutes:
                why, ends = 'out of time', True
            if stop():
                why, ends = 'stopped', True
            if len(recent) == _REPORT_EVERY or ends:
                _report(trainer, recent, log, bar)
            if trainer.step % config.validate_every == 0 or ends:
                _validate(trainer, log, bar)
            if trainer.step % config.save_every == 0 and not ends:
                save()
            if ends:
                break
    save()
    save_checkpoint(trainer.checkpoint().for_use(), folder / MODEL)
    return 'finished' if trainer.step == config.steps else why


def resume(trainer: Trainer, folder: Path) -> None:
    """
    Let a trainer go on from a folder's checkpoint.

    :raises FileNotFoundError: there is none
    :raises ValueError: it is damaged, or of another training; see Trainer.resume
    """
    path = folder / CHECKPOINT
    checkpoint = load_checkpoint(path)
    try:
        trainer.resume(checkpoint)
    except ValueError as error:
        raise ValueError(f"cannot go on from '{path}': {error}") from error


def start_from(trainer: Trainer, path: Path) -> None:
    """
    Let a trainer begin with the weights of a file.

    :raises FileNotFoundError: there is none
    :raises ValueError: it is damaged, or of another network; see Trainer.start_from
    """
    checkpoint = load_checkpoint(path)
    try:
        trainer.start_from(checkpoint)
    except ValueError as error:
        raise ValueError(f"cannot start from '{path}': {error}") from error


def _report(trainer: Trainer, recent: list[torch.Tensor], log: ScalarLog, bar: tqdm) -> None:
    """Write the mean losses of the steps since the last report, and forget them."""
    means = torch.stack(recent).mean(dim=0).tolist()
    recent.clear()
    if not all(map(torch.isfinite, torch.tensor(means))):
        raise ValueError(f'the loss is not finite at step {trainer.step}: {means}')
    trainer.history['loss'] = means[0]
    log.write(trainer.step, dict(zip(('loss', *LOSSES), means)))
    bar.set_postfix(loss=f'{means[0]:.4f}', refresh=False)


def _validate(trainer: Trainer, log: ScalarLog, bar: tqdm) -> None:
    """Write the validation losses."""
    losses = trainer.validate()
    if losses:
        trainer.history.update(losses)
        log.write(trainer.step, losses)
        bar.write(f"step {trainer.step}: validation {losses['validation']:.4f}")
