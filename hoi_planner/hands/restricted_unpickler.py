# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Read the pickles of MANO's files without running what they name.

A pickle may call any function that it can name. Here it can name only what builds NumPy arrays and
SciPy's sparse matrices, and chumpy's classes are replaced by stubs that hold their arrays, because
chumpy no longer imports on Python 3.11.
"""

import _codecs
import io
import pickle

import numpy as np
import scipy.sparse


class ChumpyStub:
    """Stands in for chumpy.ch.Ch: an array kept under 'x'."""

    state: dict = {}        # the pickle fills it through __setstate__, without __init__

    def __setstate__(self, state):
        """Keep the attributes that the pickle carries, without acting on them."""
        if not isinstance(state, dict):
            raise pickle.UnpicklingError(
                f'a chumpy object carries {type(state).__name__}, must be a dict of attributes')
        self.state = state

    def to_array(self) -> np.ndarray:
        """Return the array."""
        if 'x' not in self.state:
            raise pickle.UnpicklingError(
                f"a chumpy Ch has attributes {sorted(self.state)}, must have 'x'")
        return as_array(self.state['x'])


class ChumpySelectStub(ChumpyStub):
    """Stands in for chumpy.reordering.Select: entries of another array, by flat index."""

    def to_array(self) -> np.ndarray:
        """Return the selected entries, shaped as they prefer."""
        missing = {'a', 'idxs'} - set(self.state)
        if missing:
            raise pickle.UnpicklingError(f'a chumpy Select lacks the attributes {sorted(missing)}')
        chosen = as_array(self.state['a']).reshape(-1)[as_array(self.state['idxs']).reshape(-1)]
        shape = self.state.get('preferred_shape')
        return chosen if shape is None else chosen.reshape([int(size) for size in shape])


def as_array(value) -> np.ndarray:
    """
    Return what was unpickled as a dense numeric array.

    :raises pickle.UnpicklingError: neither an array, a sparse matrix, numbers, nor a stub
    """
    if isinstance(value, ChumpyStub):
        return value.to_array()
    if scipy.sparse.issparse(value):
        return value.toarray()
    array = np.asarray(value)
    if array.dtype.kind not in 'biuf':
        raise pickle.UnpicklingError(f'expected numbers, the pickle holds dtype {array.dtype}')
    return array


def _reconstruct_stub(cls, base, state):
    """Do what copyreg._reconstructor does, for stubs and sparse matrices only."""
    if cls not in (ChumpyStub, ChumpySelectStub, scipy.sparse.csc_matrix):
        raise pickle.UnpicklingError(
            f'the pickle reconstructs {cls!r}, only chumpy and sparse matrices may be')
    return cls.__new__(cls)


def _encode(text: str, encoding: str = 'latin1') -> bytes:
    """Do what _codecs.encode does, for the one encoding that Python 2's bytes arrive in."""
    if encoding not in ('latin1', 'latin-1'):
        raise pickle.UnpicklingError(f'the pickle encodes as {encoding!r}, only latin1 may be')
    return _codecs.latin_1_encode(text)[0]


_RECONSTRUCT_ARRAY = np.zeros(0).__reduce__()[0]

ALLOWED = {
    ('_codecs', 'encode'): _encode,
    ('__builtin__', 'object'): object,
    ('builtins', 'object'): object,
    ('copy_reg', '_reconstructor'): _reconstruct_stub,
    ('copyreg', '_reconstructor'): _reconstruct_stub,
    ('copyreg', '__newobj__'): lambda cls: _reconstruct_stub(cls, object, None),
    ('numpy', 'dtype'): np.dtype,
    ('numpy', 'ndarray'): np.ndarray,
    ('numpy.core.multiarray', '_reconstruct'): _RECONSTRUCT_ARRAY,
    ('numpy._core.multiarray', '_reconstruct'): _RECONSTRUCT_ARRAY,
    ('scipy.sparse.csc', 'csc_matrix'): scipy.sparse.csc_matrix,
    ('scipy.sparse._csc', 'csc_matrix'): scipy.sparse.csc_matrix,
    ('chumpy.ch', 'Ch'): ChumpyStub,
    ('chumpy', 'Ch'): ChumpyStub,
    ('chumpy.reordering', 'Select'): ChumpySelectStub,
}


class RestrictedUnpickler(pickle.Unpickler):
    """An unpickler that knows the names in ALLOWED and no others."""

    def find_class(self, module: str, name: str):
        """
        Return what a name of the pickle stands for.

        :raises pickle.UnpicklingError: names the global that is refused
        """
        if (module, name) not in ALLOWED:
            raise pickle.UnpicklingError(
                f'the pickle asks for {module}.{name}, which is not allowed in a hand model file')
        return ALLOWED[module, name]


def load_restricted(data: bytes):
    """
    Unpickle bytes; text of Python 2 is read as latin1, as MANO's files need.

    :raises pickle.UnpicklingError: a name that is not allowed, or no pickle
    """
    return RestrictedUnpickler(io.BytesIO(data), encoding='latin1').load()
