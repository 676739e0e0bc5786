# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""scripts/env: every run has a domain of its own, and no other ROS shines through."""

import os
from pathlib import Path
import socket
import subprocess

import pytest

ROOT = Path(__file__).resolve().parents[1]


def clean_environment(**extra):
    """Return this process's environment as it is outside of scripts/test, with additions."""
    distro = os.environ.get('HOI_ROS_DISTRO', 'jazzy')
    kept = {
        name: value for name, value in os.environ.items()
        if not name.startswith(('HOI_', 'ROS_', '_ROS_', 'AMENT_'))
    }
    return {**kept, 'HOI_ROS_DISTRO': distro, **extra}


def shell(command, **extra):
    """Return what bash prints for a command, after sourcing scripts/env."""
    result = subprocess.run(
        ['bash', '-c', f'source "{ROOT}/scripts/env" || exit; {command}'], text=True,
        capture_output=True, check=True, env=clean_environment(**extra))
    return result.stdout.strip()


def waiting_shell():
    """Start a bash that prints its domain and keeps it until its input ends."""
    return subprocess.Popen(
        ['bash', '-c', f'source "{ROOT}/scripts/env" && echo $ROS_DOMAIN_ID && exec cat'],
        text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=clean_environment())


def test_runs_side_by_side_have_different_domains():
    runs = [waiting_shell() for _ in range(4)]
    domains = [int(run.stdout.readline()) for run in runs]
    for run in runs:
        run.communicate('')
    assert len(set(domains)) == 4
    assert all(1 <= domain <= 101 for domain in domains)


def test_a_claim_ends_with_the_process_that_holds_it():
    run = waiting_shell()
    lock = f'/tmp/hoi_planner-domains/{int(run.stdout.readline())}'
    assert subprocess.run(['flock', '-n', lock, 'true']).returncode == 1
    run.kill()
    run.communicate()
    # What the shell had started ends a moment later.
    assert subprocess.run(['flock', '-w', '20', lock, 'true']).returncode == 0


def test_a_domain_with_a_listener_is_in_use():
    # Any free port of DDS's range stands for a participant of another program.
    for domain in range(101, 0, -1):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
            try:
                listener.bind(('127.0.0.1', 7400 + 250 * domain + 99))
            except OSError:
                continue
            assert shell(f'hoi_domain_in_use {domain} && echo taken || echo free') == 'taken'
        break


def test_a_domain_that_is_given_is_kept():
    assert shell('echo $ROS_DOMAIN_ID', ROS_DOMAIN_ID='77') == '77'


def test_a_script_in_a_run_claims_a_domain_of_its_own():
    inner = f'bash -c \'source "{ROOT}/scripts/env" && echo $ROS_DOMAIN_ID\''
    outer, nested = shell(f'echo $ROS_DOMAIN_ID; {inner}').split()
    assert outer != nested


def test_sourcing_twice_keeps_the_domain():
    first, second = shell(
        f'echo $ROS_DOMAIN_ID; source "{ROOT}/scripts/env"; echo $ROS_DOMAIN_ID').split()
    assert first == second


@pytest.mark.parametrize('keep, wanted', [('0', 'LOCALHOST'), ('1', 'SUBNET')])
def test_discovery_stays_on_this_machine_unless_kept(keep, wanted):
    found = shell(
        'echo $ROS_AUTOMATIC_DISCOVERY_RANGE', HOI_KEEP_DOMAIN=keep,
        ROS_AUTOMATIC_DISCOVERY_RANGE='SUBNET')
    assert found == wanted


def test_another_ros_does_not_shine_through():
    other = '/opt/ros/humble'
    seen = shell(
        'echo $PYTHONPATH $LD_LIBRARY_PATH $PATH $AMENT_PREFIX_PATH $CMAKE_PREFIX_PATH',
        AMENT_PREFIX_PATH=f'/home/me/ws/install:{other}',
        PYTHONPATH=f'{other}/lib/python3.10/site-packages:/home/me/ws/install/lib:/home/me/kept',
        LD_LIBRARY_PATH=f'{other}/lib', CMAKE_PREFIX_PATH=other)
    assert other not in seen and '/home/me/ws' not in seen
    assert '/home/me/kept' in seen


def test_an_error_does_not_end_the_shell_that_sources():
    result = subprocess.run(
        ['bash', '-c', f'source "{ROOT}/scripts/env"; echo "still here: $?"'], text=True,
        capture_output=True, env=clean_environment(HOI_ROS_DISTRO='humble'))
    assert result.stdout == 'still here: 2\n'
    assert len(result.stderr.splitlines()) == 1


def test_the_source_tree_is_what_runs():
    command = 'cd / && python -P -c "import hoi_planner; print(hoi_planner.__file__)"'
    assert shell(command) == str(ROOT / 'hoi_planner' / '__init__.py')
