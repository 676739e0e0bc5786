# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Read config/open_hand.yaml: joints, tapered capsules, and how shape numbers change them."""

from dataclasses import dataclass
import functools
import math

import torch
import yaml

from hoi_planner.assets import config_path
from hoi_planner.hands.contract import JOINT_NAMES, NUM_SHAPE
from hoi_planner.hands.skin_field import BlendGroups

DESCRIPTION_FILE = 'open_hand.yaml'     # in config/
FINGERS = ('index', 'middle', 'pinky', 'ring', 'thumb')     # MANO's order of joints
SHAPE_NAMES = (
    'scale', 'palm_length', 'palm_breadth', 'palm_thickness', 'index_length', 'middle_length',
    'ring_length', 'pinky_length', 'thumb_length', 'girth')


@dataclass(frozen=True)
class HandDescription:
    """The right hand at rest, float64, metres; K capsules, every quantity linear in shape."""

    joints: torch.Tensor                # (16, 3)
    joint_directions: torch.Tensor      # (10, 16, 3) metres per unit of shape
    segments: torch.Tensor              # (15, 3) unit, from each finger joint towards the tip
    pad_normals: torch.Tensor           # (15, 3) unit, out of the pad, perpendicular to the segment
    tips: torch.Tensor                  # (5, 3) finger ends on the skin, FINGERS order
    names: tuple[str, ...]              # (K,)
    centres: torch.Tensor               # (K, 2, 3)
    centre_directions: torch.Tensor     # (10, K, 2, 3)
    centre_weights: torch.Tensor        # (K, 2, 16) how the ends follow the joints
    radii: torch.Tensor                 # (K, 2)
    radius_directions: torch.Tensor     # (10, K, 2)
    groups: BlendGroups
    joint_limits: torch.Tensor          # (15, 3, 2) radians
    words: dict                         # the file as read

    @property
    def flexion_axes(self) -> torch.Tensor:
        """Return the (15, 3) unit axes about which a positive angle flexes."""
        return torch.linalg.cross(self.segments, self.pad_normals)

    def shaped_capsules(self, shape: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the capsules' centres (..., K, 2, 3) and radii (..., K, 2) of shapes (..., 10)."""
        return (self.shaped(self.centres, self.centre_directions, shape),
                self.shaped(self.radii, self.radius_directions, shape))

    def shaped(self, base: torch.Tensor, directions: torch.Tensor, shape: torch.Tensor):
        """Return base + shape (..., 10) times directions (10, *base), in the type of shape."""
        flat = shape @ directions.to(shape).reshape(NUM_SHAPE, -1)
        return base.to(shape) + flat.reshape(*shape.shape[:-1], *base.shape)


@functools.cache
def load_description() -> HandDescription:
    """
    Read and check the description of the open hand.

    :raises ValueError: a capsule whose one sphere swallows the other, an unknown name
    """
    words = yaml.safe_load(config_path(DESCRIPTION_FILE).read_text())
    fingers = {name: _finger_frame(words, name) for name in FINGERS}
    joints = torch.cat([torch.zeros(1, 3, dtype=torch.float64)]
                       + [fingers[name]['joints'] for name in FINGERS])
    ends = _palm_ends(words)
    for name in FINGERS:
        ends += _finger_ends(words, name, fingers)
    centres = torch.stack([end['centre'] for end in ends]).reshape(-1, 2, 3)
    radii = torch.tensor([end['radius'] for end in ends], dtype=torch.float64).reshape(-1, 2)
    names = tuple(end['name'] for end in ends[::2])
    _check_capsules(names, centres, radii)
    moves = torch.stack([_end_directions(words, end, joints) for end in ends], dim=1)
    swells = torch.stack([_radius_directions(words, end) for end in ends], dim=1)
    homes = [None] + [name for name in FINGERS for _ in range(3)]
    limits = _vector([words['joint_limits'][name] for name in FINGERS]).deg2rad()
    return HandDescription(
        joints=joints,
        joint_directions=torch.stack([_point_directions(words, point, home, joints)
                                      for point, home in zip(joints, homes)], dim=1),
        segments=torch.cat([fingers[name]['segments'] for name in FINGERS]),
        pad_normals=torch.cat([fingers[name]['normals'] for name in FINGERS]),
        tips=torch.stack([fingers[name]['tip'] for name in FINGERS]),
        names=names,
        centres=centres,
        centre_directions=moves.reshape(NUM_SHAPE, -1, 2, 3),
        centre_weights=torch.stack([end['weights'] for end in ends]).reshape(-1, 2, 16),
        radii=radii,
        radius_directions=swells.reshape(NUM_SHAPE, -1, 2),
        groups=_blend_groups(words, names),
        joint_limits=limits.reshape(15, 3, 2),
        words=words,
    )


def _vector(numbers) -> torch.Tensor:
    """Return a float64 tensor."""
    return torch.tensor(numbers, dtype=torch.float64)


def _finger_frame(words: dict, name: str) -> dict:
    """Return a finger's joints (3, 3), tip (3,), unit segments (3, 3) and pad normals (3, 3)."""
    finger = words['fingers'][name]
    azimuths, droops = _vector(finger['azimuths']).deg2rad(), _vector(finger['droops']).deg2rad()
    segments = torch.stack([
        -droops.cos() * azimuths.cos(), -droops.sin(), droops.cos() * azimuths.sin()], dim=-1)
    steps = segments * (_vector(finger['lengths']) * words['hand_length'])[:, None]
    points = _vector(finger['base']) + torch.cat([torch.zeros(1, 3, dtype=torch.float64),
                                                  steps.cumsum(dim=0)])
    normal = _vector(words['pad_normals']['thumb' if name == 'thumb' else 'fingers'])
    normals = normal - (segments @ normal)[:, None] * segments
    normals = normals / normals.norm(dim=-1, keepdim=True)
    return {'joints': points[:3], 'tip': points[3], 'segments': segments, 'normals': normals}


def _joint_weights(weights: dict[str, float]) -> torch.Tensor:
    """Return the (16,) weights of named joints; they must sum to one."""
    row = torch.zeros(16, dtype=torch.float64)
    for joint, weight in weights.items():
        row[JOINT_NAMES.index(joint)] = weight
    if abs(row.sum().item() - 1) > 1e-9:
        raise ValueError(
            f'{DESCRIPTION_FILE}: weights {weights} sum to {row.sum().item()}, must be 1')
    return row


def _palm_ends(words: dict) -> list[dict]:
    """Return both ends of each capsule of the palm."""
    ends = []
    for name, capsule in words['palm'].items():
        for end, radius in zip('ab', capsule['radii']):
            weights = capsule.get('weights', {}).get(end, {'wrist': 1.0})
            ends.append({
                'name': name, 'centre': _vector(capsule[end]), 'radius': radius, 'palm': True,
                'weights': _joint_weights(weights), 'finger': capsule.get('finger', {}).get(end)})
    return ends


def _finger_ends(words: dict, name: str, fingers: dict) -> list[dict]:
    """Return both ends of each capsule of a finger: three segments and the pulp of the last."""
    finger, frame = words['fingers'][name], fingers[name]
    radii = finger['radii']
    # The tip is the end of the last sphere: a longer finger carries that sphere as far as the tip.
    cap = radii[3] * frame['segments'][2]
    stops = torch.cat([frame['joints'], (frame['tip'] - cap)[None]])
    pulp = finger['pulp']
    pad = [stops[2] + fraction * (stops[3] - stops[2]) + pulp['offset'] * frame['normals'][2]
           for fraction in pulp['span']]
    rows = [(f'{name}{k + 1}', k, stops[k:k + 2], radii[k:k + 2], (0, k // 2)) for k in range(3)]
    rows.append((f'{name}_pulp', 2, pad, pulp['radii'], pulp['span']))
    return [
        {'name': label, 'centre': centre, 'radius': radius, 'palm': False, 'finger': name,
         'carried_as': centre + share * cap, 'weights': _joint_weights({f'{name}{k + 1}': 1.0})}
        for label, k, centres, sizes, shares in rows
        for centre, radius, share in zip(centres, sizes, shares)]


def _check_capsules(names, centres: torch.Tensor, radii: torch.Tensor) -> None:
    """Refuse a capsule whose larger sphere swallows the smaller one."""
    for name, (a, b), (ra, rb) in zip(names, centres, radii):
        length = (b - a).norm().item()
        if not math.isfinite(length) or abs(ra - rb).item() >= length:
            raise ValueError(
                f'{DESCRIPTION_FILE}: capsule {name} is {length:.4f} m long, must be longer than '
                f'the difference of its radii {ra.item():.4f}, {rb.item():.4f}')


def _point_directions(words: dict, point: torch.Tensor, finger, joints) -> torch.Tensor:
    """
    Return how a point moves per unit of each shape number, (10, 3).

    :param point: (3,) at rest
    :param finger: the finger it belongs to, or None for the palm
    :param joints: (16, 3)
    """
    rates = words['shape']
    if finger is None:
        anchor, reach = point, torch.zeros(3, dtype=torch.float64)
    else:
        anchor = joints[1 + 3 * FINGERS.index(finger)]
        reach = point - anchor
    rows = {name: torch.zeros(3, dtype=torch.float64) for name in SHAPE_NAMES}
    rows['scale'] = rates['scale'] * point
    rows['palm_length'][0] = rates['palm_length'] * anchor[0]
    rows['palm_breadth'][2] = rates['palm_breadth'] * anchor[2]
    rows['palm_thickness'][1] = rates['palm_thickness'] * anchor[1]
    if finger is not None:
        rows[f'{finger}_length'] = rates[f'{finger}_length'] * reach
    return torch.stack([rows[name] for name in SHAPE_NAMES])


def _end_directions(words: dict, end: dict, joints: torch.Tensor) -> torch.Tensor:
    """Return how a capsule's end moves per unit of each shape number, (10, 3)."""
    rows = _point_directions(words, end.get('carried_as', end['centre']), end['finger'], joints)
    rows[SHAPE_NAMES.index('scale')] = words['shape']['scale'] * end['centre']
    return rows


def _radius_directions(words: dict, end: dict) -> torch.Tensor:
    """Return how a capsule's radius changes per unit of each shape number, (10,)."""
    row = torch.zeros(NUM_SHAPE, dtype=torch.float64)
    row[SHAPE_NAMES.index('scale')] = words['shape']['scale'] * end['radius']
    name = 'palm_thickness' if end['palm'] else 'girth'
    row[SHAPE_NAMES.index(name)] = words['shape'][name] * end['radius']
    return row


def _blend_groups(words: dict, names: tuple[str, ...]) -> BlendGroups:
    """Return which capsules blend with which."""
    chains = [[names.index(f'{finger}{k}') for k in (1, 2, 3)] + [names.index(f'{finger}_pulp')]
              for finger in FINGERS]
    return BlendGroups(
        palm=torch.arange(len(words['palm'])),
        chains=torch.tensor(chains),
        roots=torch.tensor([chain[0] for chain in chains]),
        palm_width=words['blend']['palm'],
        finger_width=words['blend']['finger'],
        root_width=words['blend']['root'],
    )
