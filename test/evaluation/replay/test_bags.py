# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Bags: what is written is read again, in recorded order; damaged ones are refused in one line."""

import json
from pathlib import Path
import shutil
import sqlite3

from hoi_planner.assets import package_share_directories
from hoi_planner.cli.main import main
from hoi_planner.evaluation.replay.bag_reading import in_order, read_recording
from hoi_planner.evaluation.replay.bag_writing import BagWriter, scene_msg, write_recording
from hoi_planner.evaluation.replay.example import example_recording
from hoi_planner.evaluation.replay.message_types import (
    LABEL_TYPE, message_folder, PLAN_TYPE, REPORT_TYPE, SCENE_TYPE, typestore)
from hoi_planner.evaluation.replay.pose_topics import (
    gathered, POSE_TYPE, PoseTopics, RecordedPose)
from hoi_planner.evaluation.replay.recording import BagError, Recording
from hypothesis import given, settings, strategies
import pytest
from replay_bags import CARTON, jumping_recording, label, scene, seconds, seen
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer
import yaml

EXAMPLE = Path(__file__).parent / 'example'
STORAGES = ('mcap', 'sqlite3')


@pytest.fixture(params=STORAGES)
def bag(request, tmp_path) -> Path:
    """Return a bag of the example, of each storage."""
    path = tmp_path / 'bag'
    write_recording(example_recording(), path, request.param)
    return path


def storage_file(path: Path) -> Path:
    """Return the one storage file of a bag."""
    [file] = [item for item in path.iterdir() if item.suffix in ('.mcap', '.db3')]
    return file


def test_a_recording_comes_back_as_it_was_written(bag):
    found = read_recording(bag)
    # NaN is in it, so the texts are compared.
    assert repr(found) == repr(example_recording())
    assert found.digest == example_recording().digest
    assert read_recording(storage_file(bag)).digest == found.digest


def test_the_shipped_example_is_small_and_is_made_anew_to_the_byte(tmp_path, capsys):
    assert main(['record-example', str(tmp_path / 'example')]) == 0
    assert '5 requests' in capsys.readouterr().out
    names = sorted(file.name for file in EXAMPLE.iterdir())
    assert names == sorted(file.name for file in (tmp_path / 'example').iterdir())
    for name in names:
        assert (EXAMPLE / name).read_bytes() == (tmp_path / 'example' / name).read_bytes()
    assert sum(file.stat().st_size for file in EXAMPLE.iterdir()) < 200_000


def test_the_example_is_not_written_over_anything(tmp_path, capsys):
    assert main(['record-example', str(tmp_path)]) == 1
    assert 'is there already' in capsys.readouterr().err


@pytest.mark.parametrize('kind', [SCENE_TYPE, PLAN_TYPE, REPORT_TYPE])
def test_the_types_are_those_that_ros_built(kind):
    shares = package_share_directories('hoi_planner_msgs')
    if not shares:
        pytest.skip('hoi_planner_msgs is not installed here: source scripts/env')
    built = json.loads((shares[0] / 'msg' / f'{kind.rsplit("/", 1)[1]}.json').read_text())
    hashes = {item['type_name']: item['hash_string'] for item in built['type_hashes']}
    assert typestore().hash_rihs01(kind) == hashes[kind]
    assert (message_folder() / f'{kind.rsplit("/", 1)[1]}.msg').is_file()


def test_time_that_jumped_backward_stays_in_recorded_order(tmp_path):
    for storage in STORAGES:
        path = tmp_path / storage
        write_recording(jumping_recording(), path, storage)
        assert read_recording(path).events == jumping_recording().events


def test_what_a_recorder_wrote_a_little_late_is_put_in_its_place():
    late = [scene(0.0), label(0.3), scene(0.2), label(0.9), scene(0.1)]
    assert list(in_order(late)) == [late[i] for i in (0, 2, 1, 3, 4)]


def test_a_namespace_before_the_topics_does_not_matter(tmp_path):
    recording = Recording((scene(0.0, seen(CARTON, 0.0)), label(0.1)))
    write_recording(recording, tmp_path / 'bag', 'mcap', '/left/object_states', '/left/task_label')
    assert read_recording(tmp_path / 'bag') == recording
    assert read_recording(tmp_path / 'bag', '/left/object_states', 'left/task_label') == recording


@pytest.mark.parametrize('mode', ['FILE', 'MESSAGE', 'STORAGE'])
def test_a_compressed_bag(tmp_path, mode):
    store, path = typestore(), tmp_path / 'bag'
    writer = Writer(path, version=9, storage_plugin=StoragePlugin.MCAP)
    writer.set_compression(CompressionMode[mode], CompressionFormat.ZSTD)
    recording = Recording((scene(0.0, seen(CARTON, 0.0)), label(0.1)))
    with writer:
        for event, topic, kind, msg in (
                (recording.events[0], '/object_states', SCENE_TYPE, scene_msg(recording.events[0])),
                (recording.events[1], '/task_label', LABEL_TYPE,
                 store.types[LABEL_TYPE](data='carry'))):
            connection = writer.add_connection(topic, kind, typestore=store)
            writer.write(connection, event.time, store.serialize_cdr(msg, kind))
    assert read_recording(path) == recording


