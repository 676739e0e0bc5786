# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""After warming up, the first request imports nothing that takes long."""

import subprocess
import sys

import pytest

# In a process of its own: in this one other tests have made optimizers already.
PROGRAM = '''
import sys
from hoi_planner.planning.generators import make_generator
generator = make_generator("{name}")
assert "torch._dynamo" not in sys.modules
generator.warm_up()
assert "torch._dynamo" in sys.modules
'''


@pytest.mark.parametrize('name', ['scripted', 'syncdiff'])
def test_the_compiler_is_imported_before_the_first_request(name):
    done = subprocess.run(
        [sys.executable, '-c', PROGRAM.format(name=name)], capture_output=True, text=True,
        timeout=300, check=False)
    assert done.returncode == 0, done.stderr
