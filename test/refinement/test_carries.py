# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What is carried is held until it is set down, without a break; what stays is held as it was."""

from noisy_motions import carried, perturbed, truth_frames, verdict
import torch

from hoi_planner.geometry.transforms import compose, pose_from_rotvec
from hoi_planner.motion.record import HandObjectMotion
from hoi_planner.refinement import refine as refine_module
from hoi_planner.refinement.carries import HURRIED, held_until_set_down, set_down_frame, unbroken
from hoi_planner.refinement.holds import Hold
from hoi_planner.refinement.refine import refine
from hoi_planner.refinement.uses import LEAVE, LOOSEN, RETREAT, Use


def test_an_object_is_set_down_when_it_is_where_it_ends():
    _, motion = carried()
    frame = set_down_frame(motion.object_poses[0])
    assert truth_frames()[1] - 8 < frame <= truth_frames()[1]


def test_a_sample_that_trembles_is_set_down_at_about_the_same_frame():
    _, motion = carried()
    noise = 0.003 * torch.randn(
        motion.num_frames, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    path = motion.object_poses[0].clone()
    path[:, :3] += noise
    assert abs(set_down_frame(path) - set_down_frame(motion.object_poses[0])) <= 4


def test_what_turns_alone_is_not_set_down_yet_and_what_rests_always_is():
    still = torch.tensor([0.4, 0.1, 0.05, 0, 0, 0, 1], dtype=torch.float64).expand(60, 7)
    assert set_down_frame(still) == 0
    angle = torch.linspace(1.0, 0.0, 40, dtype=torch.float64)
    turning = pose_from_rotvec(
        torch.zeros(40, 3, dtype=torch.float64),
        torch.stack([0 * angle, 0 * angle, angle], dim=1))
    path = torch.cat([compose(still[:40], turning), still[40:]])
    assert set_down_frame(path) == int((angle > 0.2).sum())


def test_a_hold_that_ends_in_mid_air_lasts_until_the_object_stands():
    _, motion = carried()
    start, end = truth_frames()
    (use,) = held_until_set_down([Use(0, 0, (Hold(0, 0, start, end - 30),))], motion)
    assert (use.start, use.end) == (start, set_down_frame(motion.object_poses[0]))


def test_a_hold_is_never_made_shorter_and_leaves_time_to_go():
    _, motion = carried()
    late = Use(0, 0, (Hold(0, 0, 40, motion.num_frames - 3),))
    assert held_until_set_down([late], motion) == [late]
    cut = motion.with_(**{
        name: getattr(motion, name)[:, :truth_frames()[1] - 10]
        for name in ('object_poses', 'wrist_poses', 'finger_poses')})
    (use,) = held_until_set_down([Use(0, 0, (Hold(0, 0, 40, 60),))], cut)
    assert use.end == cut.num_frames - 1 - round(HURRIED * (LOOSEN + LEAVE + RETREAT) * 30)


def test_of_two_hands_only_the_last_holds_on_and_of_what_stays_none():
    _, motion = carried()
    first, second = Use(0, 0, (Hold(0, 0, 36, 60),)), Use(1, 0, (Hold(1, 0, 50, 80),))
    kept, longer = held_until_set_down([first, second], motion)
    assert kept == first and longer.end > second.end
    assert held_until_set_down([first, second], motion, staying={0}) == [first, second]


def test_a_use_without_breaks_has_one_hold_over_all_of_its_time():
    use = Use(1, 0, (Hold(1, 0, 10, 30, 0.2), Hold(1, 0, 36, 70, 0.3)))
    (hold,) = unbroken(use).holds
    assert (hold.hand, hold.body, hold.start, hold.end, hold.closeness) == (1, 0, 10, 70, 0.5)


def test_a_hold_with_a_break_in_mid_air_is_refined_to_a_plan_that_physics_accepts(monkeypatch):
    scene, motion = carried()
    sample = perturbed(motion, torch.Generator().manual_seed(1))
    start, end = truth_frames()
    before, after = (start + round(share * (end - start)) for share in (0.35, 0.5))
    holds = Hold(0, 0, start, before, 1.0), Hold(0, 0, after, end, 1.0)
    monkeypatch.setattr(refine_module, 'find_holds', lambda *given: holds)
    result = refine(sample, scene)
    assert isinstance(result, HandObjectMotion), result.reason
    report = verdict(scene, result)
    assert report.accepted, report.message
    # As it was: the hand opens and the ball falls.
    monkeypatch.setattr(refine_module, 'unbroken', lambda use: use)
    dropped = refine(sample, scene)
    assert isinstance(dropped, HandObjectMotion), dropped.reason
    assert not verdict(scene, dropped).accepted
