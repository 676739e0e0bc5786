# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What changed between two replays, as lines."""

import json
from pathlib import Path

from hoi_planner.evaluation.replay.documents import FORMAT


def load_document(path: Path) -> dict:
    """
    Return the JSON document of an earlier replay.

    :raises ValueError: not a replay's
    :raises OSError: it cannot be read
    """
    try:
        document = json.loads(Path(path).read_text())
    except ValueError as error:
        raise ValueError(f"'{path}' is no JSON: {error}") from error
    if not isinstance(document, dict) or not {'recording', 'requests', 'settings'} <= set(document):
        raise ValueError(f"'{path}' is no result of `hoi-planner replay`")
    if document.get('format') != FORMAT:
        raise ValueError(f"'{path}' has format {document.get('format')}, must be {FORMAT}")
    return document


def changes(before: dict, now: dict) -> list[str]:
    """Return a line for each difference that counts; empty when both replays came out alike."""
    lines = []
    if before['recording'] != now['recording']:
        lines.append('the recordings differ')
    for name in sorted(set(before['settings']) | set(now['settings'])):
        old, new = (item['settings'].get(name) for item in (before, now))
        if old != new:
            lines.append(f'setting {name}: {old} -> {new}')
    old, new = ({item['index']: item for item in document['requests']}
                for document in (before, now))
    for index in sorted(set(old) | set(new)):
        if index not in old or index not in new:
            lines.append(f"request {index}: only in the {'new' if index in new else 'old'} replay")
        else:
            lines += _request_changes(old[index], new[index])
    return lines


def _request_changes(old: dict, new: dict) -> list[str]:
    name = f"request {new['index']} ({new['task']})"
    if old['task'] != new['task']:
        return [f"{name}: was task {old['task']}"]
    if old['code'] != new['code']:
        return [f'{name}: {_verdict(old)} -> {_verdict(new)}']
    lines = []
    for key, word in (('displacement_max', 'displacement'),
                      ('penetration_depth_max', 'penetration')):
        before, now = _metric(old, key), _metric(new, key)
        if before != now:
            lines.append(f'{name}: {word} {_millimetres(before)} -> {_millimetres(now)}')
    if not lines and (old['plan'], old['message']) != (new['plan'], new['message']):
        what = 'plan' if old['plan'] != new['plan'] else 'message'
        lines.append(f'{name}: another {what}, the same numbers')
    return lines


def _verdict(request: dict) -> str:
    return 'accepted' if request['accepted'] else f"{request['code']} ({request['message']})"


def _metric(request: dict, key: str) -> float | None:
    return request['candidates'][0]['metrics'][key] if request['candidates'] else None


def _millimetres(value: float | None) -> str:
    return 'none' if value is None else f'{1e3 * value:.4g} mm'
