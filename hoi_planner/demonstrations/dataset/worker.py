# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The main function of a process that makes samples."""

import json
from multiprocessing.connection import Connection
import traceback

from hoi_planner.demonstrations.dataset.code_version import content_hash
from hoi_planner.demonstrations.dataset.making import make_sample
from hoi_planner.demonstrations.dataset.orders import DatasetOrder
from hoi_planner.demonstrations.dataset.packing import sample_bytes
from hoi_planner.demonstrations.dataset.splits import load_splits
import torch

SAMPLE, ERROR = b'S', b'E'


def main(descriptor: int) -> None:
    """
    Take an order, then numbers of samples; answer each with its bytes until the other end closes.

    :param descriptor: of an open socket
    """
    torch.set_num_threads(1)
    connection = Connection(descriptor)
    try:
        words = json.loads(connection.recv_bytes())
        code = words.pop('code')
        order = DatasetOrder(**{**words, 'tasks': tuple(words['tasks'])})
        splits = load_splits()
        while True:
            number = int(connection.recv_bytes())
            if content_hash() != code:
                connection.send_bytes(
                    ERROR + b'the source files were changed after the generation began')
                return
            connection.send_bytes(_answer(order, number, splits))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return          # the other end is gone, or wants no more


def _answer(order: DatasetOrder, number: int, splits) -> bytes:
    try:
        sample = make_sample(order, number, splits)
        return SAMPLE + sample_bytes(sample.record, sample.motion)
    except Exception:           # whatever it is, the caller is to hear of it with the sample's name
        return ERROR + traceback.format_exc().encode()
