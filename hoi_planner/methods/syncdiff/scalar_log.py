# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Numbers of a training over its steps: JSON lines, and TensorBoard events where installed."""

from collections.abc import Mapping
import importlib.util
import json
from pathlib import Path

FILE = 'scalars.jsonl'


class ScalarLog:
    """Appends to a folder; use it in `with`."""

    def __init__(self, folder: Path):
        """Open the files; the folder must exist."""
        self._file = (folder / FILE).open('a', encoding='utf-8')
        self._board = None
        if importlib.util.find_spec('tensorboard') is not None:
            from torch.utils.tensorboard import SummaryWriter
            self._board = SummaryWriter(str(folder / 'tensorboard'))

    def write(self, step: int, scalars: Mapping[str, float]) -> None:
        """Write the numbers of a step."""
        self._file.write(json.dumps({'step': step, **scalars}) + '\n')
        self._file.flush()
        for name, value in scalars.items() if self._board else ():
            self._board.add_scalar(name, value, step)

    def __enter__(self) -> 'ScalarLog':
        """Return itself."""
        return self

    def __exit__(self, *error) -> None:
        """Close the files."""
        self._file.close()
        if self._board:
            self._board.close()


def read_scalars(folder: Path | str) -> list[dict[str, float]]:
    """Return what was written to a folder, a dict a line."""
    with (Path(folder) / FILE).open(encoding='utf-8') as lines:
        return [json.loads(line) for line in lines]
