# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
The losses of SyncDiff, a number a sample each (He et al., section 3.5; supplement A.2, Table 15).

Where the paper has sums of squares over frames and numbers we have means over those that are
there, so that a loss does not depend on how many bodies and frames a sample has.
"""

from dataclasses import dataclass

from hoi_planner.geometry.transforms import identity_pose
from hoi_planner.methods.syncdiff.config import LossConfig
from hoi_planner.methods.syncdiff.contract import Condition
from hoi_planner.methods.syncdiff.representation import LinearCodec
from hoi_planner.motion.body_layout import Bodies, BodyLayout
import torch

_LEAST_NORM = 1e-6      # of a predicted quaternion that is normalised


@dataclass(frozen=True)
class Losses:
    """Each (B,), without its weight."""

    dc: torch.Tensor
    ac: torch.Tensor
    align: torch.Tensor
    norm: torch.Tensor

    def weighted(self, config: LossConfig) -> torch.Tensor:
        """Return L = l_dc L_dc + l_ac L_ac + l_align L_align + l_norm L_norm, (B,)."""
        return (config.dc * self.dc + config.ac * self.ac + config.align * self.align
                + config.norm * self.norm)


def syncdiff_losses(
    predicted: torch.Tensor, clean: torch.Tensor, condition: Condition, codec: LinearCodec,
    config: LossConfig,
) -> Losses:
    """
    Return all losses of a predicted clean state.

    :param predicted: (B, T, W)
    :param clean: (B, T, W) the true one
    :param config: of its align_unit and frame_stride; weights are for Losses.weighted
    """
    channel_mask = codec.layout.channel_mask(condition.object_mask, condition.hand_mask)
    dc, ac = band_losses(predicted, clean, channel_mask, condition.frame_mask, codec)
    some = slice(None, None, config.frame_stride)
    channels = codec.decode(predicted, channel_mask)[:, some]
    given = (channels, channel_mask, condition.frame_mask[:, some], codec.layout)
    return Losses(dc, ac, align_loss(*given, config.align_unit), norm_loss(*given))


def band_losses(
    predicted: torch.Tensor, clean: torch.Tensor, channel_mask: torch.Tensor,
    frame_mask: torch.Tensor, codec: LinearCodec,
) -> tuple[torch.Tensor, torch.Tensor]:
    """
    Return L_dc and L_ac, (B,) each: mean squares of the normalised state's two bands.

    Absent channels count nothing, nor do padded frames where tokens are frames; coefficients are of
    the whole length, padding included. Without decomposition all is L_dc, and L_ac is 0.

    :param predicted: (B, T, W)
    :param clean: (B, T, W)
    :param channel_mask: (B, C) bool
    :param frame_mask: (B, N) bool
    """
    error = (predicted - clean).square()
    present = codec.state_mask(channel_mask)
    losses = []
    for band in (codec.dc_mask, codec.ac_mask):
        mask = present & band
        if band is codec.dc_mask and codec.config.form != 'spectral':
            mask = mask & frame_mask[..., None]
        losses.append(_mean(error, mask))
    return losses[0], losses[1]


def align_loss(
    channels: torch.Tensor, channel_mask: torch.Tensor, frame_mask: torch.Tensor,
    layout: BodyLayout, unit: float = 1.0,
) -> torch.Tensor:
    """
    Return L_align (B,): mean square of x_{b2 -> b1} - rel(x_b1, x_b2), all of them predicted.

    Lengths are in `unit`, quaternions as they are. rel takes rotations, so predicted quaternions
    are normalised for it; x_{b2 -> b1} is compared as predicted.

    :param channels: (B, N, C) metres
    :param channel_mask: (B, C) bool
    :param frame_mask: (B, N) bool
    :param unit: metres
    """
    bodies = layout.unpack(channels)
    poses = bodies.object_poses
    still = identity_pose(dtype=poses.dtype).to(poses)
    # Absent objects' zeros are no poses; NaNs would reach the gradients of the others.
    poses = torch.where(_objects(channel_mask, layout)[:, :, None, None], poses, still)
    length = poses[..., 3:].norm(dim=-1, keepdim=True).clamp(min=_LEAST_NORM)
    poses = torch.cat([poses[..., :3], poses[..., 3:] / length], dim=-1)
    residual = channels - layout.pack(Bodies.of(poses, bodies.joints))
    is_relative, is_quaternion = _kinds(layout, channels.device)
    residual = torch.where(is_quaternion, residual, residual / unit)
    mask = (channel_mask & is_relative)[:, None] & frame_mask[..., None]
    return _mean(residual.square(), mask)


def norm_loss(
    channels: torch.Tensor, channel_mask: torch.Tensor, frame_mask: torch.Tensor,
    layout: BodyLayout,
) -> torch.Tensor:
    """
    Return L_norm (B,): mean of (||q|| - 1)^2 over all predicted quaternions, relative ones too.

    The paper names the loss but not its form; this one is ours.

    :param channels: (B, N, C)
    :param channel_mask: (B, C) bool
    :param frame_mask: (B, N) bool
    """
    _, is_quaternion = _kinds(layout, channels.device)
    quaternions = channels[..., is_quaternion].unflatten(-1, (-1, 4))
    present = channel_mask[:, is_quaternion].unflatten(-1, (-1, 4))[..., 0]     # (B, Q)
    mask = present[:, None] & frame_mask[..., None]
    # Ones where nothing stands: the gradient of a norm at 0 is NaN in some versions.
    lengths = torch.where(mask[..., None], quaternions, 0.5).norm(dim=-1)
    return _mean((lengths - 1).square(), mask)


def _objects(channel_mask: torch.Tensor, layout: BodyLayout) -> torch.Tensor:
    """Return which objects are present (B, K)."""
    return channel_mask[:, :7 * layout.max_objects:7]


def _kinds(layout: BodyLayout, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Return which channels (C,) are of relative motions, and which are of quaternions."""
    objects, hands, pairs, relative = layout.sizes
    is_relative = torch.arange(layout.width, device=device) >= objects + hands
    pose = torch.arange(7, device=device) >= 3
    none = torch.zeros(max(hands, relative), dtype=torch.bool, device=device)
    is_quaternion = torch.cat([
        pose.repeat(objects // 7), none[:hands], pose.repeat(pairs // 7), none[:relative]])
    return is_relative, is_quaternion


def _mean(values: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Return the mean (B,) of values (B, ...) where the mask is True; 0 where it nowhere is."""
    mask = mask.expand_as(values)
    total = torch.where(mask, values, 0.0).flatten(1).sum(dim=1)
    return total / mask.flatten(1).sum(dim=1).clamp(min=1)
