# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""scripts/setup says in one clear line what is wrong, and leaves nothing half done behind."""

import os
from pathlib import Path
import shutil
import subprocess
import sys

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOOLS = (
    'awk bash cat cksum cut dirname du df env find flock gcc g++ cmake make grep head mkdir nproc '
    'readlink rm sha256sum sleep sort tail touch tr uname xargs').split()
# A closed port of this machine: refused at once, on every machine.
NO_INDEX = {
    'PIP_CONFIG_FILE': os.devnull,
    'PIP_INDEX_URL': 'http://127.0.0.1:9/simple',
    'PIP_RETRIES': '0',
}


@pytest.fixture
def checkout(tmp_path):
    """Return a copy of what scripts/setup reads, without any environment."""
    copy = tmp_path / 'a checkout'
    for name in ('scripts', 'requirements', 'hoi_planner_msgs'):
        shutil.copytree(ROOT / name, copy / name)
    for name in ('package.xml', 'setup.py', 'setup.cfg'):
        shutil.copy(ROOT / name, copy / name)
    return copy


@pytest.fixture
def tools(tmp_path):
    """Return a folder that holds just the tools that scripts/setup may count on."""
    folder = tmp_path / 'bin'
    folder.mkdir()
    for name in TOOLS:
        (folder / name).symlink_to(shutil.which(name))
    (folder / 'python3.11').symlink_to(Path(sys._base_executable).resolve())
    return folder


def stub(folder, name, output):
    """Put a program there that prints the output, whatever it is asked."""
    path = folder / name
    path.unlink(missing_ok=True)
    path.write_text(f"#!/bin/sh\nprintf '%s\\n' '{output}'\n")
    path.chmod(0o755)


def run_setup(checkout, tools, script='setup', **env):
    """Run one of the scripts with these tools only."""
    clean = {
        name: value for name, value in os.environ.items()
        if not name.startswith(('HOI_', 'PIP_', 'ROS_', '_ROS_', 'AMENT_', 'PYTHON', 'LD_'))
    }
    return subprocess.run(
        ['bash', str(checkout / 'scripts' / script)], capture_output=True, text=True,
        env={**clean, 'PATH': str(tools), **env}, stdin=subprocess.DEVNULL, timeout=120)


def only_line(result):
    """Return the one line that a failed script said."""
    assert result.returncode != 0
    assert result.stdout == ''
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    return lines[0]


@pytest.mark.parametrize('script', ['setup', 'plan', 'test'])
def test_unknown_distribution(checkout, tools, script):
    line = only_line(run_setup(checkout, tools, script, HOI_ROS_DISTRO='humble'))
    assert "'humble'" in line and 'jazzy' in line and 'kilted' in line
    assert not (checkout / '.venv').exists()


def test_wrong_python(checkout, tools):
    stub(tools, 'python3.11', '3.12')
    line = only_line(run_setup(checkout, tools))
    assert 'Python 3.11 is needed' in line and 'HOI_PYTHON' in line
    assert not (checkout / '.venv').exists()


def test_wrong_python_named(checkout, tools):
    stub(tools, 'python-of-mine', '3.9')
    line = only_line(run_setup(checkout, tools, HOI_PYTHON=str(tools / 'python-of-mine')))
    assert 'python-of-mine' in line and 'found: 3.9' in line


@pytest.mark.parametrize('tool', ['g++', 'cmake'])
def test_missing_tool(checkout, tools, tool):
    (tools / tool).unlink()
    line = only_line(run_setup(checkout, tools))
    assert f'missing: {tool}.' in line
    assert not (checkout / '.venv').exists()


def test_too_little_disk(checkout, tools):
    table = 'Filesystem 1024-blocks Used Available Capacity Mounted\n/dev/x 9000 8000 204800 9% /'
    stub(tools, 'df', table)
    line = only_line(run_setup(checkout, tools))
    assert 'has 200 MB free' in line


@pytest.mark.slow
def test_no_network_then_an_interrupted_run(checkout, tools):
    result = run_setup(checkout, tools, **NO_INDEX)
    assert result.returncode == 1
    assert 'the package index cannot be reached' in result.stderr.splitlines()[-1]
    environment = checkout / '.venv' / 'jazzy'
    # A clean failure: the next run goes on from here.
    assert not (environment / '.unfinished').exists()
    assert (environment / 'bin' / 'python').exists()

    # Cut off in the middle, as by a power failure: nobody knows what is there, so it goes.
    (environment / '.unfinished').touch()
    (environment / 'half a package').touch()
    result = run_setup(checkout, tools, **NO_INDEX)
    assert 'was interrupted; starting over' in result.stderr.splitlines()[0]
    assert not (environment / 'half a package').exists()


def test_a_second_setup_waits_for_the_first(checkout, tools):
    lock = checkout / '.venv' / '.jazzy.lock'
    lock.parent.mkdir()
    with subprocess.Popen(
            ['flock', str(lock), 'sh', '-c', 'echo held; read word'], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == 'held\n'
        with subprocess.Popen(
                ['bash', str(checkout / 'scripts' / 'setup')], stderr=subprocess.PIPE, text=True,
                env={**NO_INDEX, 'PATH': str(tools)}) as second:
            assert 'another setup is running' in second.stderr.readline()
            assert not (checkout / '.venv' / 'jazzy').exists()
            second.kill()
        holder.communicate('go\n')
