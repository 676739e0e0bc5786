# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""What tasks and objects are called, and which task a free text means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from hoi_planner.assets import config_path
from hoi_planner.methods.text_embedding import TextEncoder
import torch
import yaml

# 'Put the lid on the pan' has more of lids and pans than of putting: what a text does with things
# tells its task, so half of the part that objects' names span is taken away.
LESS_OF_THINGS = 0.5


class UnderstoodTask(NamedTuple):
    """The task that a text means, and how near the text is to it."""

    task: str
    similarity: float       # cosine, at most 1
    margin: float           # how much nearer than the next task; small: ambiguous


@dataclass(frozen=True)
class Sentences:
    """
    The closed table of config/sentences.yaml.

    tasks: by name, the sentence that the networks are told, then others that mean the same
    categories: by name, a phrase
    """

    tasks: Mapping[str, tuple[str, ...]]
    categories: Mapping[str, str]

    def __post_init__(self):
        """
        Check that nothing is empty.

        :raises ValueError: names the entry
        """
        if not self.tasks:
            raise ValueError('tasks is empty, must have at least one')
        for name, texts in self.tasks.items():
            if not texts or not all(isinstance(text, str) and text.strip() for text in texts):
                raise ValueError(f"task '{name}' has the sentences {texts}, must have text in each")
        for name, text in self.categories.items():
            if not isinstance(text, str) or not text.strip():
                raise ValueError(f"category '{name}' has the phrase {text!r}, must be text")

    def task_embedding(self, encoder: TextEncoder, task: str) -> torch.Tensor:
        """
        Return the embedding (E,) of a task's first sentence: what networks are trained with.

        :raises ValueError: an unknown task; lists the known ones
        """
        if task not in self.tasks:
            raise ValueError(f"task '{task}' has no sentence; those of {sorted(self.tasks)} have")
        return encoder([self.tasks[task][0]])[0]

    def label_embeddings(self, encoder: TextEncoder, labels: Sequence[str]) -> torch.Tensor:
        """
        Return the embeddings (K, E) of objects' labels.

        A label is a category of the library, or any words for an object of the user's.
        """
        return encoder([
            self.categories.get(label, label.replace('_', ' ')) for label in labels])

    def understand(self, encoder: TextEncoder, text: str) -> UnderstoodTask:
        """
        Return the task that a text means: a task's name, or the nearest sentence's task.

        :raises ValueError: an empty or too long text
        """
        if text in self.tasks:
            return UnderstoodTask(text, 1.0, 1.0)
        things = self._things(encoder)
        query = _without(encoder([text]), things)[0]
        nearness = {task: (_without(encoder(texts), things) @ query).max().item()
                    for task, texts in self.tasks.items()}
        best, *others = sorted(nearness, key=nearness.get, reverse=True)
        margin = nearness[best] - nearness[others[0]] if others else 1.0
        return UnderstoodTask(best, nearness[best], margin)

    def is_verb(self, word: str) -> bool:
        """Return whether a word is a verb that a task's sentence begins with, in any form."""
        word = word.lower()
        return any(word in verb_forms(text.split()[0].lower())
                   for texts in self.tasks.values() for text in texts)

    def _things(self, encoder: TextEncoder) -> torch.Tensor:
        """Return an orthonormal basis (E, R) of what objects that name no task are called."""
        labels = [label for label in self.categories if label not in self.tasks]
        if not labels:
            return torch.zeros(encoder.width, 0)
        # By phrase and by name: a carton is 'a cardboard box', and people say both.
        names = encoder([label.replace('_', ' ') for label in labels])
        both = torch.cat([self.label_embeddings(encoder, labels), names])
        directions, sizes, _ = torch.linalg.svd(both.T, full_matrices=False)
        return directions[:, sizes > 0.1]


def verb_forms(verb: str) -> frozenset[str]:
    """Return the regular forms of an English verb: stir, stirs, stirring, stirred."""
    stems = {verb, verb.removesuffix('e'), verb + verb[-1]}
    return frozenset({verb} | {
        stem + ending for stem in stems for ending in ('s', 'es', 'ing', 'ed')})


def _without(embeddings: torch.Tensor, things: torch.Tensor) -> torch.Tensor:
    """Return embeddings (B, E), unit norm again, with less of the things' part."""
    rest = embeddings - LESS_OF_THINGS * (embeddings @ things) @ things.T
    return rest / rest.norm(dim=-1, keepdim=True)


def load_sentences(path: Path | None = None) -> Sentences:
    """
    Read the table.

    :param path: config/sentences.yaml when None
    :raises ValueError: not of the form that the file itself shows
    """
    path = config_path('sentences.yaml') if path is None else path
    words = yaml.safe_load(path.read_text())
    if not isinstance(words, dict) or set(words) != {'tasks', 'categories'} or not all(
            isinstance(part, dict) for part in words.values()):
        raise ValueError(f"'{path}' must have the keys tasks and categories, each with names below")
    for name, texts in words['tasks'].items():
        if not isinstance(texts, list):
            raise ValueError(f"'{path}': task '{name}' has {texts!r}, must be a list of sentences")
    try:
        return Sentences(
            {name: tuple(texts) for name, texts in words['tasks'].items()}, words['categories'])
    except ValueError as error:
        raise ValueError(f"'{path}': {error}") from error
