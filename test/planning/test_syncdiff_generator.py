# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The generator syncdiff with random weights: what it makes of requests, and what it refuses."""

from dataclasses import replace

import pytest
import torch
from untrained_checkpoint import write_untrained

from hoi_planner.cancellation import CancelToken
from hoi_planner.failures import FailureCode, HoiPlannerError, RequestError
from hoi_planner.geometry.transforms import identity_pose
from hoi_planner.hands.contract import SIDES
from hoi_planner.hands.joint_positions import joint_positions
from hoi_planner.hands.registry import load_hand_model
from hoi_planner.methods.syncdiff.task_habits import Habit, TaskHabits
from hoi_planner.motion.body_layout import Bodies
from hoi_planner.motion.continuous_poses import continuous_poses
from hoi_planner.planning.generators import make_generator
from hoi_planner.planning.request import HandStart, ObjectPlacement, PlanRequest
from hoi_planner.planning.scripted_generator import ScriptedGenerator
from hoi_planner.planning.syncdiff_config import (
    load_syncdiff_config, SyncDiffGeneratorConfig)
from hoi_planner.planning.syncdiff_generator import SyncDiffGenerator

POSE = torch.tensor([0.45, 0.10, 0.10, 0.0, 0.0, 0.0, 1.0], dtype=torch.float64)
BOX = ObjectPlacement('box', 'library://carton', POSE)
REQUEST = PlanRequest(task='carry', objects=(BOX,), candidates=2, seed=7)


def made(path, **config):
    """Return a generator of a checkpoint."""
    return SyncDiffGenerator(
        config=SyncDiffGeneratorConfig(str(path), **{'refine': False, **config}))


@pytest.fixture(scope='module')
def path(tmp_path_factory):
    """Return a checkpoint that knows a habit: mugs are carried by the right hand, for 21 frames."""
    path = tmp_path_factory.mktemp('model') / 'model.safetensors'
    habits = TaskHabits((Habit('carry', ('mug',), ('right',), 3, (21,), 30.0, 0.0, 0.1),))
    write_untrained(path, habits=habits.to_words())
    return path


@pytest.fixture(scope='module')
def generator(path):
    """Return a generator that does not refine."""
    return made(path)


def generate(generator, request, token=None, progress=lambda *step: None):
    """Return the candidates."""
    return generator.generate(request, token or CancelToken(), progress)


def code_of(generator, request):
    """Return code and message of the error that a request ends with."""
    with pytest.raises(HoiPlannerError) as caught:
        generate(generator, request)
    return caught.value.code, caught.value.message


def test_habits_say_which_hands_and_how_long(generator):
    mug = replace(BOX, id='mug', resource='library://mug')
    for plan in generate(generator, replace(REQUEST, objects=(mug,))):
        assert plan.motion.sides == ('right',) and plan.motion.num_frames == 21
    # Of a task that no habit is of: both hands, and no more frames than the network has.
    bottle = replace(BOX, id='bottle', resource='library://bottle')
    plan = generate(generator, PlanRequest('pour', (bottle, mug), candidates=1))[0]
    assert plan.motion.sides == SIDES and plan.motion.num_frames == 40


def test_free_text_is_understood_or_refused(generator):
    plan = generate(generator, replace(REQUEST, task='lift the box', candidates=1))[0]
    assert plan.motion.task == 'carry'
    assert generate(generator, replace(REQUEST, task='lifting', candidates=1))
    for text in ('play the piano', 'fold the towel', 'juggle', 'jug', ' '):
        code, message = code_of(generator, replace(REQUEST, task=text))
        assert code == FailureCode.UNKNOWN_TASK
    code, message = code_of(generator, replace(REQUEST, task='wipe the table'))
    assert 'similarity' in message and "'carry'" in message


def test_objects_stand_in_the_order_of_roles_and_others_stay(generator):
    poses = [POSE + torch.tensor([0.0, y, 0, 0, 0, 0, 0]) for y in (0.0, -0.2, -0.4)]
    mug, bottle, ball = (ObjectPlacement(name, f'library://{name}', pose) for name, pose in zip(
        ('mug', 'bottle', 'ball'), poses))
    plan = generate(generator, PlanRequest('pour', (mug, ball, bottle), candidates=1))[0]
    assert plan.motion.object_ids[:2] == ('bottle', 'mug') and len(plan.objects) == 3
    assert (plan.motion.object_poses[2, -1] - ball.pose).abs().max() < 1e-6
    many = tuple(replace(mug, id=str(number)) for number in range(4))
    code, message = code_of(generator, PlanRequest('pour', many))
    assert code == FailureCode.INVALID_REQUEST and '4 objects' in message and 'most 3' in message


def test_known_hands_are_where_the_motion_begins(generator):
    wrist = identity_pose()
    wrist[:3] = torch.tensor([0.3, 0.3, 0.45])
    fingers = torch.zeros(15, 3).double()
    fingers[:, 2] = 0.2
    request = replace(REQUEST, start_hands={'right': HandStart(wrist, fingers)})
    motion = generate(generator, request)[0].motion
    hand, shape = load_hand_model('open_hand', 'right'), torch.zeros(1, 10).double()
    wanted = joint_positions(hand, wrist[None], fingers[None], shape)
    found = joint_positions(hand, motion.wrist_poses[0, :1], motion.finger_poses[0, :1], shape)
    # Frame by frame the fit trades a little of the position for less speed and strain.
    assert (found - wanted).norm(dim=-1).mean() < 0.005
    with pytest.raises(RequestError, match="start_hands has 'middle'"):
        replace(REQUEST, start_hands={'middle': HandStart(wrist, fingers)})
    assert code_of(ScriptedGenerator(), request)[0] == FailureCode.INVALID_REQUEST


