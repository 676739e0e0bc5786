# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The lists that are written down twice say the same: pins, interfaces, versions, executables."""

import importlib.util
import os
from pathlib import Path
import re
import xml.etree.ElementTree as ElementTree

import hoi_planner
import pytest

ROOT = Path(__file__).resolve().parents[1]
DISTROS = ['jazzy', 'kilted']


def pins(name):
    """Return {package: version} of requirements/NAME.txt."""
    lines = (ROOT / 'requirements' / f'{name}.txt').read_text().splitlines()
    rows = [re.sub(r'\[.*?\]', '', line).split('==') for line in lines if re.match(r'\w', line)]
    assert all(len(row) == 2 for row in rows), f'requirements/{name}.txt: not every line is NAME==V'
    return {package.lower().replace('_', '-'): version for package, version in rows}


@pytest.mark.parametrize('distro', DISTROS)
def test_the_constraints_hold_every_pin(distro):
    constraints = pins(f'constraints-{distro}')
    for name in ('core', 'test', f'ros-{distro}'):
        for package, version in pins(name).items():
            assert constraints.get(package) == version, f'{package} in constraints-{distro}.txt'


@pytest.mark.parametrize('distro', DISTROS)
def test_nothing_unwanted_is_installed(distro):
    constraints = pins(f'constraints-{distro}')
    # lark would overwrite lark-parser's module; CUDA would be gigabytes.
    assert 'lark' not in constraints and 'lark-parser' in constraints
    assert not [name for name in constraints if name.startswith(('nvidia-', 'cuda-', 'triton'))]


def test_torch_is_the_pinned_one():
    torch = importlib.import_module('torch')
    assert os.environ.get('HOI_TORCH') != 'cpu' or torch.version.cuda is None
    assert torch.__version__.split('+')[0] == pins('core')['torch']


def test_cmake_lists_every_interface():
    folder = ROOT / 'hoi_planner_msgs'
    there = {
        str(path.relative_to(folder)) for kind in ('msg', 'srv', 'action')
        for path in folder.glob(f'{kind}/*.{kind}')
    }
    text = (folder / 'CMakeLists.txt').read_text()
    listed = re.findall(r'^  ((?:msg|srv|action)/\S+)', text, re.M)
    assert sorted(listed) == sorted(there)


def test_one_version():
    versions = {
        ElementTree.parse(ROOT / name).findtext('version')
        for name in ('package.xml', 'hoi_planner_msgs/package.xml')
    }
    in_setup = re.search(r"version='(.*?)'", (ROOT / 'setup.py').read_text()).group(1)
    assert versions == {in_setup} == {hoi_planner.__version__}


def test_every_executable_has_its_module():
    scripts = re.findall(r"'[\w-]+ = ([\w.]+):main'", (ROOT / 'setup.py').read_text())
    assert len(scripts) == 5
    for module in scripts:
        assert importlib.util.find_spec(module) is not None, module


@pytest.fixture(scope='module')
def fix_exports():
    """Return the function that mends one CMake export."""
    spec = importlib.util.spec_from_file_location(
        'fix_cmake_exports', ROOT / 'scripts' / 'fix_cmake_exports.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.fix


def test_cmake_exports_point_at_this_python(fix_exports):
    export = (
        'INTERFACE_INCLUDE_DIRECTORIES "/opt/python/cp311-cp311/include/python3.11;'
        '/opt/python/cp311-cp311/lib/python3.11/site-packages/numpy/_core/include"')
    fixed = fix_exports(export, '/py/include', r'/np\1/include')
    assert fixed == r'INTERFACE_INCLUDE_DIRECTORIES "/py/include;/np\1/include"'
    assert fix_exports(fixed, '/py/include', r'/np\1/include') == fixed
