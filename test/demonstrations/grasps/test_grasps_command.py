# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""`hoi-planner grasps list` tells of every group that is shipped."""

from hoi_planner.assets import models_path
from hoi_planner.cli.main import main
from hoi_planner.demonstrations.grasps.library import grasp_file
from hoi_planner.objects.loading import load_object


def test_grasps_list_has_a_line_of_each_shipped_group(capsys):
    assert main(['grasps', 'list']) == 0
    printed = [line.split()[:3] for line in capsys.readouterr().out.splitlines()]
    shipped = sorted(path.stem for path in models_path('grasps').glob('*.safetensors'))
    assert shipped
    for name in shipped:
        groups = grasp_file(load_object(f'library://{name}'), 'open_hand').groups
        for group, records in groups.items():
            assert [name, group, str(len(records))] in printed
