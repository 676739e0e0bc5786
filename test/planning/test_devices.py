# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Devices by name: those that are there, and why others are not."""

import pytest
import torch

from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.planning.devices import usable_device
from hoi_planner.planning.generators import make_generator


def test_the_cpu_is_always_there():
    assert usable_device('cpu') == torch.device('cpu')


@pytest.mark.parametrize('name, words', [
    ('gpu', "device 'gpu' is no device, must be cpu, cuda or cuda:N"),
    ('meta', 'must be cpu, cuda or cuda:N'),
    ('cuda:99', "device 'cuda:99' is not there: torch"),
])
def test_what_is_not_there_is_told(name, words):
    with pytest.raises(HoiPlannerError, match=words) as caught:
        usable_device(name)
    assert caught.value.code == FailureCode.GENERATOR_UNAVAILABLE


def test_a_generator_with_weights_refuses_a_device_that_is_not_there():
    generator = make_generator('syncdiff', device='cuda:99')
    with pytest.raises(HoiPlannerError, match='cuda:99'):
        generator.load()


@pytest.mark.skipif(not torch.cuda.is_available(), reason='no CUDA device here')
def test_the_network_runs_on_cuda():
    generator = make_generator('syncdiff', device='cuda')
    generator.warm_up()
    assert next(generator.load().network.parameters()).is_cuda
