# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Films and contact sheets of a small plan with the real hands."""

import contextlib

import numpy as np
import pytest
from PIL import Image, ImageSequence

from hoi_planner.viewing import contact_sheet, film
from hoi_planner.viewing.displacement_plot import DisplacementPlot
from hoi_planner.viewing.plan_painter import motion_points, PlanPainter

SIZE = (160, 120)


def _durations(path):
    with Image.open(path) as image:
        return [frame.info['duration'] for frame in ImageSequence.Iterator(image)]


@pytest.fixture(scope='module')
def film_path(tmp_path_factory, box_view):
    path = tmp_path_factory.mktemp('film') / 'plan.gif'
    return film.write_film(path, box_view(31), fps=15, size=SIZE, progress=False)


def test_a_film_lasts_as_long_as_the_plan(film_path):
    # 31 frames at 30 Hz are 1 s: 16 pictures at 15 Hz, the last one stands a second longer.
    durations = _durations(film_path)
    assert len(durations) == 16
    assert sum(durations) == pytest.approx(1000 * (16 / 15 + film.HOLD), abs=10)
    assert max(durations[:-1]) <= 70 and min(durations) >= 60


def test_a_film_has_the_curve_beneath_one_palette_and_repeats(film_path):
    with Image.open(film_path) as image:
        assert image.size == (SIZE[0], SIZE[1] + film.PLOT_HEIGHT)
        assert image.info['loop'] == 0
        pictures = [np.asarray(f.convert('RGB')) for f in ImageSequence.Iterator(image)]
    colors = np.unique(np.concatenate([p.reshape(-1, 3) for p in pictures]), axis=0)
    assert len(colors) <= 256
    # What does not move does not flicker: the table's far corner, all along.
    corner = np.stack([p[30:36, 2:20] for p in pictures])
    assert (corner == corner[0]).all()
    assert not np.array_equal(pictures[0][:SIZE[1]], pictures[-1][:SIZE[1]])


def test_a_film_is_the_same_bytes_twice(tmp_path, box_view):
    paths = [film.write_film(tmp_path / name, box_view(5), 15, (96, 72), progress=False)
             for name in ('a.gif', 'b.gif')]
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_film_frames_are_the_nearest_in_time(box_view):
    view = box_view(31)
    assert film.film_frames(view, 15) == list(range(0, 31, 2))
    assert film.film_frames(view, 90)[:6] == [0, 0, 1, 1, 1, 2]
    with pytest.raises(ValueError, match='fps is 0'):
        film.film_frames(view, 0)


def test_other_endings_are_refused(tmp_path, box_view):
    with pytest.raises(ValueError, match="must end with '.gif'"):
        film.write_film(tmp_path / 'plan.avi', box_view())
    with pytest.raises(ValueError, match="must end with '.png'"):
        contact_sheet.write_contact_sheet(tmp_path / 'plan.jpg', box_view())


def test_a_sheet_shows_first_and_last_frame_with_their_times(tmp_path, monkeypatch, box_view):
    written = []
    original = contact_sheet.write

    def record(image, position, text, *rest, **options):
        written.append(text)
        original(image, position, text, *rest, **options)

    monkeypatch.setattr(contact_sheet, 'write', record)
    path = contact_sheet.write_contact_sheet(tmp_path / 'plan.png', box_view(31), frames=3)
    assert written == ['carry box', 'seed 1', '0.00 s', '0.50 s   2.0 mm', '1.00 s   2.0 mm']
    with Image.open(path) as image:
        width, height = image.size
    assert width == 3 * (contact_sheet.CELL[0] + contact_sheet.GAP) + contact_sheet.GAP
    assert height > contact_sheet.CELL[1] + contact_sheet.PLOT_HEIGHT


def test_key_frames_are_spread_and_never_doubled(box_view):
    assert contact_sheet.key_frames(box_view(31), 4) == [0, 10, 20, 30]
    assert contact_sheet.key_frames(box_view(3), 8) == [0, 1, 2]
    with pytest.raises(ValueError, match='frames is 0'):
        contact_sheet.key_frames(box_view(3), 0)


