# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Build and installation of the ament_python package hoi_planner."""

from pathlib import Path

from setuptools import find_packages, setup

PACKAGE = 'hoi_planner'
# Resolved: with --symlink-install, colcon runs a link to this file from its build folder.
HERE = Path(__file__).resolve().parent


def shared_files(*folders):
    """Return data_files rows that put every file of the folders below share/hoi_planner."""
    rows = []
    for folder in folders:
        for place in sorted({path.parent for path in (HERE / folder).rglob('*.*')}):
            files = [
                str(path.relative_to(HERE)) for path in sorted(place.iterdir())
                if path.is_file() and path.suffix != '.pyc'
            ]
            if files:
                rows.append((f'share/{PACKAGE}/{place.relative_to(HERE)}', files))
    return rows


def requirements(name):
    """Return the packages of requirements/NAME.txt; the pins stay there, for scripts/setup."""
    lines = (HERE / 'requirements' / f'{name}.txt').read_text().splitlines()
    return [line.split('==')[0] for line in lines if line and not line.startswith('#')]


setup(
    name=PACKAGE,
    version='0.1.0',
    packages=find_packages(include=[PACKAGE, f'{PACKAGE}.*']),
    package_data={'': ['*.yaml', '*.json', '*.npz']},
    data_files=[
        ('share/ament_index/resource_index/packages', [f'resource/{PACKAGE}']),
        (f'share/{PACKAGE}', ['package.xml']),
        *shared_files('launch', 'config', 'models'),
    ],
    python_requires='>=3.11',
    install_requires=requirements('core'),
    extras_require={
        # smplx and manopth carry non-commercial licences: nothing needs them, they are asked for.
        # manopth is not on PyPI; README.md says how to add a clone of it.
        'mano': ['smplx'],
        'open3d': ['open3d'],
        # colcon runs pytest only where this extra names it.
        'test': requirements('test'),
    },
    zip_safe=False,
    author='The hoi_planner authors',
    maintainer='The hoi_planner maintainers',
    maintainer_email='maintainers@example.org',
    description='Plans two-handed manipulation of objects, and checks each plan in physics.',
    license='Apache-2.0',
    entry_points={
        'console_scripts': [
            'inference = hoi_planner.nodes.inference:main',
            'validator = hoi_planner.nodes.validator:main',
            'planner = hoi_planner.nodes.planner:main',
            'simulated_executor = hoi_planner.nodes.simulated_executor:main',
            'hoi-planner = hoi_planner.cli.main:main',
        ],
    },
)
