# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
An SMPL-X-shaped model without SMPL-X: its counts, its tree, a stick figure for a body.

smplx.SMPLX reads it from an npz as it reads the licensed file. Only what places joints is real.
"""

from pathlib import Path

import numpy as np

VERTICES, FACES, JOINTS = 10475, 20908, 55
BODY_PARENTS = (-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19)
# Of each body joint from its parent, metres; y up, the left side is +x.
BODY_STEPS = (
    (0.0, -0.35, 0.01), (0.06, -0.09, 0.0), (-0.06, -0.09, 0.0), (0.0, 0.11, -0.02),
    (0.04, -0.38, 0.0), (-0.04, -0.38, 0.0), (0.0, 0.13, 0.02), (-0.01, -0.4, -0.03),
    (0.01, -0.4, -0.03), (0.0, 0.06, 0.01), (0.02, -0.06, 0.12), (-0.02, -0.06, 0.12),
    (0.0, 0.17, -0.02), (0.07, 0.1, -0.01), (-0.07, 0.1, -0.01), (0.0, 0.09, 0.05),
    (0.1, 0.04, 0.0), (-0.1, 0.04, 0.0), (0.26, -0.02, -0.02), (-0.26, -0.02, -0.02),
    (0.25, 0.0, 0.0), (-0.25, 0.0, 0.0))


def tree() -> np.ndarray:
    """Return the parents of all 55 joints: body, jaw, eyes, fingers."""
    hands = [parent for wrist, first in ((20, 25), (21, 40))
             for k in range(0, 15, 3) for parent in (wrist, first + k, first + k + 1)]
    return np.array([*BODY_PARENTS, 15, 15, 15, *hands])


def write_model(path: Path) -> None:
    """Write SMPLX_NEUTRAL.npz; the first 55 vertices are the joints."""
    parents = tree()
    joints = np.zeros((JOINTS, 3))
    for k, parent in enumerate(parents):
        step = BODY_STEPS[k] if k < 22 else (0.02 * (1 if k < 40 else -1), 0.0, 0.003 * (k % 5))
        joints[k] = np.array(step) + (joints[parent] if k else 0)
    rng = np.random.default_rng(0)
    vertices = rng.normal(scale=0.3, size=(VERTICES, 3))
    vertices[:JOINTS] = joints
    weights = np.zeros((VERTICES, JOINTS), dtype=np.float32)
    weights[np.arange(VERTICES), np.arange(VERTICES) % JOINTS] = 1
    shapes = np.zeros((VERTICES, 3, 20))
    shapes[:JOINTS] = 0.01 * rng.normal(size=(JOINTS, 3, 20))
    np.savez(
        path, v_template=vertices, shapedirs=shapes, weights=weights,
        posedirs=np.zeros((VERTICES, 3, 9 * (JOINTS - 1)), dtype=np.float32),
        J_regressor=np.eye(JOINTS, VERTICES, dtype=np.float32),
        f=rng.integers(0, VERTICES, (FACES, 3)),
        kintree_table=np.stack([parents % 2**32, np.arange(JOINTS)]),
        hands_componentsl=np.eye(45), hands_componentsr=np.eye(45),
        hands_meanl=np.zeros(45), hands_meanr=np.zeros(45),
        lmk_faces_idx=np.zeros(51, dtype=int), lmk_bary_coords=np.full((51, 3), 1 / 3),
        dynamic_lmk_faces_idx=np.zeros((79, 17), dtype=int),
        dynamic_lmk_bary_coords=np.full((79, 17, 3), 1 / 3))
