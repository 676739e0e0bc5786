# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The scene of scripts/plan: drawn by the seed, or what the arguments name."""

import math

from hoi_planner.client.plan_arguments import parse_arguments
from hoi_planner.client.plan_scene import plan_scene
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.objects.loading import load_object
import pytest
import torch


def scene(*words: str):
    """Return the scene of a command line."""
    return plan_scene(parse_arguments(words))


def names(found) -> list[str]:
    """Return the families of a scene's objects."""
    return [item.resource.removeprefix('library://').split('?')[0] for item in found.objects]


def test_without_objects_the_seed_draws_them():
    first, again, other = (scene('--task', 'pour', '--seed', seed) for seed in '778')
    assert [item.resource for item in first.objects] == [item.resource for item in again.objects]
    assert all(torch.equal(a.pose, b.pose) for a, b in zip(first.objects, again.objects))
    assert not torch.equal(first.objects[0].pose, other.objects[0].pose)
    assert len(first.objects) == 2 and not first.targets and not first.mesh_roots


def test_named_objects_take_their_roles_and_keep_their_poses():
    found = scene('--task', 'stir', '--object', 'bowl', '--object', 'spoon',
                  '--pose', '0.5', '0.1', '90', '--mass', '0.4')
    assert names(found) == ['spoon', 'bowl']
    bowl = found.objects[1]
    assert bowl.mass == 0.4 and found.objects[0].mass == 0.0
    assert bowl.pose[:2].tolist() == pytest.approx([0.5, 0.1])
    lowest = load_object('library://bowl').mesh.bounds[0, 2]
    assert bowl.pose[2].item() == pytest.approx(-lowest)
    assert 2 * math.acos(bowl.pose[6].item()) == pytest.approx(math.pi / 2)


def test_a_mesh_file_opens_its_folder_to_the_graph_and_the_target_is_of_the_first_role(tmp_path):
    path = tmp_path / 'my box.ply'
    load_object('library://carton').mesh.export(path)
    found = scene('--object', str(path), '--target', '0.4', '-0.1', '0')
    assert found.mesh_roots == (tmp_path,)
    assert found.objects[0].resource == path.as_uri()
    assert found.targets['user'][:2].tolist() == [0.4, -0.1]


@pytest.mark.parametrize('words, code, message', [
    (('--task', 'juggle'), FailureCode.UNKNOWN_TASK, 'juggle'),
    (('--object', 'unicorn'), FailureCode.MISSING_MESH, 'unicorn'),
    (('--task', 'pour', '--object', 'mug'), FailureCode.MISSING_OBJECT_STATE, 'needs 2 objects'),
    (('--object', 'carton', '--object', 'mug'), FailureCode.INVALID_REQUEST, 'has 1 roles'),
    (('--pose', '0', '0', '0'), FailureCode.INVALID_REQUEST, '--pose is given 1 times'),
    (('--object', 'mug', '--mass', '1', '--mass', '2'), FailureCode.INVALID_REQUEST,
     '--mass is given 2 times'),
    (('--object', 'carton', '--pose', 'nan', '0', '0'), FailureCode.INVALID_POSE,
     'must be finite'),
])
def test_a_wrong_scene_is_refused(words, code, message):
    with pytest.raises(HoiPlannerError, match=message) as refusal:
        scene(*words)
    assert refusal.value.code is code
