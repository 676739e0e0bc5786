# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""
Embeddings of sentences: what tasks and objects are called, as numbers for the networks.

The default needs no download: the weights lie in wordllama's wheel (MIT), one vector of 256 numbers
a token of Llama 2's vocabulary, to be averaged over the sentence. SyncDiff's own, CLIP ViT-B/32
(supplement, Table 11), is in clip_text_embedding.py.
"""

from collections import OrderedDict
from collections.abc import Sequence
import importlib.util
from pathlib import Path
from typing import Protocol

from safetensors import safe_open
import torch

MAX_CHARACTERS = 500
MAX_CACHED = 4096
# wordllama is only looked into, never imported: importing it sets up the process' logging.
_PACKAGE = 'wordllama'
_WEIGHTS = 'weights/l2_supercat_256.safetensors'
_TOKENIZER = 'tokenizers/l2_supercat_tokenizer_config.json'


class TextEncoder(Protocol):
    """Turns sentences into points on the unit sphere, near each other if they mean the like."""

    name: str       # checkpoints refuse another
    width: int      # E

    def __call__(self, texts: Sequence[str]) -> torch.Tensor:
        """
        Return the embeddings (B, E), float32 of unit norm, on the CPU.

        :raises ValueError: a text that is empty or too long
        """


class CachedEncoder:
    """A TextEncoder that embeds each sentence by itself, and remembers those of late."""

    name: str
    width: int

    def __init__(self):
        """Start with nothing remembered."""
        self._cache: OrderedDict[str, torch.Tensor] = OrderedDict()

    def __call__(self, texts: Sequence[str]) -> torch.Tensor:
        """Return the embeddings (B, E), see TextEncoder."""
        if isinstance(texts, str):
            raise ValueError(f"texts is the one string '{texts}', must be a list of strings")
        return torch.stack([self._remembered(text) for text in texts]) if texts else (
            torch.zeros(0, self.width))

    def _remembered(self, text: str) -> torch.Tensor:
        text = check_text(text)
        if text not in self._cache:
            embedding = self.embed(text).float()
            self._cache[text] = embedding / embedding.norm()
            if len(self._cache) > MAX_CACHED:
                self._cache.popitem(last=False)
        self._cache.move_to_end(text)
        return self._cache[text]

    def embed(self, text: str) -> torch.Tensor:
        """Return the embedding (E,) of one sentence, of any norm but 0."""
        raise NotImplementedError


class WordLlamaEncoder(CachedEncoder):
    """The average of a sentence's word vectors, as WordLlama.load().embed(text, norm=True)."""

    name = 'wordllama/l2_supercat_256'
    width = 256

    def __init__(self):
        """
        Read the tokenizer and map the weights.

        :raises FileNotFoundError: wordllama is not installed, or without its weights
        """
        super().__init__()
        # Imported late: nothing else needs it, and training on given embeddings does without.
        from tokenizers import Tokenizer
        self._tokenizer = Tokenizer.from_file(str(_package_file(_TOKENIZER)))
        self._weights = safe_open(
            _package_file(_WEIGHTS), framework='pt').get_tensor('embedding.weight')

    def embed(self, text: str) -> torch.Tensor:
        """Return the average (256,) of the tokens' vectors."""
        tokens = self._tokenizer.encode(text, add_special_tokens=False).ids
        return self._weights[tokens].float().mean(dim=0)


def check_text(text: str) -> str:
    """
    Return a text without surrounding blanks.

    :raises ValueError: it is no string, empty or too long
    """
    if not isinstance(text, str):
        raise ValueError(f'text is {text!r}, must be a string')
    text = text.strip()
    if not 1 <= len(text) <= MAX_CHARACTERS:
        raise ValueError(
            f"text '{text[:60]}' has {len(text)} characters, must have 1 to {MAX_CHARACTERS}")
    return text


def _package_file(name: str) -> Path:
    found = importlib.util.find_spec(_PACKAGE)
    path = Path(found.origin).parent / name if found else None
    if path is None or not path.is_file():
        raise FileNotFoundError(
            f"sentence embeddings need '{name}' of the package {_PACKAGE} "
            f'(requirements/core.txt); {path or "it is not installed"}')
    return path
