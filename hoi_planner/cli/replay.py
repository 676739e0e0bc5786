# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Sub-commands about recorded requests: replay, record-example."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from hoi_planner.evaluation.replay.bag_reading import LABEL_TOPIC, read_recording, SCENE_TOPIC
from hoi_planner.evaluation.replay.bag_writing import STORAGES, write_recording
from hoi_planner.evaluation.replay.comparison import changes, load_document
from hoi_planner.evaluation.replay.documents import (
    result_document, timing_document, write_document)
from hoi_planner.evaluation.replay.example import example_recording
from hoi_planner.evaluation.replay.offline import replay_offline
from hoi_planner.evaluation.replay.outcomes import ReplayOutcome
from hoi_planner.evaluation.replay.page import report_page
from hoi_planner.evaluation.replay.pose_topics import PoseTopics
from hoi_planner.evaluation.replay.recording import Recording
from hoi_planner.evaluation.replay.requests import replay_requests, ReplayRequest
from hoi_planner.evaluation.replay.settings import graph_settings, ReplaySettings
from hoi_planner.evaluation.replay.tables import outcome_table, summary_line
from hoi_planner.cli.ros_setup import require_ros
from hoi_planner.files import write_whole
from hoi_planner.viewing.candidate_film import write_candidate_film
from tqdm import tqdm

RATES = (0.01, 100.0)


def record_example(arguments: argparse.Namespace) -> None:
    """Write the example bag."""
    recording = example_recording()
    write_recording(recording, arguments.out, arguments.storage)
    print(f'{arguments.out}: {len(recording.labels)} requests, {len(recording.events)} messages')


def replay(arguments: argparse.Namespace) -> None:
    """Plan a bag's requests again, print the table and write the reports."""
    before = load_document(arguments.against) if arguments.against else None
    settings = graph_settings(
        seed=arguments.seed, generator=arguments.generator, candidates=arguments.candidates,
        time_budget=arguments.budget, friction=arguments.friction)
    check_rate(arguments)
    recording = read_recording(
        arguments.bag, arguments.scene_topic, arguments.label_topic, pose_topics(arguments))
    requests = replay_requests(recording, settings.seed)
    arguments.out.mkdir(parents=True, exist_ok=True)
    play = play_live if arguments.mode == 'live' else play_offline
    outcomes = play(arguments, recording, requests, settings)
    print(outcome_table(recording, outcomes))
    now = result_document(recording, settings, outcomes)
    write_document(arguments.out / 'replay.json', now)
    write_document(arguments.out / 'replay.timing.json',
                   timing_document(outcomes, arguments.mode, arguments.rate))
    changed = None if before is None else changes(before, now)
    for line in changed or []:
        print(f'changed: {line}')
    if changed == []:
        print(f'nothing changed against {arguments.against}')
    write_page(arguments, recording, settings, outcomes, changed)
    print(f'{arguments.bag}: {summary_line(outcomes)}; see {arguments.out / "replay.html"}')


def pose_topics(arguments: argparse.Namespace) -> PoseTopics | None:
    """Return where the poses are; None: all in one topic. Raises ValueError."""
    if not arguments.pose_topics:
        if arguments.mesh:
            raise ValueError('--mesh is for --pose-topics; the other topic names its meshes itself')
        return None
    meshes = {}
    for text in arguments.mesh:
        name, equals, resource = text.partition('=')
        if not (name and equals and resource):
            raise ValueError(f"--mesh '{text}' must be ID=RESOURCE, as box=library://carton")
        meshes[name] = resource
    return PoseTopics(arguments.pose_topics, meshes)


def check_rate(arguments: argparse.Namespace) -> None:
    """Set the rate of a live replay; raise ValueError for one that makes no sense."""
    if arguments.mode != 'live':
        for name in ('rate', 'namespace', 'join'):
            if getattr(arguments, name):
                raise ValueError(f'--{name} is for --mode live')
        return
    arguments.rate = 1.0 if arguments.rate is None else arguments.rate
    if not RATES[0] <= arguments.rate <= RATES[1]:
        raise ValueError(f'--rate is {arguments.rate}, must be {RATES[0]} to {RATES[1]}')


def play_offline(
    arguments: argparse.Namespace, recording: Recording, requests: Sequence[ReplayRequest],
    settings: ReplaySettings,
) -> list[ReplayOutcome]:
    """Return the outcomes of planning in this process."""
    with progress_bar(requests) as bar:
        return replay_offline(
            requests, settings, arguments.mesh_root, arguments.workers, shown_on(bar))


def play_live(
    arguments: argparse.Namespace, recording: Recording, requests: Sequence[ReplayRequest],
    settings: ReplaySettings,
) -> list[ReplayOutcome]:
    """Return the outcomes of playing the bag into a graph, and write the result bag."""
    require_ros()
    from hoi_planner.client.live_session import (
        check_result_place, LiveOptions, replay_live, write_result_bag)
    place = arguments.out / 'result_bag'
    check_result_place(place)
    options = LiveOptions(arguments.rate, arguments.namespace, arguments.join,
                          arguments.mesh_root, arguments.out / 'log')
    with progress_bar(requests) as bar:
        found = replay_live(
            recording, requests, settings, options, shown_on(bar),
            lambda feedback: show_stage(bar, f'{feedback.stage} {feedback.fraction:.0%}'))
    write_result_bag(place, found)
    return [item.outcome for item in found]