def test_a_split_bag(tmp_path):
    # Time jumps back between the files.
    parts = [Recording(jumping_recording().events[:4]), Recording(jumping_recording().events[4:])]
    for name, part in zip(('bag', 'rest'), parts):
        write_recording(part, tmp_path / name)
    shutil.move(tmp_path / 'rest' / 'rest.mcap', tmp_path / 'bag')
    metadata = yaml.safe_load((tmp_path / 'bag' / 'metadata.yaml').read_text())
    words = metadata['rosbag2_bagfile_information']
    words['relative_file_paths'].append('rest.mcap')
    words['message_count'] = 7
    for topic in words['topics_with_message_count']:
        topic['message_count'] = {'/object_states': 2, '/task_label': 5}[
            topic['topic_metadata']['name']]
    (tmp_path / 'bag' / 'metadata.yaml').write_text(yaml.safe_dump(metadata))
    assert read_recording(tmp_path / 'bag') == jumping_recording()


def test_a_bag_that_does_not_tell_its_types_is_read_with_ours(tmp_path):
    # As ROS 2 Humble and older wrote them.
    write_recording(jumping_recording(), tmp_path / 'bag', 'sqlite3')
    with sqlite3.connect(tmp_path / 'bag' / 'bag.db3') as database:
        database.execute('UPDATE schema SET schema_version = 3')
    database.close()
    assert read_recording(tmp_path / 'bag') == jumping_recording()


def pose_bag(path: Path, *topics: str) -> Path:
    """Write a bag with a pose on each topic, a label, and a newer pose on the first topic."""
    store = typestore()
    kinds = store.types
    labels = [('/task_label', LABEL_TYPE, kinds[LABEL_TYPE](data='pour'))]

    def pose(topic, x):
        header = kinds['std_msgs/msg/Header'](
            stamp=kinds['builtin_interfaces/msg/Time'](sec=1, nanosec=5), frame_id='world')
        value = kinds['geometry_msgs/msg/Pose'](
            position=kinds['geometry_msgs/msg/Point'](x=x, y=0.0, z=0.1),
            orientation=kinds['geometry_msgs/msg/Quaternion'](x=0.0, y=0.0, z=0.0, w=1.0))
        return topic, POSE_TYPE, kinds[POSE_TYPE](header=header, pose=value)

    with BagWriter(path) as bag:
        for time, (topic, kind, msg) in enumerate(
                [*(pose(topic, 0.4) for topic in topics), *labels, pose(topics[0], 0.5)]):
            bag.write(topic, kind, time, store.serialize_cdr(msg, kind))
    return path


def test_objects_with_topics_of_their_own_make_scenes(tmp_path):
    path = pose_bag(tmp_path / 'bag', '/objects/jug/pose', '/objects/bowl/pose', '/camera/pose')
    poses = PoseTopics('objects/{id}/pose', {'jug': 'library://pitcher'})
    events = read_recording(path, pose_topics=poses).events
    assert [type(event).__name__ for event in events] == [
        'RecordedScene', 'RecordedScene', 'RecordedLabel', 'RecordedScene']
    assert [[item.id for item in event.objects] for event in events[:2]] == [
        ['jug'], ['bowl', 'jug']]
    bowl, jug = events[3].objects
    assert (bowl.resource, jug.resource) == ('library://bowl', 'library://pitcher')
    assert (bowl.pose[0], jug.pose[0], jug.stamp, jug.frame) == (0.4, 0.5, 1_000_000_005, 'world')


def test_a_jump_backward_forgets_the_poses(tmp_path):
    events = [RecordedPose(seconds(5.0), CARTON), label(5.1), label(1.0),
              RecordedPose(seconds(1.1), seen(CARTON, 1.1, id='other'))]
    assert [item.id for item in list(gathered(events))[-1].objects] == ['other']


def test_wrong_topics_of_poses_are_refused(tmp_path):
    path = pose_bag(tmp_path / 'bag', '/objects/jug/pose')
    assert "no topic '/things/{id}'" in refusal(path, pose_topics=PoseTopics('/things/{id}'))
    text = refusal(path, pose_topics=PoseTopics('/task_{id}'))
    assert f'is of type {LABEL_TYPE}, must be {POSE_TYPE}' in text
    with pytest.raises(ValueError, match='must have {id} once'):
        PoseTopics('/objects')


# --- Damaged and wrong bags ---------------------------------------------------------------------


def refusal(path: Path, **topics) -> str:
    """Return the one line that a bag is refused with, which names it."""
    with pytest.raises(BagError) as error:
        read_recording(path, **topics)
    text = str(error.value)
    assert str(path) in text and '\n' not in text
    return text


def other_bag(path: Path, messages, storage='mcap') -> Path:
    """Write a bag of (topic, type, fields)."""
    store = typestore()
    with BagWriter(path, storage) as bag:
        for topic, kind, fields in messages:
            bag.write(topic, kind, 1, store.serialize_cdr(store.types[kind](**fields), kind))
    return path


LABEL = ('/task_label', LABEL_TYPE, {'data': 'carry'})


