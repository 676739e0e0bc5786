# Copyright 2026 The hoi_planner authors
# SPDX-License-Identifier: Apache-2.0
"""The licence header that every source file begins with."""

HEADER = [
    '# Copyright 2026 The hoi_planner authors',
    '# SPDX-License-Identifier: Apache-2.0',
]
SOURCES = {'.py', '.sh', '.cmake', '.cfg', '.toml'}


def is_source(path, first_line):
    """Return whether the file has to carry the header."""
    return (
        path.suffix in SOURCES or path.name == 'CMakeLists.txt' or first_line.startswith('#!'))


def test_every_source_file_begins_with_the_licence_header(our_files, root):
    """Have both lines at the top, right after the interpreter line where there is one."""
    without = []
    for path in our_files:
        with open(path, encoding='utf-8', errors='replace') as file:
            lines = [file.readline().rstrip('\n') for _ in range(3)]
        if not is_source(path, lines[0]):
            continue
        if lines[0].startswith('#!'):
            lines = lines[1:]
        if lines[:2] != HEADER:
            without.append(str(path.relative_to(root)))
    assert not without, 'no licence header in: ' + ', '.join(without)


def test_the_licence_is_whole(root):
    """Have the licence's full text beside the headers that name it."""
    text = (root / 'LICENSE').read_text(encoding='utf-8')
    assert 'Apache License' in text and 'END OF TERMS AND CONDITIONS' in text
