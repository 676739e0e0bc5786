# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""`hoi-planner grasps`: list tells of every shipped group, search leaves nothing to plans."""

from hoi_planner.assets import models_path
from hoi_planner.cli.main import main
from hoi_planner.demonstrations.grasps import firmness
from hoi_planner.demonstrations.grasps.library import grasp_file
from hoi_planner.demonstrations.scripting.supply import find_firm_ones
from hoi_planner.geometry import array_cache
from hoi_planner.objects.loading import load_object
from hoi_planner.refinement.regrasp import can_lift, nearest_single
from scenes import scene_of, standing
import torch


def test_grasps_list_has_a_line_of_each_shipped_group(capsys):
    assert main(['grasps', 'list']) == 0
    printed = [line.split()[:3] for line in capsys.readouterr().out.splitlines()]
    shipped = sorted(path.stem for path in models_path('grasps').glob('*.safetensors'))
    assert shipped
    for name in shipped:
        groups = grasp_file(load_object(f'library://{name}'), 'open_hand').groups
        for group, records in groups.items():
            assert [name, group, str(len(records))] in printed


def test_after_a_search_no_plan_waits_to_learn_which_grasps_are_firm(tmp_path, monkeypatch):
    monkeypatch.setenv('HOI_CACHE', str(tmp_path))
    monkeypatch.setattr(array_cache, 'shipped_entry', lambda *given: None)
    placed = standing('library://bottle_cap', name='thing')
    find_firm_ones(placed.model, ['right'])
    known = list((tmp_path / 'firm_grasps').iterdir())
    assert len(known) == 1
    monkeypatch.setattr(firmness, 'holds_firmly', None)
    wanted = torch.zeros(3, 21, 3, dtype=torch.float64)
    assert nearest_single(scene_of(placed), placed, 'right', wanted, 5)


def test_what_one_side_has_no_grasp_of_is_no_error_of_the_search(monkeypatch):
    placed = standing('library://handled_box', name='thing')
    assert not can_lift(scene_of(placed), placed, 'left')
    find_firm_ones(placed.model, ['left'])
