# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Messages with one field that holds anything, drawn by hypothesis."""

from hypothesis import strategies as st

from strategies import ANY


def spoil(data, msg):
    """Put anything that its type allows into one field of a message, however deep it lies."""
    types = msg.get_fields_and_field_types()
    name = data.draw(st.sampled_from(list(types)))
    kind, value = types[name], getattr(msg, name)
    if hasattr(value, 'get_fields_and_field_types'):
        spoil(data, value)
    elif '/' in kind:       # a list of messages
        if value and data.draw(st.booleans()):
            spoil(data, data.draw(st.sampled_from(list(value))))
        else:
            setattr(msg, name, list(value) * data.draw(st.sampled_from([0, 2, 30])))
    elif kind == 'string':
        setattr(msg, name, data.draw(st.text(max_size=300)))
    elif kind == 'double':
        setattr(msg, name, data.draw(ANY))
    elif kind == 'sequence<string>':
        setattr(msg, name, data.draw(st.lists(st.text(max_size=10), max_size=100)))
    elif kind.startswith('sequence<double'):
        setattr(msg, name, data.draw(st.lists(ANY, max_size=100)))
    elif kind.startswith('double['):
        value[data.draw(st.integers(0, len(value) - 1))] = data.draw(ANY)
    elif kind == 'boolean':
        setattr(msg, name, data.draw(st.booleans()))
    else:
        assert 'int' in kind, kind
        setattr(msg, name, data.draw(st.integers(0, 127)))      # fits every integer type
