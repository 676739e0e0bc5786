# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Features of a whole dataset, the real side of FID: computed once, kept in the cache."""

import hashlib
from pathlib import Path

from hoi_planner.demonstrations.dataset.index import INDEX
from hoi_planner.demonstrations.dataset.reading import DemonstrationDataset
from hoi_planner.evaluation.action_recognizer import ActionRecognizer
from hoi_planner.evaluation.demonstrations import demonstration_samples
from hoi_planner.evaluation.evaluation import set_features
from hoi_planner.geometry.array_cache import cached_arrays
from hoi_planner.geometry.shipped_arrays import arrays_checksum
import torch
from tqdm import tqdm


def reference_features(
    directory: Path, classifier: ActionRecognizer, limit: int | None = None,
) -> torch.Tensor:
    """
    Return the (R, d) features of a dataset's kept motions, the `references` of evaluate.

    :param directory: of the dataset
    :param limit: only so many, the first ones
    :raises ValueError: a damaged dataset; limit below 1
    """
    dataset = DemonstrationDataset(directory)
    weights = {name: value.numpy() for name, value in classifier.state_dict().items()}
    key = {'index': hashlib.sha256((Path(directory) / INDEX).read_bytes()).hexdigest(),
           'classifier': arrays_checksum(weights), 'limit': limit}

    def build():
        samples = tqdm(demonstration_samples(dataset, limit), 'references',
                       min(len(dataset), limit or len(dataset)), leave=False)
        return {'features': set_features(samples, classifier).numpy()}

    return torch.from_numpy(cached_arrays('motion_features', key, build)['features'])
