# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Sub-commands that train networks: train syncdiff."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
import hashlib
from pathlib import Path
import signal

from hoi_planner.demonstrations.dataset.code_version import git_revision
from hoi_planner.demonstrations.dataset.index import INDEX, read_index
from hoi_planner.methods.sentences import load_sentences
from hoi_planner.methods.syncdiff.bases import TRANSFORMS
from hoi_planner.methods.syncdiff.checkpoint import Origin
from hoi_planner.methods.syncdiff.checkpoint_file import load_checkpoint
from hoi_planner.methods.syncdiff.config import ABLATIONS, load_preset, SyncDiffConfig
from hoi_planner.methods.syncdiff.drawing import generator_of, held_out_items
from hoi_planner.methods.syncdiff.representation import LinearCodec
from hoi_planner.methods.syncdiff.representation_config import FORMS, RepresentationConfig
from hoi_planner.methods.syncdiff.task_habits import TaskHabits
from hoi_planner.methods.syncdiff.text_tables import TextTables
from hoi_planner.methods.syncdiff.trainer import Trainer
from hoi_planner.methods.syncdiff.training import CHECKPOINT, resume, start_from, train
from hoi_planner.methods.syncdiff.training_data import TrainingData
from hoi_planner.methods.text_embedding import TextEncoder, WordLlamaEncoder
import torch


def train_syncdiff(arguments: argparse.Namespace) -> None:
    """Train SyncDiff, or go on training it, and print where the weights are."""
    config = chosen_config(arguments)
    path = arguments.out / CHECKPOINT
    if path.exists() and not arguments.resume:
        raise ValueError(f"'{path}' exists: go on with --resume, or choose another --out")
    if arguments.resume and not path.exists():
        raise ValueError(f"--resume: there is no '{path}'")
    known = path if arguments.resume else arguments.start_from
    if torch.device(arguments.device).type == 'cuda':
        torch.set_float32_matmul_precision('high')
    encoder = WordLlamaEncoder()
    data = TrainingData(
        arguments.data, text_tables(encoder), config.layout,
        frames=config.representation.frames).to(arguments.device)
    trainer = Trainer(
        config, data, codec_of(config, data, known),
        origin_of(arguments.data, encoder, data), arguments.device, arguments.half_precision)
    if arguments.resume:
        resume(trainer, arguments.out)
    elif arguments.start_from:
        start_from(trainer, arguments.start_from)
    parameters = sum(value.numel() for value in trainer.network.parameters())
    print(f'{len(trainer.shuffle.items)} motions, {len(trainer.held_out)} held out; '
          f'{parameters / 1e6:.1f} M weights; from step {trainer.step} to '
          f'{config.optimizer.steps}')
    with interrupted() as stop:
        why = train(trainer, arguments.out, arguments.minutes, stop)
    print(f'{why} at step {trainer.step}: {path}')


def chosen_config(arguments: argparse.Namespace) -> SyncDiffConfig:
    """Return the preset with what the command line changes of it."""
    config = load_preset(arguments.preset)
    if arguments.form or arguments.transform:
        form = arguments.form or config.representation.form
        # The paper's form is of Fourier coefficients; the others keep the preset's transform.
        transform = arguments.transform or (
            'dft' if form == 'frames' else RepresentationConfig().transform)
        config = replace(config, representation=replace(
            config.representation, form=form, transform=transform))
    if arguments.ablation:
        config = config.ablated(arguments.ablation)
    for name in ('steps', 'learning_rate'):
        value = getattr(arguments, name)
        if value is not None:
            config = replace(config, optimizer=replace(config.optimizer, **{name: value}))
    return replace(config, seed=arguments.seed)


def text_tables(encoder: TextEncoder) -> TextTables:
    """Return the embeddings of every task and category of config/sentences.yaml."""
    sentences = load_sentences()
    return TextTables(
        {task: sentences.task_embedding(encoder, task) for task in sentences.tasks},
        {label: sentences.label_embeddings(encoder, [label])[0]
         for label in sentences.categories})


def origin_of(path: Path, encoder: TextEncoder, data: TrainingData) -> Origin:
    """Return what a dataset and this code say about themselves."""
    return Origin(
        hand_model=read_index(path).words['hand_model'], text_encoder=encoder.name,
        data_hash=hashlib.sha256((path / INDEX).read_bytes()).hexdigest(),
        revision=git_revision(), habits=habits_of(data).to_words())


def habits_of(data: TrainingData) -> TaskHabits:
    """Return how long the motions of each task last, and which hands make them."""
    motions = data.motions
    return TaskHabits.of(zip(data.records, motions.object_poses[motions.object_rows[:, 0], 1]))


def codec_of(config: SyncDiffConfig, data: TrainingData, checkpoint: Path | None) -> LinearCodec:
    """Return the codec of a checkpoint, or one fitted to the motions that are not held out."""
    if checkpoint is not None:
        return load_checkpoint(checkpoint).codec().to(data.device)
    items, _ = held_out_items(len(data), config.optimizer.held_out, config.seed)
    return data.fitted_codec(
        config.representation, generator_of(config.seed, 'statistics', 0), items)


@contextmanager
def interrupted() -> Iterator:
    """Give a function that says whether Ctrl-C or a plain kill came; a second one kills."""
    came = []
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def note(number, frame) -> None:
        came.append(number)
        signal.signal(number, kept[number])

    for number in kept:
        signal.signal(number, note)
    try:
        yield lambda: bool(came)
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def add_commands(commands) -> None:
    """Add the sub-commands to the parser's."""
    group = commands.add_parser('train', help='train networks on demonstrations')
    jobs = group.add_subparsers(required=True, metavar='NETWORK')
    job = jobs.add_parser('syncdiff', help='the motion generator; Ctrl-C leaves a checkpoint')
    job.add_argument('--preset', default='small', help='of config/syncdiff.yaml')
    job.add_argument('--data', type=Path, required=True, metavar='DIR',
                     help='a dataset of `hoi-planner demonstrations generate`')
    job.add_argument('--out', type=Path, required=True, metavar='DIR')
    job.add_argument('--device', default='cpu', help='cpu, cuda, cuda:1, ...')
    job.add_argument('--steps', type=int, metavar='N', help="the preset's, unless given")
    job.add_argument('--minutes', type=float, metavar='M', help='stop after so many')
    begin = job.add_mutually_exclusive_group()
    begin.add_argument('--resume', action='store_true',
                       help='go on with the checkpoint in --out; --steps may be more than before')
    begin.add_argument(
        '--start-from', type=Path, metavar='MODEL',
        help="begin with another training's weights: fine-tuning on your own motions")
    job.add_argument('--learning-rate', type=float, metavar='RATE',
                     help="the preset's, unless given; a third of it is good for fine-tuning")
    job.add_argument('--ablation', choices=ABLATIONS, help="the paper's, supplement C.4")
    job.add_argument('--form', choices=FORMS, help='of the state that is diffused')
    job.add_argument('--transform', choices=TRANSFORMS)
    job.add_argument('--half-precision', action='store_true', help='bfloat16, on a GPU')
    job.add_argument('--seed', type=int, default=0)
    job.set_defaults(job=train_syncdiff)
