# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""MANO's pickles load; a pickle that names anything else is refused and runs nothing."""

import builtins
import functools
import os
from pathlib import Path
import pickle
import subprocess

from hoi_planner.hands.restricted_unpickler import as_array, load_restricted
import numpy as np
import pytest
import scipy.sparse
from synthetic_mano import chumpy_names


class Calls:
    """Pickles as a call."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        """Return the call."""
        return self.call


@pytest.mark.parametrize('function, name', [
    (os.system, 'system'), (builtins.eval, 'eval'), (builtins.getattr, 'getattr'),
    (builtins.__import__, '__import__'), (subprocess.Popen, 'Popen'),
    (functools.partial, 'functools.partial'), (np.load, 'load'), (np.fromfile, 'fromfile'),
    (Path, 'Path'), (pickle.loads, 'loads')])
@pytest.mark.parametrize('protocol', [0, 2, 4])
def test_other_names_are_refused(function, name, protocol):
    data = pickle.dumps({'v_template': Calls(function, 'x')}, protocol=protocol)
    with pytest.raises(pickle.UnpicklingError, match=f'{name}, which is not allowed'):
        load_restricted(data)


@pytest.mark.parametrize('protocol', [0, 2, 4])
def test_a_refused_call_leaves_no_trace(tmp_path, protocol):
    trace = tmp_path / 'trace'
    data = pickle.dumps(Calls(os.system, f'touch {trace}'), protocol=protocol)
    with pytest.raises(pickle.UnpicklingError):
        load_restricted(data)
    assert not trace.exists()
    pickle.loads(data)                      # the same bytes do run elsewhere
    assert trace.exists()


def test_a_dotted_name_does_not_slip_through():
    data = b'\x80\x04\x8c\x05numpy\x8c\x0fndarray.__new__\x93.'
    with pytest.raises(pickle.UnpicklingError, match='numpy.ndarray.__new__'):
        load_restricted(data)


def test_an_allowed_constructor_takes_no_other_class():
    data = pickle.dumps(Calls(os.system, 'true'), protocol=0).replace(
        b'cposix\nsystem', b'ccopy_reg\n_reconstructor')
    with pytest.raises((pickle.UnpicklingError, TypeError)):
        load_restricted(data)
    data = b'ccopy_reg\n_reconstructor\n(cnumpy\ndtype\nc__builtin__\nobject\nNtR.'
    with pytest.raises(pickle.UnpicklingError, match='only chumpy and sparse'):
        load_restricted(data)


@pytest.mark.parametrize('protocol', [0, 1, 2])
def test_arrays_matrices_and_chumpy_load(protocol):
    generator = np.random.default_rng(0)
    dense, sparse = generator.random((4, 3)), scipy.sparse.random(5, 6, 0.4, format='csc', rng=1)
    with chumpy_names() as (ch_class, _):
        ch = ch_class()
        ch.__dict__.update(x=dense, _dirty_vars=None)
        data = pickle.dumps({'ch': ch, 'sparse': sparse, 'plain': dense}, protocol=protocol)
    loaded = load_restricted(data)
    assert np.array_equal(as_array(loaded['ch']), dense)
    assert np.array_equal(as_array(loaded['plain']), dense)
    assert np.array_equal(as_array(loaded['sparse']), sparse.toarray())


def test_what_is_no_numbers_is_refused():
    with chumpy_names() as (ch_class, select_class):
        data = pickle.dumps({'empty': ch_class(), 'select': select_class()}, protocol=2)
    loaded = load_restricted(data)
    for name in ('empty', 'select'):
        with pytest.raises(pickle.UnpicklingError, match='attributes'):
            as_array(loaded[name])
    with pytest.raises(pickle.UnpicklingError, match='expected numbers'):
        as_array(np.array(['text']))
