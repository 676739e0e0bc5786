# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The committed template is what the description makes, and says which description made it."""

import hashlib
import os
from pathlib import Path
import subprocess
import sys

from hoi_planner.assets import models_path
from hoi_planner.hands import open_hand_template
from hoi_planner.hands.hand_description import _check_capsules, load_description
from hoi_planner.hands.linear_blend_skinning import joint_transforms
import pytest
from safetensors import safe_open
from safetensors.torch import save_file
import torch


@pytest.mark.slow
def test_it_is_remade(tmp_path):
    """
    Remake the file in a fresh process and compare what is in it.

    On another kind of processor the last bits of a pose correction might differ: lengths must agree
    within two micrometres, and faces exactly.
    """
    path = tmp_path / 'open_hand.safetensors'
    subprocess.run(
        [sys.executable, '-m', 'hoi_planner.hands.open_hand_template', '--out', str(path)],
        check=True, cwd=Path(open_hand_template.__file__).parents[2],
        env={**os.environ, 'OMP_NUM_THREADS': '2'})
    committed = models_path('open_hand.safetensors')
    with safe_open(str(path), 'pt') as new, safe_open(str(committed), 'pt') as old:
        assert sorted(new.keys()) == sorted(old.keys())
        for name in old.keys():
            one, other = new.get_tensor(name), old.get_tensor(name)
            assert one.shape == other.shape, name
            if one.is_floating_point():
                assert (one - other).abs().max() < 2e-6, name
            else:
                assert torch.equal(one, other), name


def test_a_template_of_another_description_is_refused(tmp_path, monkeypatch):
    stale = tmp_path / 'open_hand.safetensors'
    save_file({'vertices': torch.zeros(1, 3)}, str(stale), {'description_sha256': 'another'})
    monkeypatch.setattr(open_hand_template, 'models_path', lambda name: stale)
    open_hand_template.load_template.cache_clear()
    try:
        with pytest.raises(ValueError, match='remake it with python -m'):
            open_hand_template.load_template()
    finally:
        open_hand_template.load_template.cache_clear()


def test_corrections_pack_and_unpack():
    generator = torch.Generator().manual_seed(0)
    full = torch.zeros(15, 9, 7, 3, dtype=torch.float64)
    full[2, :, 3] = 1e-3 * torch.randn(9, 3, generator=generator, dtype=torch.float64)
    full[14, :, 6] = 2e-3
    full[0, 0, 0, 0] = 1e-6                                     # too small to keep
    full = full.reshape(135, 7, 3)
    pairs, blocks = open_hand_template._pack_corrections(full)
    assert sorted(pairs.tolist()) == [[2, 3], [14, 6]]
    restored = open_hand_template.unpack_corrections(pairs, blocks, 7)
    assert (restored - full).abs().max() < 1.1e-6


def test_the_digest_ignores_comments_but_not_numbers():
    words = load_description().words
    assert len(open_hand_template.description_digest()) == len(hashlib.sha256().hexdigest())
    assert words['model_id'] == 'open_hand' and words['license'] == 'Apache-2.0'


def test_a_swallowed_sphere_is_refused():
    centres = torch.tensor([[[0.0, 0, 0], [0.001, 0, 0]]])
    with pytest.raises(ValueError, match='capsule bad is 0.0010 m long'):
        _check_capsules(['bad'], centres, torch.tensor([[0.01, 0.005]]))


def test_joint_transforms_follow_the_tree():
    description = load_description()
    still = torch.eye(3, dtype=torch.float64).expand(1, 16, 3, 3)
    frames = joint_transforms(description.joints[None], still, torch.zeros(1, 3).double())
    assert torch.allclose(frames[0, :, :3, 3], description.joints)
    # Turning joint 1 of the index moves the joints beyond it and nothing else.
    turned = still.clone()
    turned[0, 1] = torch.tensor([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]]).double()
    moved = joint_transforms(description.joints[None], turned, torch.zeros(1, 3).double())
    change = (moved - frames)[0, :, :3, 3].norm(dim=-1)
    assert set((change > 1e-9).nonzero()[:, 0].tolist()) == {2, 3}
