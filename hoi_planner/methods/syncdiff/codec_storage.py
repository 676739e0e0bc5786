# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""A codec on disk: codec.json says config and layout, codec.safetensors holds the statistics."""

from dataclasses import asdict
import json
from pathlib import Path

from hoi_planner.files import write_whole
from hoi_planner.methods.syncdiff.representation import LinearCodec
from hoi_planner.methods.syncdiff.representation_config import RepresentationConfig
from hoi_planner.methods.syncdiff.state_statistics import StateStatistics
from hoi_planner.motion.body_layout import BodyLayout
from safetensors import SafetensorError
from safetensors.torch import load_file, save

FORMAT = 1
WORDS, ARRAYS = 'codec.json', 'codec.safetensors'


def save_codec(codec: LinearCodec, directory: Path | str) -> None:
    """
    Write a codec into a directory.

    :param directory: must exist
    :raises OSError: a file cannot be written
    """
    directory = Path(directory)
    write_whole(directory / ARRAYS, save({
        name: getattr(codec, name).cpu().contiguous() for name in ('mean', 'scale')}))
    words = {'format': FORMAT, 'representation': asdict(codec.config),
             'layout': asdict(codec.layout)}
    write_whole(directory / WORDS, (json.dumps(words, indent=1) + '\n').encode())


def load_codec(directory: Path | str) -> LinearCodec:
    """
    Return a codec that save_codec wrote.

    :raises FileNotFoundError: a file is missing
    :raises ValueError: a file is damaged or of another format; names it
    """
    path = Path(directory) / WORDS
    try:
        words = json.loads(path.read_text())
        if not isinstance(words, dict) or words.get('format') != FORMAT:
            raise ValueError(f'its format is not {FORMAT}')
        config = RepresentationConfig(**words['representation'])
        layout = BodyLayout(**words['layout'])
        path = Path(directory) / ARRAYS
        arrays = load_file(path)
        return LinearCodec(config, layout, StateStatistics(arrays['mean'], arrays['scale']))
    except (KeyError, TypeError, ValueError, SafetensorError) as error:
        raise ValueError(f"'{path}' cannot be read: {error!r}") from error
