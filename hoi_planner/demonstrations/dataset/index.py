# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The index of a dataset: which samples lie where. Reading it needs neither meshes nor physics."""

from dataclasses import dataclass
import hashlib
import json
from pathlib import Path

from hoi_planner.demonstrations.dataset.records import DemonstrationRecord

FORMAT = 2
INDEX, OBJECTS = 'index.json', 'objects.safetensors'


def shard_name(number: int) -> str:
    """Return the file name of a shard."""
    return f'shard-{number:05d}.safetensors'


@dataclass(frozen=True)
class StoredFile:
    """A file of the dataset with its size and checksum."""

    path: Path
    bytes: int
    sha256: str

    def check(self, thorough: bool = False) -> None:
        """
        Check that the file is what was written.

        :param thorough: compare the checksum too, not only the size
        :raises FileNotFoundError: it is missing
        :raises ValueError: it is damaged; names the file
        """
        if not self.path.is_file():
            raise FileNotFoundError(f"'{self.path}' is missing")
        size = self.path.stat().st_size
        if size != self.bytes:
            raise ValueError(f"'{self.path}' is damaged: {size} bytes, must be {self.bytes}")
        if thorough:
            found = hashlib.sha256(self.path.read_bytes()).hexdigest()
            if found != self.sha256:
                raise ValueError(
                    f"'{self.path}' is damaged: its SHA-256 is {found}, must be {self.sha256}")


@dataclass(frozen=True)
class DatasetIndex:
    """
    The index; records of all samples in order, `shards[k]` holds the k-th `shard_records`.

    words: everything else: split, seed, count, tasks, hand_model, code, libraries, revision
    """

    words: dict
    shards: tuple[StoredFile, ...]
    shard_records: tuple[tuple[DemonstrationRecord, ...], ...]
    objects: StoredFile
    resources: tuple[str, ...]

    @property
    def records(self) -> tuple[DemonstrationRecord, ...]:
        """Return the records of all samples, lost ones too."""
        return tuple(record for records in self.shard_records for record in records)


def read_index(directory: Path | str) -> DatasetIndex:
    """
    Read the index of a dataset.

    :raises FileNotFoundError: no such directory, no dataset in it, or an unfinished one
    :raises ValueError: damaged, or of another format; names the file
    """
    directory = Path(directory)
    path = directory / INDEX
    if not path.is_file():
        why = ('does not exist' if not directory.is_dir() else
               'is unfinished: run the command that began it again'
               if (directory / 'unfinished').is_dir() else f'holds no {INDEX}')
        raise FileNotFoundError(f"dataset '{directory}' {why}")
    try:
        words = json.loads(path.read_text())
        if not isinstance(words, dict) or words.get('format') != FORMAT:
            raise ValueError(f'its format is not {FORMAT}')
        shards, objects = words.pop('shards'), words.pop('objects')
        return DatasetIndex(
            words, tuple(_file(directory, shard) for shard in shards),
            tuple(tuple(map(DemonstrationRecord.from_words, shard['samples']))
                  for shard in shards),
            _file(directory, objects), tuple(objects['resources']))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"'{path}' cannot be read: {error!r}") from error


def _file(directory: Path, words: dict) -> StoredFile:
    name = words['file']
    if Path(name).name != name:
        raise ValueError(f"file name '{name}' leads out of the directory")
    return StoredFile(directory / name, int(words['bytes']), str(words['sha256']))
