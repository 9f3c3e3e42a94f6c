"""In a log the replay tells its progress in lines, few enough to read."""

from __future__ import annotations

import io

from rich.console import Console

from viche.replay.progress import Lines, told


def test_a_stage_says_a_line_every_ten_seconds_and_one_at_its_end():
    out = io.StringIO()
    instant = 0.0
    lines = Lines(Console(file=out, width=80), clock=lambda: instant)
    for done in range(26):
        lines.tell("voting", done, 25)
        instant += 1
    lines.tell("voting", 25, 25)
    assert out.getvalue().splitlines() == [
        "voting: 10 of 25 after 10 s",
        "voting: 20 of 25 after 20 s",
        "voting: 25 of 25 after 25 s",
    ]


def test_where_nobody_watches_lines_are_told_and_in_a_terminal_bars():
    log, screen = io.StringIO(), io.StringIO()
    with told(Console(file=log, width=80)) as tell:
        tell("letters", 3, 3)
        assert log.getvalue() == "letters: 3 of 3 after 0 s\n"  # at once, not at the end
    with told(Console(file=screen, width=80, force_terminal=True)) as tell:
        tell("letters", 3, 3)
    assert "━" in screen.getvalue()
