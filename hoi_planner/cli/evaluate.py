# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Sub-commands about the worth of motions: evaluate demonstrations, evaluate syncdiff."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from hoi_planner.cli import evaluate_syncdiff
from hoi_planner.demonstrations.dataset.reading import DemonstrationDataset
from hoi_planner.evaluation.action_recognizer import ActionRecognizer, RecognizerConfig
from hoi_planner.evaluation.demonstrations import demonstration_samples, with_attempts
from hoi_planner.evaluation.evaluation import evaluate, EvaluationConfig, recognizer_input
from hoi_planner.evaluation.motion_evaluation import MotionMetricsConfig
from hoi_planner.evaluation.recognition import (
    load_recognizer, recognized, save_recognizer, train_recognizer, TrainingConfig)
from hoi_planner.evaluation.records import MetricRow
from hoi_planner.evaluation.reference_features import reference_features
from hoi_planner.evaluation.report import write_report
from hoi_planner.evaluation.table import metric_table, note_lines, refusal_lines
import torch
from tqdm import tqdm


def evaluate_demonstrations(arguments: argparse.Namespace) -> None:
    """Print the table of generated datasets, a row each, and write the report."""
    datasets = {path: DemonstrationDataset(path) for path in arguments.data}
    against = DemonstrationDataset(arguments.against) if arguments.against else None
    classifier, words = _classifier(arguments, [*datasets.values(), *([against] * bool(against))])
    references = reference_features(arguments.against, classifier, arguments.limit) if (
        against and classifier) else None
    rows = [_row(path, dataset, references, classifier, arguments)
            for path, dataset in datasets.items()]
    print(metric_table(rows))
    for line in (*refusal_lines(rows), *note_lines(rows)):
        print(line)
    if arguments.json:
        settings = {
            'data': {str(path): dataset.index.words for path, dataset in datasets.items()},
            'against': against.index.words if against else None, 'classifier': words,
            'limit': arguments.limit, 'play': arguments.play,
            'motion': asdict(_motion_config(arguments))}
        write_report(arguments.json, rows, settings)
        print(arguments.json)


def _motion_config(arguments: argparse.Namespace) -> MotionMetricsConfig:
    return MotionMetricsConfig(volume_stride=arguments.volume_stride)


def _row(
    path: Path, dataset: DemonstrationDataset, references: torch.Tensor | None,
    classifier: ActionRecognizer | None, arguments: argparse.Namespace,
) -> MetricRow:
    config = EvaluationConfig(
        dataset.index.words['split'], 'demonstrations', _motion_config(arguments),
        arguments.play, workers=arguments.workers)
    samples = list(demonstration_samples(dataset, arguments.limit, judged=not arguments.play))
    with tqdm(total=len(samples), desc=str(path), unit='motion', leave=False) as bar:
        row = evaluate(samples, references, classifier, config, lambda name: bar.update())
    whole = not arguments.play and arguments.limit is None
    return with_attempts(row, dataset.index.records) if whole else row


def _classifier(
    arguments: argparse.Namespace, datasets: Sequence[DemonstrationDataset],
) -> tuple[ActionRecognizer | None, dict | None]:
    """Return the recognizer that was asked for, and the words kept with it."""
    if arguments.train_classifier:
        datasets = [*datasets, *map(DemonstrationDataset, arguments.classifier_data)]
        _train(arguments.train_classifier, datasets, arguments.seed, arguments.epochs)
    path = arguments.train_classifier or arguments.classifier
    return load_recognizer(path) if path else (None, None)


def _train(
    path: Path, datasets: Sequence[DemonstrationDataset], seed: int, epochs: int,
) -> None:
    """Train a recognizer on all motions of the datasets and write it."""
    # A split that is given twice, as data and as reference, counts once.
    unique = list({str(dataset.index.shards): dataset for dataset in datasets}.values())
    samples = [sample for dataset in unique for sample in demonstration_samples(dataset)]
    motions = recognizer_input(
        tqdm(samples, 'joints of motions', leave=False), RecognizerConfig())
    labels, training = [sample.task for sample in samples], TrainingConfig(epochs=epochs)
    with tqdm(total=epochs, desc='classifier', unit='epoch', leave=False) as bar:
        def progress(epoch: int, loss: float) -> None:
            bar.update()
            bar.set_postfix_str(f'loss {loss:.4f}', refresh=False)

        recognizer = train_recognizer(
            motions, labels, torch.Generator().manual_seed(seed), training=training,
            progress=progress)
    right = [a == b for a, b in zip(recognized(recognizer, motions), labels)]
    save_recognizer(
        recognizer, path, seed=seed, training=asdict(training), motions=len(samples),
        accuracy=sum(right) / len(right),
        data=[{key: dataset.index.words[key] for key in ('split', 'seed', 'count', 'code')}
              for dataset in unique])
    print(f'{path}: {len(samples)} motions of {len(recognizer.tasks)} tasks, '
          f'{sum(right) / len(right):.1%} of them recognized')


def add_commands(commands) -> None:
    """Add the sub-commands to the parser's."""
    group = commands.add_parser('evaluate', help='measure what motions are worth')
    jobs = group.add_subparsers(required=True, metavar='JOB')
    own = jobs.add_parser('demonstrations', help='measure generated datasets')
    own.add_argument('--data', type=Path, nargs='+', required=True, metavar='DIR',
                     help='datasets, a row of the table each')
    own.add_argument('--against', type=Path, metavar='DIR',
                     help='dataset of the motions that FID is measured from')
    which = own.add_mutually_exclusive_group()
    which.add_argument('--classifier', type=Path, metavar='FILE',
                       help='a trained action recognizer, for FID and RA')
    which.add_argument('--train-classifier', type=Path, metavar='FILE',
                       help='train one on all datasets named here and write it')
    own.add_argument('--classifier-data', type=Path, nargs='+', default=[], metavar='DIR',
                     help='further datasets to train it on')
    own.add_argument('--epochs', type=int, default=TrainingConfig.epochs)
    own.add_argument('--seed', type=int, default=0, help='of its training')
    own.add_argument('--limit', type=int, metavar='N', help='the first N motions of each dataset')
    own.add_argument('--volume-stride', type=int, default=MotionMetricsConfig.volume_stride,
                     metavar='N', help='intersection volume at every N-th frame; 0: not at all')
    own.add_argument('--play', action='store_true',
                     help='play all motions in physics again; else the index says how they fared')
    own.add_argument('--workers', type=int, help='processes of physics; one a core unless given')
    own.add_argument('--json', type=Path, metavar='FILE', help='write everything there')
    own.set_defaults(job=evaluate_demonstrations)
    evaluate_syncdiff.add_job(jobs)
