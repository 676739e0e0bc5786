# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Train the action recognizer, keep it on disk, ask it.

SyncDiff's RA and FID use a classifier trained on the real motions of training, validation and test
together (appendix, "Is the metric RA fair?"): one that saw the training split alone would prefer
motions that repeat it.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
import json
import math
from pathlib import Path

from hoi_planner.evaluation.action_recognizer import ActionRecognizer, RecognizerConfig
from hoi_planner.evaluation.action_tensors import ActionTensors
from hoi_planner.files import existing_file, write_whole
from safetensors import safe_open, SafetensorError
from safetensors.torch import save
import torch
from torch.nn.functional import cross_entropy

VERSION = 1
_METADATA = 'hoi_planner_action_recognizer'
_BATCH = 256                # of motions looked at, not trained on


@dataclass(frozen=True)
class TrainingConfig:
    """How it is trained: AdamW, the learning rate falling to 0 along a cosine."""

    epochs: int = 40
    batch: int = 64
    learning_rate: float = 1e-3
    weight_decay: float = 1e-2

    def __post_init__(self):
        """
        Check the numbers.

        :raises ValueError: names the field, its value and the limit
        """
        for name in ('epochs', 'batch'):
            if getattr(self, name) < 1:
                raise ValueError(f'{name} is {getattr(self, name)}, must be at least 1')
        if not 0 < self.learning_rate < math.inf:
            raise ValueError(f'learning_rate is {self.learning_rate}, must be above 0')
        if not 0 <= self.weight_decay < math.inf:
            raise ValueError(f'weight_decay is {self.weight_decay}, must be at least 0')


def train_recognizer(
    motions: ActionTensors, labels: Sequence[str], generator: torch.Generator,
    config: RecognizerConfig = RecognizerConfig(), training: TrainingConfig = TrainingConfig(),
    progress: Callable[[int, float], None] = lambda epoch, loss: None,
) -> ActionRecognizer:
    """
    Train a recognizer; the same generator state gives the same weights on the same machine.

    :param labels: task of each motion; the classes are those that occur, sorted
    :param progress: called after each epoch with its number from 0 and its mean loss
    :raises ValueError: as many labels as motions are needed, of at least 2 tasks
    """
    if len(labels) != len(motions):
        raise ValueError(f'{len(labels)} labels for {len(motions)} motions, must be as many')
    tasks = tuple(sorted(set(labels)))
    classes = torch.tensor([tasks.index(label) for label in labels])
    # Layers and dropout draw from torch's own generator, which is put back afterwards.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(torch.randint(2**62, (), generator=generator)))
        recognizer = ActionRecognizer(tasks, config).train()
        recognizer.fit_geometry(motions)
        optimizer = torch.optim.AdamW(
            recognizer.parameters(), training.learning_rate, weight_decay=training.weight_decay)
        batches = math.ceil(len(motions) / training.batch)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, training.epochs * batches)
        for epoch in range(training.epochs):
            total = 0.0
            for part in torch.randperm(len(motions), generator=generator).split(training.batch):
                loss = cross_entropy(recognizer(motions[part]), classes[part])
                optimizer.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(recognizer.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                total += loss.item() * len(part)
            progress(epoch, total / len(motions))
    return recognizer.eval()


@torch.no_grad()
def recognized(recognizer: ActionRecognizer, motions: ActionTensors) -> list[str]:
    """Return the task that each motion is recognized as."""
    recognizer.eval()
    chosen = torch.cat([recognizer(motions[start:start + _BATCH]).argmax(dim=1)
                        for start in range(0, len(motions), _BATCH)])
    return [recognizer.tasks[k] for k in chosen.tolist()]


@torch.no_grad()
def motion_features(recognizer: ActionRecognizer, motions: ActionTensors) -> torch.Tensor:
    """Return the (B, d) features of motions, for the Frechet distance."""
    recognizer.eval()
    return torch.cat([recognizer.features(motions[start:start + _BATCH])
                      for start in range(0, len(motions), _BATCH)])


def save_recognizer(recognizer: ActionRecognizer, path: Path | str, **words) -> None:
    """
    Write a recognizer; the file appears whole or not at all.

    :param words: what else to keep, JSON: of which data, seed, training
    :raises OSError: it cannot be written
    """
    metadata = {'version': VERSION, 'tasks': list(recognizer.tasks),
                'config': asdict(recognizer.config), 'words': words}
    tensors = {name: value.contiguous() for name, value in recognizer.state_dict().items()}
    write_whole(path, save(tensors, metadata={_METADATA: json.dumps(metadata, sort_keys=True)}))


def load_recognizer(path: Path | str) -> tuple[ActionRecognizer, dict]:
    """
    Read a recognizer, ready to be asked, and the words that were kept with it.

    :raises FileNotFoundError: no such file
    :raises ValueError: not a recognizer, damaged, of another version; names the file
    """
    path = existing_file(path, 'recognizer')
    try:
        with safe_open(path, framework='pt') as file:
            text = (file.metadata() or {}).get(_METADATA)
            if text is None:
                raise ValueError('it is a safetensors file, but not of a recognizer')
            metadata = json.loads(text)
            if metadata.get('version') != VERSION:
                raise ValueError(f"its version is {metadata.get('version')}, must be {VERSION}")
            tensors = {name: file.get_tensor(name) for name in file.keys()}
        with torch.random.fork_rng(devices=[]):
            recognizer = ActionRecognizer(
                tuple(metadata['tasks']), RecognizerConfig(**metadata['config']))
        recognizer.load_state_dict(tensors)
    except (ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise ValueError(f"recognizer '{path}' cannot be read: {error}") from error
    return recognizer.eval(), metadata['words']
