# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The small dataset of small_dataset.py."""

import pytest
from small_dataset import small_dataset, write_small_dataset


@pytest.fixture(scope='session')
def demonstrations():
    """Return (record, motion) of seven samples, of which number 3 is lost."""
    return small_dataset()


@pytest.fixture
def dataset_directory(tmp_path, demonstrations):
    """Return a directory with the samples in shards of three."""
    write_small_dataset(tmp_path, demonstrations)
    return tmp_path
