# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Where files are found: a source checkout, an installed prefix, and nowhere."""

import os
from pathlib import Path
import shutil
import subprocess
import sys

from hoi_planner import assets
import pytest

ROOT = Path(__file__).parents[1]


def test_a_source_checkout_is_its_own_share():
    assert assets.share_directory() == ROOT.resolve()


@pytest.fixture
def installed(tmp_path, monkeypatch) -> Path:
    """Return a prefix with the package installed as colcon lays it out, first on the paths."""
    site = tmp_path / 'prefix' / 'lib' / 'site-packages' / 'hoi_planner'
    site.mkdir(parents=True)
    for name in ('__init__.py', 'assets.py'):
        shutil.copy(ROOT / 'hoi_planner' / name, site / name)
    share = tmp_path / 'prefix' / 'share' / 'hoi_planner'
    (share / 'config').mkdir(parents=True)
    (share / 'models' / 'open_hand').mkdir(parents=True)
    (share / 'config' / 'plan.yaml').write_text('a: 1\n')
    monkeypatch.setenv('AMENT_PREFIX_PATH', os.pathsep.join(
        [str(tmp_path / 'nothing_here'), str(tmp_path / 'prefix')]))
    monkeypatch.setenv('PYTHONPATH', str(site.parent))
    return share


def ask(expression: str, folder: Path) -> str:
    """Return an expression, evaluated by a process that sees only the installed package."""
    code = f'from hoi_planner import assets; print({expression})'
    done = subprocess.run(
        [sys.executable, '-c', code], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


def test_an_installed_package_reads_its_share_directory(installed, tmp_path):
    assert ask('assets.__file__', tmp_path).startswith(str(tmp_path))
    assert ask('assets.share_directory()', tmp_path) == str(installed)
    assert ask("assets.config_path('plan.yaml')", tmp_path) == str(installed / 'config/plan.yaml')
    assert ask("assets.models_path('open_hand')", tmp_path) == str(installed / 'models/open_hand')


def test_missing_files_list_what_there_is(installed, tmp_path):
    message = ask("assets.config_path('other.yaml')", tmp_path)
    assert message.startswith('FileNotFoundError') and "it has ['plan.yaml']" in message
    message = ask("assets.config_path('../models/open_hand')", tmp_path)
    assert message.startswith('ValueError') and 'leads out of' in message


def test_nowhere_installed_is_said(installed, tmp_path, monkeypatch):
    monkeypatch.setenv('AMENT_PREFIX_PATH', str(tmp_path / 'nothing_here'))
    message = ask('assets.share_directory()', tmp_path)
    assert message.startswith('FileNotFoundError') and 'AMENT_PREFIX_PATH' in message


def test_share_directories_of_packages(installed, tmp_path, monkeypatch):
    second = tmp_path / 'second' / 'share' / 'hoi_planner'
    second.mkdir(parents=True)
    paths = [str(tmp_path / 'prefix'), '', str(tmp_path / 'second')]
    monkeypatch.setenv('AMENT_PREFIX_PATH', os.pathsep.join(paths))
    assert assets.package_share_directories('hoi_planner') == [installed, second]
    assert assets.package_share_directories('unheard_of') == []
    for bad in ('..', '', 'a/b', '.hidden', 'a\n'):
        with pytest.raises(ValueError, match='package name'):
            assets.package_share_directories(bad)
    monkeypatch.delenv('AMENT_PREFIX_PATH')
    assert assets.package_share_directories('hoi_planner') == []


def test_the_cache_is_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv('HOI_CACHE', str(tmp_path / 'cache'))
    assert assets.cache_directory() == tmp_path / 'cache'
    monkeypatch.setenv('HOI_CACHE', '')
    monkeypatch.setenv('HOME', str(tmp_path))
    assert assets.cache_directory() == tmp_path / '.cache' / 'hoi_planner'
    monkeypatch.setenv('HOI_CACHE', '~/elsewhere')
    assert assets.cache_directory() == tmp_path / 'elsewhere'
