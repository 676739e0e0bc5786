# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The text tower of CLIP ViT-B/32 from local files: SyncDiff's label features (Table 11)."""

from pathlib import Path

from hoi_planner.methods.text_embedding import CachedEncoder
import torch


class ClipTextEncoder(CachedEncoder):
    """
    CLIP's projected text features, 512 numbers for ViT-B/32.

    The folder is one that transformers' save_pretrained wrote, or a copy of
    openai/clip-vit-base-patch32: config.json, weights as safetensors, the tokenizer's files.
    Nothing is downloaded. transformers is no requirement of hoi_planner.
    """

    def __init__(self, folder: Path | str):
        """
        Load the tower.

        :raises FileNotFoundError: no such folder, or files are missing in it
        :raises ModuleNotFoundError: transformers is not installed
        """
        super().__init__()
        folder = Path(folder)
        if not (folder / 'config.json').is_file():
            raise FileNotFoundError(f"CLIP folder '{folder}' has no config.json")
        try:
            from transformers import CLIPTextModelWithProjection, CLIPTokenizerFast
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(
                'CLIP text features need the package transformers, which hoi_planner does not '
                'require: python -m pip install transformers') from error
        self._tokenizer = CLIPTokenizerFast.from_pretrained(folder, local_files_only=True)
        # use_safetensors: no pickle is ever loaded.
        self._tower = CLIPTextModelWithProjection.from_pretrained(
            folder, local_files_only=True, use_safetensors=True).eval().requires_grad_(False)
        self.width = self._tower.config.projection_dim
        self.name = f'clip/{folder.name}_{self.width}'

    def embed(self, text: str) -> torch.Tensor:
        """Return the projected feature of the text's end (E,)."""
        tokens = self._tokenizer([text], truncation=True, return_tensors='pt')
        return self._tower(**tokens).text_embeds[0]
