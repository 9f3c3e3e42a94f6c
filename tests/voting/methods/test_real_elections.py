"""Real elections: whatever the city announced, we must count too, or say why not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from voting import pabulib
from voting.methods import count
from voting.methods.interface import OptionData, Outcome, box_of
from voting.rules import validate_ballot, validate_rule

HERE = Path(__file__).resolve().parents[3] / "voting" / "data"
# A folder with more of Pabulib's files can be named; without it the three in the repository are counted.
MORE = os.environ.get("VICHE_ELECTION_DATA")

# Where the published outcome is not what the file's own rule gives, and why.
KNOWN_DIFFERENCES = {
    "Poland_Wroclaw_2017_Rejon_nr_11_750.pb": (
        "the file says that the count stops at the first misfit, but a cheaper project behind one was funded"
    ),
}


def counted(file: pabulib.PabulibFile) -> Outcome:
    rule = validate_rule(pabulib.rule_for(file))
    numbers = {project.id: number for number, project in enumerate(file.projects, start=1)}
    options = [OptionData(numbers[project.id], project.title, project.cost) for project in file.projects]
    box = box_of(tuple(sorted(numbers[key] for key in vote.projects)) for vote in file.votes)
    return count(rule, options, box, seed=bytes(32))


def winners(file: pabulib.PabulibFile, outcome: Outcome) -> set[str]:
    return {file.projects[number - 1].id for number in outcome.winners}


@pytest.mark.parametrize("name", ["assen-2024.pb", "rembertow-2019.pb", "swiecie-2023.pb"])
def test_the_winners_are_those_that_the_city_announced(name):
    file = pabulib.read(HERE / name)
    outcome = counted(file)
    assert winners(file, outcome) == file.winners
    assert outcome.spent + outcome.left == file.budget
    assert outcome.voters == len(file.votes)


@pytest.mark.parametrize("name", ["assen-2024.pb", "rembertow-2019.pb", "swiecie-2023.pb"])
def test_every_real_ballot_follows_the_rule_of_its_file(name):
    file = pabulib.read(HERE / name)
    rule = validate_rule(pabulib.rule_for(file))
    numbers = {project.id: number for number, project in enumerate(file.projects, start=1)}
    costs = {numbers[project.id]: project.cost for project in file.projects}
    for vote in file.votes:
        selection = [numbers[key] for key in vote.projects]
        assert validate_ballot(rule, costs, selection) == tuple(sorted(selection))


def test_assen_left_a_quarter_of_its_money_and_the_trace_says_why():
    outcome = counted(pabulib.read(HERE / "assen-2024.pb"))
    assert outcome.rounds[-1]["code"] == "would_overspend"
    assert outcome.rounds[-1]["cost"] > outcome.rounds[-1]["budget"]
    assert outcome.left > 2_000_000


@pytest.mark.skipif(MORE is None, reason="VICHE_ELECTION_DATA names no folder with more of Pabulib's files")
def test_every_file_of_a_larger_collection_is_counted_as_announced():
    compared = 0
    for path in sorted(Path(str(MORE)).glob("*.pb*")):
        file = pabulib.read(path)
        try:
            outcome = counted(file)
        except pabulib.PabulibError:
            continue  # another kind of ballot or rule
        compared += 1
        same = winners(file, outcome) == file.winners
        assert same is (path.name not in KNOWN_DIFFERENCES), path.name
    assert compared >= 40
