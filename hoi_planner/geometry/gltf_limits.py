# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Checks of a glTF file's JSON before a parser expands it.

A few hundred bytes of glTF can ask for terabytes: an accessor without data is filled with zeros,
one mesh may be instanced by many nodes, and nodes may (against the specification) share children.
"""

import json
import struct

MAX_NODES = 10_000
_GLB_MAGIC = b'glTF'
_JSON_CHUNK = 0x4E4F534A


def _header(data: bytes, extension: str) -> dict:
    """Return the JSON header of a .gltf or .glb file."""
    if extension == '.glb':
        magic, version, _, length, kind = struct.unpack_from('<4sIIII', data)
        if magic != _GLB_MAGIC or version != 2 or kind != _JSON_CHUNK:
            raise ValueError('not a glTF 2 binary file with a leading JSON chunk')
        data = data[20:20 + length]
    header = json.loads(data.decode('utf-8'))
    if not isinstance(header, dict):
        raise ValueError('the JSON header is not an object')
    return header


def _primitive_corners(primitive: dict, accessors: list) -> int:
    """Return how many triangle corners a primitive asks for."""
    index = primitive.get('indices', primitive['attributes']['POSITION'])
    return int(accessors[index]['count'])


def check_gltf(data: bytes, extension: str, max_faces: int) -> None:
    """
    Refuse a glTF file that would expand beyond the limits, or that needs other files.

    :param data: the file's bytes
    :param extension: '.gltf' or '.glb'
    :param max_faces: limit on the triangles of the whole scene, instances counted
    :raises ValueError: a limit is broken; the message names it (KeyError, TypeError, IndexError,
        struct.error and RecursionError also tell a malformed header)
    """
    header = _header(data, extension)
    for buffer in header.get('buffers', []):
        uri = buffer.get('uri', 'data:')
        if not uri.startswith('data:'):
            raise ValueError(f"it refers to the outside file '{uri[:200]}', must be self-contained")
    accessors = header.get('accessors', [])
    for accessor in accessors:
        if not 0 <= accessor['count'] <= 3 * max_faces:
            raise ValueError(
                f"an accessor has {accessor['count']} elements, limit {3 * max_faces}")
    meshes = [
        sum(_primitive_corners(primitive, accessors) for primitive in mesh['primitives'])
        for mesh in header.get('meshes', [])
    ]
    nodes = header.get('nodes', [])
    if len(nodes) > MAX_NODES:
        raise ValueError(f'it has {len(nodes)} nodes, limit {MAX_NODES}')
    children = [child for node in nodes for child in node.get('children', [])]
    if len(children) != len(set(children)):
        raise ValueError('a node has two parents, must be a tree')
    corners = max(sum(meshes), sum(meshes[node['mesh']] for node in nodes if 'mesh' in node))
    if corners > 3 * max_faces:
        raise ValueError(f'its scene has {corners // 3} triangles, limit {max_faces}')
