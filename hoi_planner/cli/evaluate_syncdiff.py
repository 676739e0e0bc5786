# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Sub-command evaluate syncdiff: sample for the scenes of datasets, and measure."""

import argparse
from dataclasses import asdict, replace
from pathlib import Path

from hoi_planner.cli.train import text_tables
from hoi_planner.demonstrations.dataset.reading import DemonstrationDataset
from hoi_planner.evaluation.evaluation import evaluate, EvaluationConfig
from hoi_planner.evaluation.motion_evaluation import MotionMetricsConfig
from hoi_planner.evaluation.recognition import load_recognizer
from hoi_planner.evaluation.records import MetricRow
from hoi_planner.evaluation.reference_features import reference_features
from hoi_planner.evaluation.report import write_report
from hoi_planner.evaluation.sampled import (
    HIDEABLE, reasons, sampled_candidates, with_refused, with_requests)
from hoi_planner.evaluation.table import metric_table, note_lines, refusal_lines
from hoi_planner.methods.syncdiff.checkpoint_file import load_checkpoint
from hoi_planner.methods.syncdiff.training_data import TrainingData
from hoi_planner.planning.syncdiff_config import load_syncdiff_config
from hoi_planner.planning.syncdiff_generator import LoadedModel, SyncDiffGenerator
from tqdm import tqdm
import yaml


def evaluate_syncdiff(arguments: argparse.Namespace) -> None:
    """Print a table, two rows a dataset: as sampled, and refined; and write the report."""
    config = load_syncdiff_config()
    config = replace(config, checkpoint=str(arguments.checkpoint.absolute()),
                     sampling={**config.sampling, **chosen_sampling(arguments.sampling)})
    datasets = {path: DemonstrationDataset(path) for path in arguments.data}
    classifier, words = load_recognizer(arguments.classifier) if arguments.classifier else (
        None, None)
    references = reference_features(arguments.against, classifier) if (
        arguments.against and classifier) else None
    rows, refusals = [], {}
    for path, dataset in datasets.items():
        model = SyncDiffGenerator(
            hand_model=dataset.index.words['hand_model'], config=config).load()
        found, refusals[str(path)] = _rows(
            path, dataset, model, references, classifier, arguments)
        rows += found
    print(metric_table(rows))
    for line in (*refusal_lines(rows), *note_lines(rows)):
        print(line)
    for path, counted in refusals.items():
        for reason, count in counted.items():
            print(f'{path} not refined: {count} {reason}')
    if arguments.json:
        checkpoint = load_checkpoint(arguments.checkpoint)
        write_report(arguments.json, rows, {
            'data': {str(path): dataset.index.words for path, dataset in datasets.items()},
            'checkpoint': {'progress': checkpoint.progress, 'config': checkpoint.config.to_words(),
                           'data_hash': checkpoint.origin.data_hash,
                           'revision': checkpoint.origin.revision},
            'sampling': asdict(model.sampling), 'candidates': arguments.candidates,
            'seed': arguments.seed, 'hidden': arguments.hide, 'limit': arguments.limit,
            'against': arguments.against, 'classifier': words,
            'volume_stride': arguments.volume_stride, 'not_refined': refusals})
        print(arguments.json)


def chosen_sampling(words: list[str]) -> dict:
    """
    Return fields of SamplingConfig from texts like steps=50.

    :raises ValueError: no = in one
    """
    fields = {}
    for text in words:
        name, equals, value = text.partition('=')
        if not (name and equals):
            raise ValueError(f"--sampling '{text}' must read FIELD=VALUE")
        fields[name] = yaml.safe_load(value)
    return fields


def _rows(
    path: Path, dataset: DemonstrationDataset, model: LoadedModel, references, classifier,
    arguments: argparse.Namespace,
) -> tuple[list[MetricRow], dict[str, int]]:
    """Return the rows of raw and refined motions, and why some were not refined."""
    maker = model.condition
    data = TrainingData(path, text_tables(maker.encoder), maker.config.layout,
                        frames=maker.config.representation.frames)
    count = min(len(dataset), arguments.limit or len(dataset))
    groups = list(tqdm(sampled_candidates(
        model, dataset, data, arguments.candidates, arguments.seed, arguments.limit,
        arguments.hide), f'{path}: sampling', count, leave=False))
    candidates = [each for group in groups for each in group]
    refined = [each.refined for each in candidates if each.refined is not None]
    rows = []
    for method, samples in (('syncdiff raw', [each.raw for each in candidates]),
                            ('syncdiff refined', refined)):
        if not samples:
            continue
        config = EvaluationConfig(
            dataset.index.words['split'], method,
            MotionMetricsConfig(volume_stride=arguments.volume_stride), play=True,
            workers=arguments.workers)
        with tqdm(total=len(samples), desc=f'{path}: {method}', leave=False) as bar:
            row = evaluate(samples, references, classifier, config, lambda name: bar.update())
        if method.endswith('refined'):
            row = with_refused(row, len(candidates) - len(refined))
        rows.append(with_requests(row, len(groups)))
    return rows, dict(reasons(groups))


def add_job(jobs) -> None:
    """Add the sub-command to those of evaluate."""
    own = jobs.add_parser('syncdiff', help='sample for the scenes of datasets, and measure')
    own.add_argument('--checkpoint', type=Path, required=True, metavar='FILE')
    own.add_argument('--data', type=Path, nargs='+', required=True, metavar='DIR',
                     help='datasets whose scenes are sampled for, two rows of the table each')
    own.add_argument('--candidates', type=int, default=1, metavar='K', help='for each scene')
    own.add_argument('--limit', type=int, metavar='N', help='the first N scenes of each dataset')
    own.add_argument('--seed', type=int, default=0)
    own.add_argument('--hide', nargs='+', default=[], choices=HIDEABLE,
                     help='what the network is not told of the scene')
    own.add_argument('--sampling', nargs='+', default=[], metavar='FIELD=VALUE',
                     help='of SamplingConfig, over config/generators.yaml')
    own.add_argument('--classifier', type=Path, metavar='FILE',
                     help='a trained action recognizer, for FID and RA')
    own.add_argument('--against', type=Path, metavar='DIR',
                     help='dataset of the motions that FID is measured from')
    own.add_argument('--volume-stride', type=int, default=MotionMetricsConfig.volume_stride,
                     metavar='N', help='intersection volume at every N-th frame; 0: not at all')
    own.add_argument('--workers', type=int, help='processes of physics; one a core unless given')
    own.add_argument('--json', type=Path, metavar='FILE', help='write everything there')
    own.set_defaults(job=evaluate_syncdiff)