def test_cancel_between_two_steps(generator):
    token, seen = CancelToken(), []

    def stop(fraction, text):
        seen.append(text)
        if text.startswith('step 3'):
            token.cancel()

    with pytest.raises(HoiPlannerError) as caught:
        generate(generator, REQUEST, token, stop)
    assert caught.value.code == FailureCode.CANCELED and seen[-1] == 'step 3 of 10'


def test_without_a_table_the_lowest_point_counts_as_its_top(generator):
    high = POSE.clone()
    high[2] += 3.0
    low, floating = (generate(generator, replace(
        REQUEST, table_height=None, candidates=1, objects=(replace(BOX, pose=pose),)))[0].motion
        for pose in (POSE, high))
    assert (floating.wrist_poses[..., 2] - low.wrist_poses[..., 2] - 3.0).abs().max() < 1e-4


def test_what_cannot_be_loaded_is_said_and_asked_again(path, tmp_path):
    absent = made(tmp_path / 'none.safetensors')
    for _ in range(2):
        code, message = code_of(absent, REQUEST)
        assert code == FailureCode.GENERATOR_UNAVAILABLE and 'none.safetensors' in message
    write_untrained(tmp_path / 'none.safetensors')
    assert len(generate(absent, REQUEST)) == 2
    named = make_generator('syncdiff', checkpoint='no/such.safetensors')
    assert code_of(named, REQUEST)[0] == FailureCode.GENERATOR_UNAVAILABLE
    (tmp_path / 'cut.safetensors').write_bytes(path.read_bytes()[:1000])
    assert code_of(made(tmp_path / 'cut.safetensors'), REQUEST)[0] == (
        FailureCode.GENERATOR_UNAVAILABLE)


def test_weights_of_another_hand_or_encoder_are_refused(tmp_path):
    for name, value in (('hand_model', 'mano_smplx'), ('text_encoder', 'clip/vit')):
        path = tmp_path / f'{name}.safetensors'
        write_untrained(path, **{name: value})
        code, message = code_of(made(path), REQUEST)
        assert code == FailureCode.GENERATOR_UNAVAILABLE and f"'{value}'" in message


def test_hands_that_hold_nothing_are_refused_with_the_reason(path):
    found = generate(made(path, refine=True), REQUEST)
    assert not found and [item.code for item in found.refused] == [FailureCode.NO_CANDIDATE] * 2
    assert '1: no hand holds' in found.refusals()


@pytest.mark.slow
def test_samples_near_a_demonstration_are_refined(tmp_path):
    real = generate(ScriptedGenerator(), replace(REQUEST, candidates=1))[0].motion
    path = tmp_path / 'model.safetensors'
    habits = TaskHabits((Habit('carry', ('carton',), real.sides, 1, (real.num_frames,), real.fps,
                               0.1, 0.1),))
    write_untrained(path, 200, bodies_of(real, 200), 1e-3, habits=habits.to_words())
    request = replace(REQUEST, targets={'box': real.object_poses[0, -1]})
    found = generate(made(path, refine=True), request)
    assert len(found) + len(found.refused) == 2 and len(found) >= 1, found.refused
    for plan in found:
        poses = plan.motion.object_poses[0]
        assert (poses[0] - POSE).abs().max() < 1e-5 and plan.motion.sides == real.sides
        assert (poses[-1] - real.object_poses[0, -1])[:3].norm() < 0.01
        assert (poses[:, 2].max() - real.object_poses[0, :, 2].max()).abs() < 0.02


def bodies_of(motion, frames):
    """Return the bodies, B = 1, of a motion of one object that is padded to so many frames."""
    shown = torch.arange(frames).clamp(max=motion.num_frames - 1)
    poses = identity_pose(1, 3, frames, dtype=torch.float32)
    poses[0, 0] = continuous_poses(motion.object_poses)[0, shown].float()
    joints = torch.zeros(1, 2, frames, 21, 3)
    for k, side in enumerate(motion.sides):
        joints[0, SIDES.index(side)] = joint_positions(
            load_hand_model('open_hand', side), motion.wrist_poses[k], motion.finger_poses[k],
            motion.shapes[k].expand(motion.num_frames, -1)).float()[shown]
    return Bodies.of(poses, joints)


@pytest.mark.parametrize('text, words', [
    ('syncdiff: {sampling: {stepps: 3}}', 'stepps'),
    ('syncdiff: {sampling: {steps: 0}}', 'steps'),
    ('syncdiff: {min_margin: 2}', 'min_margin is 2'),
    ('syncdiff: {checkpoint: ""}', 'checkpoint is empty'),
    ('syncdiff: {refined: true}', 'refined'),
    ('other: {}', 'syncdiff'),
])
def test_wrong_parameters_are_named(tmp_path, text, words):
    path = tmp_path / 'generators.yaml'
    path.write_text(text)
    with pytest.raises(ValueError, match=words):
        load_syncdiff_config(path)


def test_the_shipped_parameters_refine():
    assert load_syncdiff_config().refine


@pytest.mark.parametrize('field, value', [('fit_every', 7), ('fit_iterations', 0), ('threads', 0)])
def test_a_number_beyond_its_limits_is_named(field, value):
    with pytest.raises(ValueError, match=f'{field} is {value}, must be 1 to'):
        SyncDiffGeneratorConfig(**{field: value})
