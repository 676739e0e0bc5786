# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
The condition as one vector (He et al., SyncDiff, supplement, D.2, Tables 11 and 12).

As the paper: features of the task, of each object's label and geometry, and the hands' shape
numbers. Ours on top: where the objects start and shall end and where the hands start, each with
whether it is known; which bodies are there; which share of the frames is no padding.
"""

from hoi_planner.hands.contract import NUM_SHAPE
from hoi_planner.methods.syncdiff.config import NetworkConfig
from hoi_planner.methods.syncdiff.contract import Condition
from hoi_planner.motion.body_layout import BodyLayout
import torch
from torch import nn


def two_layers(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    """Return the MLP of Tables 11 and 12."""
    return nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, outputs))


class ConditionEncoder(nn.Module):
    """
    Makes vectors (B, width) of conditions.

    Actions and objects share the label branch, as in Table 11. What is absent or unknown counts as
    zeros, whatever stands there.
    """

    def __init__(self, config: NetworkConfig, layout: BodyLayout):
        """Make the two branches."""
        super().__init__()
        self.label = two_layers(config.text, config.label_hidden, config.feature)
        self.geometry = two_layers(
            3 * config.basis_points, config.geometry_hidden, config.feature)
        object_numbers = 2 * config.feature + 2 * (7 + 1)
        hand_numbers = NUM_SHAPE + 1 + 3 * layout.num_joints + 1
        self.width = (config.feature + layout.max_objects * object_numbers
                      + layout.num_hands * hand_numbers + 1)

    def forward(self, condition: Condition) -> torch.Tensor:
        """Return the vectors (B, width) of B conditions."""
        objects, hands = condition.object_mask, condition.hand_mask
        goals, starts = condition.goal_mask & objects, condition.start_mask & hands
        # Zeros before the branches as well: no gradient then comes from what is absent.
        geometry = self.geometry(shown(condition.basis_points.flatten(2), objects))
        parts = [
            self.label(condition.task),
            shown(self.label(shown(condition.labels, objects)), objects),
            shown(geometry, objects),
            shown(condition.start_poses, objects), objects,
            shown(condition.goal_poses, goals), goals,
            shown(condition.shapes, hands), hands,
            shown(condition.start_joints.flatten(2), starts), starts,
            condition.frame_mask.to(condition.task).mean(dim=1, keepdim=True)]
        return torch.cat([part.to(condition.task).flatten(1) for part in parts], dim=1)


def shown(values: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Return values (B, K, ...) where the mask (B, K) is True, else 0, whatever stood there."""
    return torch.where(mask.reshape(*mask.shape, *(1,) * (values.dim() - mask.dim())), values, 0.0)
