# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What README.md shows works as written."""

from pathlib import Path
import re
import subprocess
import sys

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / 'README.md').read_text()
BLOCKS = re.findall(r'```python\n(.*?)```', TEXT, re.DOTALL)


def test_the_readme_has_its_examples():
    assert len(BLOCKS) == 3


@pytest.mark.slow
@pytest.mark.ros
@pytest.mark.parametrize('number', range(len(BLOCKS)))
def test_an_example_runs(number, tmp_path):
    example = tmp_path / 'example.py'
    example.write_text(BLOCKS[number])
    run = subprocess.run([sys.executable, '-P', example], cwd=tmp_path, timeout=240,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert run.returncode == 0, run.stdout
    last = run.stdout.strip().splitlines()[-1]
    # All end with the displacement that was measured.
    assert 0 <= float(last.split()[-1]) <= 0.005, run.stdout


def test_the_files_and_options_it_names_are_there():
    for name in re.findall(r'`((?:bench|config|scripts|hoi_planner)/[\w./]+)`', TEXT):
        assert (ROOT / name).exists(), name
    for name in re.findall(r'\]\(([\w./]+)\)', TEXT):
        assert (ROOT / name).exists(), name
    known = (ROOT / 'hoi_planner' / 'client' / 'plan_arguments.py').read_text()
    for line in re.findall(r'scripts/plan (--.*)', TEXT):
        for option in re.findall(r'--[\w-]+', line):
            assert option == '--help' or f"'{option}'" in known, option
