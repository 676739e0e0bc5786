# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""Which task a request's words mean."""

from hoi_planner.demonstrations.tasks.contract import Task
from hoi_planner.demonstrations.tasks.registry import TASKS
from hoi_planner.failures import FailureCode, RequestError
from hoi_planner.methods.sentences import Sentences
from hoi_planner.methods.text_embedding import TextEncoder


def understood_task(
    words: str, sentences: Sentences, encoder: TextEncoder, min_similarity: float,
    min_margin: float,
) -> Task:
    """
    Return the task of a name or a free text; a text that could mean two tasks means none.

    :raises RequestError: UNKNOWN_TASK, with the nearest task and how near it is
    """
    if words in TASKS and words in sentences.tasks:
        return TASKS[words]
    # A word alone has no others to go by, and an unknown one is near what is spelled like it:
    # juggle would be to tip the jug.
    if len(words.split()) == 1 and not sentences.is_verb(words.strip()):
        raise RequestError(
            FailureCode.UNKNOWN_TASK,
            f"task '{words[:60]}' is not understood: it is neither the name of a task, "
            f'{sorted(TASKS)}, nor a verb of config/sentences.yaml')
    try:
        found = sentences.understand(encoder, words)
    except ValueError as error:
        raise RequestError(FailureCode.UNKNOWN_TASK, f'task: {error}') from error
    if found.task not in TASKS or (
            found.similarity < min_similarity or found.margin < min_margin):
        raise RequestError(
            FailureCode.UNKNOWN_TASK,
            f"task '{words[:60]}' is not understood: nearest is '{found.task}' with similarity "
            f'{found.similarity:.2f}, must be at least {min_similarity:g}, and {found.margin:.2f} '
            f'before the next task, must be at least {min_margin:g}; known by name are '
            f'{sorted(TASKS)}')
    return TASKS[found.task]