def test_a_missing_bag(tmp_path):
    assert 'does not exist' in refusal(tmp_path / 'nothing')


def test_a_folder_without_metadata_names_the_file_that_can_be_read(bag):
    (bag / 'metadata.yaml').unlink()
    text = refusal(bag)
    assert 'has no metadata.yaml' in text and storage_file(bag).name in text
    assert 'has no metadata.yaml' in refusal(bag.parent)


def test_something_that_is_no_bag(tmp_path):
    path = tmp_path / 'notes.txt'
    path.write_text('no bag')
    assert "not '.txt'" in refusal(path)


def test_empty_files(bag):
    storage_file(bag).write_bytes(b'')
    assert 'empty' in refusal(storage_file(bag))
    refusal(bag)


def test_a_bag_without_messages(tmp_path):
    for storage in STORAGES:
        with BagWriter(tmp_path / storage, storage):
            pass
        assert 'holds no message' in refusal(tmp_path / storage)


def test_metadata_that_is_no_yaml_or_no_metadata(bag):
    for text in ('{', 'words', 'rosbag2_bagfile_information: {version: 5}', ''):
        (bag / 'metadata.yaml').write_text(text)
        assert 'cannot be read' in refusal(bag)


def test_a_storage_file_that_is_missing(bag):
    storage_file(bag).unlink()
    assert 'missing' in refusal(bag)


@pytest.mark.parametrize('part', [0.02, 0.3, 0.6, 0.9, 0.99])
def test_a_truncated_bag(bag, part):
    file = storage_file(bag)
    data = file.read_bytes()
    file.write_bytes(data[:int(part * len(data))])
    text = refusal(bag)
    assert 'corrupt or truncated' in text or 'cannot be decoded' in text


def test_messages_that_are_missing_by_the_metadata(bag):
    text = (bag / 'metadata.yaml').read_text()
    assert 'message_count: 40' in text
    (bag / 'metadata.yaml').write_text(text.replace('message_count: 40', 'message_count: 41'))
    assert '40 messages on /object_states, its metadata says 41' in refusal(bag)


def test_topics_that_are_missing(tmp_path):
    text = refusal(other_bag(tmp_path / 'bag', [LABEL]))
    assert "no topic 'object_states'" in text and "['/task_label']" in text
    assert "no topic 'no'" in refusal(EXAMPLE, scene_topic='no')


def test_a_topic_of_another_type(tmp_path):
    text = refusal(other_bag(tmp_path / 'bag', [
        ('/object_states', LABEL_TYPE, {'data': 'no scene'}), LABEL]))
    assert f'/object_states is of type {LABEL_TYPE}, must be {SCENE_TYPE}' in text


def test_a_topic_that_two_namespaces_have(tmp_path):
    text = refusal(other_bag(tmp_path / 'bag', [
        ('/left/task_label', LABEL_TYPE, {'data': 'carry'}), LABEL]), scene_topic='task_label')
    assert 'several topics' in text and 'name one in full' in text


def test_a_message_that_cannot_be_decoded(tmp_path):
    with BagWriter(tmp_path / 'bag') as bag:
        bag.write('/object_states', SCENE_TYPE, 1, b'\0\1\0\0\7')
        bag.write('/task_label', LABEL_TYPE, 2, b'\0\1\0\0\1\0\0\0\0')
    assert 'message 0 on /object_states cannot be decoded' in refusal(tmp_path / 'bag')


@given(data=strategies.data())
@settings(max_examples=60, deadline=None)
def test_bytes_that_flipped_give_a_recording_or_a_refusal(tmp_path_factory, data):
    storage = data.draw(strategies.sampled_from(STORAGES))
    path = tmp_path_factory.mktemp('flipped') / 'bag'
    write_recording(jumping_recording(), path, storage)
    file = storage_file(path)
    content = bytearray(file.read_bytes())
    for _ in range(data.draw(strategies.integers(1, 4))):
        content[data.draw(strategies.integers(0, len(content) - 1))] ^= data.draw(
            strategies.integers(1, 255))
    file.write_bytes(content)
    try:
        assert isinstance(read_recording(path), Recording)
    except BagError as error:
        assert str(path) in str(error)
    finally:
        shutil.rmtree(path.parent)


def test_a_length_of_a_terabyte_is_a_damaged_file(tmp_path):
    write_recording(jumping_recording(), tmp_path / 'bag', 'mcap')
    file = storage_file(tmp_path / 'bag')
    content = file.read_bytes()
    # mcap's footer: where the summary begins, 8 bytes; offsets 8; checksum 4; magic 8.
    summary = int.from_bytes(content[-28:-20], 'little')
    damaged = bytearray(content)
    damaged[summary + 1 + 5] ^= 1       # of the record's length, 8 bytes after its opcode
    file.write_bytes(damaged)
    assert 'more memory than there is' in refusal(tmp_path / 'bag')


def test_the_command_says_it_in_one_line(tmp_path, capsys):
    assert main(['replay', str(tmp_path / 'nothing')]) == 1
    assert capsys.readouterr().err == f"hoi-planner: bag '{tmp_path / 'nothing'}' does not exist\n"