def progress_bar(requests: Sequence[ReplayRequest]) -> tqdm:
    """Return a bar that counts requests."""
    return tqdm(total=len(requests), desc='replay', unit='request', leave=False)


def shown_on(bar: tqdm) -> Callable[[ReplayOutcome], None]:
    """Return what shows an outcome on the bar."""
    def show(outcome: ReplayOutcome) -> None:
        bar.set_postfix_str(f'{outcome.request.task}: {outcome.result.code.name}', refresh=False)
        bar.update()

    return show


def show_stage(bar: tqdm, text: str) -> None:
    """Show a text on the bar; it is redrawn only when the text is new."""
    if bar.postfix != text:
        bar.set_postfix_str(text)


def write_page(
    arguments: argparse.Namespace, recording: Recording, settings: ReplaySettings,
    outcomes: Sequence[ReplayOutcome], changed: Sequence[str] | None,
) -> None:
    """Write the HTML report and its films."""
    films = {} if arguments.no_films else write_films(arguments, outcomes)
    facts = {
        'bag': str(arguments.bag),
        'planned by': f'{settings.generator}, at most {settings.candidates} candidates a request',
        'played': 'offline' if arguments.mode == 'offline' else f'live at {arguments.rate:g}x'}
    if arguments.against:
        facts['compared with'] = str(arguments.against)
    page = report_page(f'Replay of {arguments.bag.name}', recording, outcomes, films, facts,
                       changed)
    write_whole(arguments.out / 'replay.html', page.encode())


def write_films(arguments: argparse.Namespace, outcomes: Sequence[ReplayOutcome]) -> dict[int, str]:
    """Write a film of each accepted plan; return the index of its request -> its address."""
    folder = arguments.out / 'films'
    folder.mkdir(exist_ok=True)
    films = {}
    accepted = [item for item in outcomes if item.result.accepted]
    for item in tqdm(accepted, 'films', unit='film', leave=False):
        name = f'{item.request.index:03d}_{item.result.plan.motion.task}.gif'
        write_candidate_film(folder / name, item.result.plan, item.metrics, arguments.mesh_root)
        films[item.request.index] = f'films/{name}'
    return films


def add_commands(commands) -> None:
    """Add the sub-commands to the parser's."""
    example = commands.add_parser('record-example', help='write a small bag to replay')
    example.add_argument('out', type=Path, help='the folder of the bag; must not exist')
    example.add_argument('--storage', choices=sorted(STORAGES), default='mcap')
    example.set_defaults(job=record_example)
    job = commands.add_parser(
        'replay', help="plan a rosbag's requests again, and compare",
        description='Plan each task label of a rosbag2 bag (mcap or sqlite3) on the objects that '
                    'were seen by then: in this process, or by playing the bag into a graph.')
    job.add_argument('bag', type=Path, help="the bag's folder, or its .mcap or .db3 file")
    job.add_argument('--mode', choices=('offline', 'live'), default='offline')
    job.add_argument('--rate', type=float, help='of a live replay, 1 unless given')
    job.add_argument('--join', action='store_true',
                     help='play into a graph that runs with use_sim_time; else one is started')
    job.add_argument('--namespace', default='', help='of the graph')
    job.add_argument('--seed', type=int, default=0,
                     help="of the first request; each next one's is larger by one")
    job.add_argument('--generator', help='scripted or syncdiff')
    job.add_argument('--candidates', type=int, help='of each request, at most')
    job.add_argument('--budget', type=float, metavar='SECONDS', help='of each request')
    job.add_argument('--friction', type=float, help='effective hand-object friction')
    job.add_argument('--workers', type=int, help='processes of physics, offline')
    job.add_argument('--mesh-root', type=Path, action='append', default=[], metavar='DIR',
                     help='folder that file:// meshes of the bag lie in')
    job.add_argument('--scene-topic', default=SCENE_TOPIC, metavar='NAME')
    job.add_argument('--pose-topics', metavar='PATTERN',
                     help='take objects from PoseStamped topics, as /objects/{id}/pose')
    job.add_argument('--mesh', action='append', default=[], metavar='ID=RESOURCE',
                     help='mesh of an object of --pose-topics; library://ID unless given')
    job.add_argument('--label-topic', default=LABEL_TOPIC, metavar='NAME')
    job.add_argument('--out', type=Path, default=Path('replay'), metavar='DIR',
                     help='replay.json, replay.timing.json, replay.html, films, result_bag')
    job.add_argument('--against', type=Path, metavar='JSON',
                     help='replay.json of an earlier replay: print what changed')
    job.add_argument('--no-films', action='store_true', help='do not render')
    job.set_defaults(job=replay)
