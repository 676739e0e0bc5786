# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What every generator keeps to, by whatever means it makes candidates."""

from dataclasses import replace

import pytest
import torch
from untrained_checkpoint import write_untrained

from hoi_planner.cancellation import CancelToken
from hoi_planner.failures import FailureCode, HoiPlannerError
from hoi_planner.planning.generators import GeneratorByName, GENERATORS, make_generator
from hoi_planner.planning.request import ObjectPlacement, PlanRequest
from hoi_planner.planning.syncdiff_config import SyncDiffGeneratorConfig
from hoi_planner.planning.syncdiff_generator import SyncDiffGenerator

POSE = torch.tensor([0.45, 0.10, 0.10, 0.0, 0.0, 0.0, 1.0], dtype=torch.float64)
BOX = ObjectPlacement('box', 'library://carton', POSE)
REQUEST = PlanRequest(task='carry', objects=(BOX,), candidates=2, seed=7)


@pytest.fixture(scope='module', params=sorted(GENERATORS))
def generator(request, tmp_path_factory):
    """Return a generator of each kind; syncdiff with random weights, which nothing can refine."""
    if request.param != SyncDiffGenerator.name:
        made = make_generator(request.param)
    else:
        path = tmp_path_factory.mktemp('model') / 'model.safetensors'
        write_untrained(path)
        made = SyncDiffGenerator(config=SyncDiffGeneratorConfig(str(path), refine=False))
    made.warm_up()
    return made


def generate(generator, request=REQUEST, token=None, progress=lambda *step: None):
    """Return the candidates."""
    return generator.generate(request, token or CancelToken(), progress)


@pytest.fixture(scope='module')
def candidates(generator):
    """Return the candidates of REQUEST."""
    return generate(generator)


def test_candidates_are_numbered_and_of_the_scene(candidates):
    numbers = [plan.index for plan in candidates] + [item.index for item in candidates.refused]
    assert sorted(numbers) == [0, 1] and len(candidates) >= 1
    for plan in candidates:
        assert plan.objects == (BOX,) and plan.seed == 7 and plan.table_height == 0.0
        assert plan.motion.task == 'carry' and plan.motion.hand_model == 'open_hand'
        assert plan.motion.object_ids == ('box',) and plan.motion.sides


def test_motions_begin_where_the_objects_stand(candidates):
    for plan in candidates:
        assert (plan.motion.object_poses[0, 0] - POSE).abs().max() < 1e-6


def test_quaternions_run_on_without_a_jump_of_sign(candidates):
    for plan in candidates:
        for poses in (plan.motion.object_poses, plan.motion.wrist_poses):
            steps = (poses[:, 1:, 3:] * poses[:, :-1, 3:]).sum(dim=-1)
            assert (steps > 0).all()


def test_the_same_request_is_the_same_bits_and_another_seed_is_not(generator, candidates):
    again = generate(generator)
    for one, other in zip(candidates, again, strict=True):
        for name in ('object_poses', 'wrist_poses', 'finger_poses'):
            assert torch.equal(getattr(one.motion, name), getattr(other.motion, name))
    other = generate(generator, replace(REQUEST, seed=8, candidates=1))
    assert other[0].motion.wrist_poses.shape != candidates[0].motion.wrist_poses.shape or (
        not torch.equal(other[0].motion.wrist_poses, candidates[0].motion.wrist_poses))


def test_targets_are_met(generator):
    target = POSE.clone()
    target[:2] = torch.tensor([0.50, -0.05])
    for plan in generate(generator, replace(REQUEST, targets={'box': target}, candidates=1)):
        assert (plan.motion.object_poses[0, -1] - target).abs().max() < 1e-6


def test_a_higher_table_lifts_all(generator, candidates):
    lifted, up = POSE.clone(), torch.tensor([0.0, 0.0, 0.25])
    lifted[2] += 0.25
    found = generate(generator, replace(
        REQUEST, objects=(replace(BOX, pose=lifted),), table_height=0.25, candidates=1))
    for one, other in zip(candidates, found):
        assert other.table_height == 0.25
        for name in ('object_poses', 'wrist_poses'):
            low, high = (getattr(plan.motion, name) for plan in (one, other))
            # The scripts' searches end within a fraction of a millimetre.
            assert (low[..., :3] + up - high[..., :3]).abs().max() < 1e-3


def test_progress_rises_to_one(generator):
    seen = []
    generate(generator, replace(REQUEST, candidates=1),
             progress=lambda fraction, text: seen.append(fraction))
    assert seen == sorted(seen) and seen[-1] == 1.0 and seen[0] > 0


def test_cancel_while_it_works(generator):
    token, seen = CancelToken(), []

    def stop(fraction, text):
        seen.append(fraction)
        token.cancel()

    with pytest.raises(HoiPlannerError) as caught:
        generate(generator, token=token, progress=stop)
    assert caught.value.code == FailureCode.CANCELED and len(seen) == 1


def test_unknown_tasks_and_meshes_have_their_codes(generator):
    unicorn = replace(BOX, resource='library://unicorn')
    for request, code in (
        (replace(REQUEST, task='fly'), FailureCode.UNKNOWN_TASK),
        (replace(REQUEST, objects=(unicorn,)), FailureCode.MISSING_MESH),
        (replace(REQUEST, task='pour'), FailureCode.MISSING_OBJECT_STATE),
    ):
        with pytest.raises(HoiPlannerError) as caught:
            generate(generator, request)
        assert caught.value.code == code


def test_requests_choose_by_name_and_an_absent_checkpoint_harms_no_other(tmp_path):
    both = GeneratorByName(checkpoint=str(tmp_path / 'none.safetensors'))
    for name, code, words in (
        ('syncdiff', FailureCode.GENERATOR_UNAVAILABLE, 'none.safetensors'),
        ('oracle', FailureCode.UNKNOWN_GENERATOR, "'oracle' is not one of"),
    ):
        with pytest.raises(HoiPlannerError, match=words) as caught:
            generate(both, replace(REQUEST, generator=name))
        assert caught.value.code == code
    assert both.named('scripted') is both.named('scripted')
