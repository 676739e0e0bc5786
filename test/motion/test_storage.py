# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Motions on disk: bit-exact round trips, plain safetensors, and clear refusals."""

import json
import os
import pickle

from hoi_planner.motion.storage import load_motion, save_motion
from hypothesis import given, HealthCheck, settings, strategies as st
import pytest
from safetensors import safe_open
from safetensors.torch import save_file
import torch

FIELDS = ('object_poses', 'wrist_poses', 'finger_poses', 'shapes')


@settings(max_examples=25, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**31), st.integers(2, 200), st.integers(0, 3), st.floats(1, 240))
def test_round_trip_is_exact(random_motion, tmp_path, seed, frames, objects, fps):
    motion = random_motion(seed, frames, objects, fps)
    save_motion(motion, tmp_path / 'motion.safetensors')
    back = load_motion(tmp_path / 'motion.safetensors')
    for name in FIELDS:
        assert torch.equal(getattr(back, name), getattr(motion, name)), name
    for name in ('fps', 'task', 'hand_model', 'object_ids', 'sides'):
        assert getattr(back, name) == getattr(motion, name), name


def test_same_motion_same_bytes_and_no_part_file_stays(random_motion, tmp_path):
    for name in ('a', 'b', 'b'):
        save_motion(random_motion(), tmp_path / name)
    assert (tmp_path / 'a').read_bytes() == (tmp_path / 'b').read_bytes()
    assert sorted(os.listdir(tmp_path)) == ['a', 'b']
    umask = os.umask(0)
    os.umask(umask)
    assert (tmp_path / 'a').stat().st_mode & 0o777 == 0o666 & ~umask


def test_the_file_is_plain_safetensors(random_motion, tmp_path):
    motion = random_motion()
    save_motion(motion, tmp_path / 'motion')
    with safe_open(tmp_path / 'motion', framework='np') as file:
        words = json.loads(file.metadata()['hoi_planner_motion'])
        assert set(file.keys()) == set(FIELDS)
        assert file.get_tensor('object_poses').dtype == 'float64'
    assert words['version'] == 1 and words['object_ids'] == list(motion.object_ids)


def test_a_slice_of_a_longer_motion_is_saved_alone(random_motion, tmp_path):
    motion = random_motion(frames=100)
    short = motion.with_(**{name: getattr(motion, name)[:, 10:15] for name in FIELDS[:3]})
    save_motion(short, tmp_path / 'short')
    assert torch.equal(load_motion(tmp_path / 'short').object_poses, short.object_poses)
    assert (tmp_path / 'short').stat().st_size < 20_000


def rewritten(path, change_words=None, change_tensors=None):
    """Write the file again with changed words or tensors."""
    with safe_open(path, framework='pt') as file:
        words = json.loads(file.metadata()['hoi_planner_motion'])
        tensors = {name: file.get_tensor(name) for name in file.keys()}
    if change_words:
        change_words(words)
    if change_tensors:
        change_tensors(tensors)
    save_file(tensors, path, metadata={'hoi_planner_motion': json.dumps(words)})


@pytest.mark.parametrize('words, tensors, message', [
    (lambda w: w.update(version=2), None, "version 2 is newer than this program's, 1"),
    (lambda w: w.update(version=0), None, 'version 0 is older'),
    (lambda w: w.pop('version'), None, 'its version is missing'),
    (lambda w: w.update(task=7), None, 'its task is 7'),
    (lambda w: w.update(fps='fast'), None, "its fps is 'fast'"),
    (lambda w: w.update(fps=0), None, 'fps is 0.0, must be above 0'),
    (lambda w: w.update(object_ids='ab'), None, "its object_ids is 'ab', must be a list"),
    (lambda w: w.update(sides=['left', 'top']), None, "side 'top' is not one of"),
    (lambda w: w.update(object_ids=['a', 'a']), None, 'has a duplicate'),
    (None, lambda t: t.pop('shapes'), r"it lacks \['shapes'\]"),
    (None, lambda t: t.update(shapes=t['shapes'][:1].clone()), r'shapes has shape \(1, 10\)'),
    (None, lambda t: t['finger_poses'].fill_(float('nan')), 'finger_poses has a number'),
    (None, lambda t: t['wrist_poses'].mul_(2), 'wrist_poses has a quaternion'),
    (None, lambda t: t.update(object_poses=torch.zeros(3)), 'cannot be read'),
])
def test_wrong_contents_are_refused(random_motion, tmp_path, words, tensors, message):
    path = tmp_path / 'motion'
    save_motion(random_motion(), path)
    rewritten(path, words, tensors)
    with pytest.raises(ValueError, match=message) as caught:
        load_motion(path)
    assert str(path) in str(caught.value)


@settings(max_examples=100, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damaged_files_raise_only_value_errors(random_motion, tmp_path, data):
    path = tmp_path / 'motion'
    save_motion(random_motion(frames=3), path)
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, 700))] = data.draw(st.integers(0, 255))
    path.write_bytes(raw[:data.draw(st.integers(0, len(raw)))])
    try:
        load_motion(path)
    except ValueError as error:
        assert str(path) in str(error)


def test_missing_and_foreign_files_are_named(random_motion, tmp_path):
    with pytest.raises(FileNotFoundError, match='no.safetensors'):
        load_motion(tmp_path / 'no.safetensors')
    with pytest.raises(FileNotFoundError):
        load_motion(tmp_path)
    save_file({'x': torch.zeros(1)}, tmp_path / 'weights')
    with pytest.raises(ValueError, match='not of a motion'):
        load_motion(tmp_path / 'weights')
    (tmp_path / 'pickle').write_bytes(pickle.dumps(random_motion().shapes.tolist()))
    with pytest.raises(ValueError, match='cannot be read'):
        load_motion(tmp_path / 'pickle')
    with pytest.raises(FileNotFoundError):
        save_motion(random_motion(), tmp_path / 'no folder' / 'motion')
