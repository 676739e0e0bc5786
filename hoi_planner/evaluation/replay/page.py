# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The HTML report: one page, no scripts, films beside it."""

from collections.abc import Mapping, Sequence
from html import escape

from hoi_planner.evaluation.replay.outcomes import ReplayOutcome
from hoi_planner.evaluation.replay.recording import Recording
from hoi_planner.evaluation.replay.tables import COLUMNS, outcome_rows, summary_line

STYLE = '''
body { font: 15px/1.5 sans-serif; max-width: 70em; margin: 2em auto; padding: 0 1em; color: #222 }
table { border-collapse: collapse; width: 100% }
th, td { text-align: right; padding: .25em .6em; border-bottom: 1px solid #ddd }
th:nth-child(3), td:nth-child(3), th:nth-child(5), td:nth-child(5) { text-align: left }
.accepted td:nth-child(5) { color: #176b2c } .refused td:nth-child(5) { color: #a3211b }
figure { display: inline-block; margin: 1em 1em 0 0; vertical-align: top; width: 31em }
img { width: 100%; border: 1px solid #ddd } figcaption { font-size: 13px }
'''.strip()


def report_page(
    title: str, recording: Recording, outcomes: Sequence[ReplayOutcome],
    films: Mapping[int, str], facts: Mapping[str, str], changed: Sequence[str] | None = None,
) -> str:
    """
    Return the page.

    :param films: index of a request -> address of its film
    :param facts: what was replayed and how, name -> text
    :param changed: lines of a comparison; None: there was none
    """
    parts = [f'<h1>{escape(title)}</h1>', f'<p><b>{escape(summary_line(outcomes))}</b></p>',
             '<p>' + '<br>'.join(
                 f'{escape(name)}: {escape(text)}' for name, text in facts.items()) + '</p>',
             _table(recording, outcomes)]
    reasons = [f'<li>request {item.request.index}: {escape(item.result.message)}</li>'
               for item in outcomes if not item.result.accepted]
    if reasons:
        parts.append('<h2>Why not</h2><ul>' + ''.join(reasons) + '</ul>')
    if changed is not None:
        lines = changed or ['nothing']
        parts.append('<h2>What changed</h2><ul>' + ''.join(
            f'<li>{escape(line)}</li>' for line in lines) + '</ul>')
    parts += [_figure(item, films[item.request.index]) for item in outcomes
              if item.request.index in films]
    return (f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            f'<title>{escape(title)}</title>\n<style>\n{STYLE}\n</style></head>\n<body>\n'
            + '\n'.join(parts) + '\n</body></html>\n')


def _table(recording: Recording, outcomes: Sequence[ReplayOutcome]) -> str:
    head = ''.join(f'<th>{escape(name)}</th>' for name in COLUMNS)
    rows = []
    for item, row in zip(outcomes, outcome_rows(recording, outcomes)):
        cells = ''.join(f'<td>{escape(text)}</td>' for text in row)
        kind = 'accepted' if item.result.accepted else 'refused'
        rows.append(f'<tr class="{kind}">{cells}</tr>')
    return f'<table>\n<tr>{head}</tr>\n' + '\n'.join(rows) + '\n</table>'


def _figure(item: ReplayOutcome, film: str) -> str:
    request = item.request
    text = (f'request {request.index}: {request.task}, seed {request.seed}, displacement max '
            f'{1e3 * item.metrics.displacement_max:.2f} mm')
    return (f'<figure><img src="{escape(film)}" alt="{escape(text)}" loading="lazy">'
            f'<figcaption>{escape(text)}</figcaption></figure>')