def test_the_camera_frames_the_whole_motion_and_shows_both_hands(box_view):
    view = box_view()
    painter = PlanPainter(view, 320, 240)
    for hand in view.hands:
        places, depth = painter.camera.project(hand.vertices, 320, 240)
        assert depth.min() > 0
        assert places.min() >= 0 and (places.max(axis=(0, 1)) <= (320, 240)).all()
    picture = np.asarray(painter.picture(6)).astype(int)
    skin = (picture[..., 0] - picture[..., 2] > 45) & (picture[..., 0] > 120)
    columns = np.flatnonzero(skin.any(axis=0))
    box, _ = painter.camera.project(
        view.objects[0].vertices + view.objects[0].poses[6, :3], 320, 240)
    assert columns.min() < box[:, 0].min() and columns.max() > box[:, 0].max()


def test_pictures_drawn_at_once_are_those_drawn_alone(box_view):
    view = box_view(31)
    together, alone = (PlanPainter(view, *SIZE) for _ in range(2))
    frames = [30, 0, 7, 7, 19, 3]
    drawn = list(together.pictures(frames))
    assert [picture.tobytes() for picture in drawn] == [
        alone.picture(frame).tobytes() for frame in frames]


def test_who_wants_no_more_pictures_does_not_wait_for_them(box_view, monkeypatch):
    painter, begun = PlanPainter(box_view(31), *SIZE), []
    draw = painter.picture
    monkeypatch.setattr(painter, 'picture', lambda frame: begun.append(frame) or draw(frame))
    with contextlib.closing(painter.pictures(range(31))) as drawn:
        next(drawn)
    assert len(begun) < 31


def test_motion_points_bound_every_vertex(box_view):
    view = box_view()
    points = motion_points(view)
    for hand in view.hands:
        flat = hand.vertices.reshape(-1, 3)
        assert (flat >= points.min(axis=0) - 1e-9).all()
        assert (flat <= points.max(axis=0) + 1e-9).all()


def test_the_plan_is_outlined_where_the_object_left_it_and_only_there(box_motion, box_view):
    planned = box_motion().object_poses.numpy()
    fallen, near = planned.copy(), planned.copy()
    fallen[..., 0] += 0.08
    near[..., 0] += 0.001
    kept = PlanPainter(box_view(), 160, 120)
    for poses, differs in ((fallen, True), (near, False)):
        view = box_view(simulated_poses=poses)
        with_plan = PlanPainter(view, 160, 120, kept.camera).picture(3)
        alone = box_view(simulated_poses=None)
        moved = alone.objects[0].__class__(
            'box', view.objects[0].vertices, view.objects[0].faces, poses[0],
            view.objects[0].color)
        without = PlanPainter(
            alone.__class__(alone.times, alone.hands, (moved,), alone.displacement, 0.005, 0.0),
            160, 120, kept.camera).picture(3)
        assert (np.asarray(with_plan) != np.asarray(without)).any() == differs


@pytest.mark.parametrize('peak', [0.002, 0.3])
def test_the_cursor_moves_along_the_curve_also_when_the_object_fell(peak, box_view):
    view = box_view(31, displacement=np.linspace(0, peak, 31))
    plot = DisplacementPlot(view, 320, 120)
    bare = np.asarray(plot.at(None)).astype(int)
    columns = []
    for frame in (0, 15, 30):
        changed = np.abs(np.asarray(plot.at(frame)).astype(int) - bare).sum(axis=2) > 60
        full = changed.sum(axis=0)
        columns.append(int(np.argmax(full)))
        assert full.max() > 40
    assert columns[0] < columns[1] < columns[2]
    assert columns[2] - columns[1] == pytest.approx(columns[1] - columns[0], abs=2)


def test_nothing_simulated_is_said(box_view):
    view = box_view(displacement=None, limit=None)
    quiet = np.asarray(DisplacementPlot(view, 320, 120).at(3))
    assert quiet.shape == (120, 320, 3)
