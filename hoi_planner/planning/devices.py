# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The device that a network runs on."""

import torch

from hoi_planner.failures import FailureCode, HoiPlannerError


def usable_device(name: str) -> torch.device:
    """
    Return a device by its name.

    :param name: cpu, cuda, cuda:1, ...
    :raises HoiPlannerError: GENERATOR_UNAVAILABLE, no such device on this machine
    """
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise HoiPlannerError(
            FailureCode.GENERATOR_UNAVAILABLE,
            f"device '{name}' is no device, must be cpu, cuda or cuda:N") from error
    if device.type not in ('cpu', 'cuda'):
        raise HoiPlannerError(
            FailureCode.GENERATOR_UNAVAILABLE, f"device '{name}' must be cpu, cuda or cuda:N")
    count = torch.cuda.device_count() if device.type == 'cuda' else 1
    if (device.index or 0) >= count:
        raise HoiPlannerError(
            FailureCode.GENERATOR_UNAVAILABLE,
            f"device '{name}' is not there: torch {torch.__version__} sees {count} CUDA devices")
    return device
