"""The play: collect, support, decide, vote, close, count, recount, letters. Every stage tells its progress."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from django.db import connection, connections
from django.utils.translation import gettext_noop as N_  # noqa: N812 - the customary mark

from commons.kernel import clock
from consultations.models import Phase
from ideas.models import Idea
from notifications.models import Letter, Notice
from voting import bundle as bundles
from voting.models import Option, Round
from voting.pabulib import PabulibFile

from . import stage as staging
from .browser import Browser, Form
from .history import OK, REFUSED, History
from .progress import Tell
from .stage import Stage
from .walkers import Walker, WalkError

T = TypeVar("T")

# Of a hundred residents so many do something that people do.
CHANGE_THEIR_MIND, SEND_TWICE, SUPPORT = 10, 10, 35
# Beside the file's voters: residents who come after the close, and who tick what is not on the paper.
LATE, MISTAKEN = 2, 1
COUNTED_WITHIN, LETTERS_WITHIN = 120.0, 600.0


@dataclass
class Report:
    """What happened, and what does not agree."""

    figures: dict[str, str] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)


@dataclass
class Play:
    """One replay of one file against a running site."""

    file: PabulibFile
    origin: str
    progress: Tell
    walkers: int = 8
    seed: str = "viche"
    slug: str = ""
    history: History = field(default_factory=History)
    browsers: list[Walker] = field(default_factory=list)

    def run(self) -> Report:
        """Play it through. Raises WalkError where a page was not what it should be."""
        begun = time.monotonic()
        report = Report()
        stage = self._collect()
        self._review(stage)
        spent = self._vote(stage)
        self._compare(stage, report)
        self._letters(stage, report)
        requests = sum(walker.browser.requests for walker in self.browsers)
        seconds = time.monotonic() - begun
        report.figures |= {
            "Place": stage.place.slug,
            "Residents": f"{len(stage.residents)}",
            "Votes accepted": f"{self.history.count(OK)}",
            "of these changed or sent again": f"{self.history.count(OK) - len(self.file.votes)}",
            "Votes refused (late, mistaken)": f"{self.history.count(REFUSED)}",
            "Requests": f"{requests} ({requests / seconds:.0f}/s)",
            "Voting took": f"{spent:.0f} s ({len(self.file.votes) / spent:.0f} voters/s)",
            "All took": f"{seconds:.0f} s",
        }
        return report

    # -- before the vote ----------------------------------------------------------------------------------------
    def _collect(self) -> Stage:
        size = len(self.file.votes)
        extra = max(2, size * LATE // 100) + max(1, size * MISTAKEN // 100)
        place = staging.place_for(self.file, slug=self.slug)
        official, _auditor = staging.officials(place)
        self.progress(N_("register"), 0, 1)
        staging.import_register(place, official, size + extra)
        residents = staging.settle(place, size + extra)
        supporters = max(1, min(3, len(residents) // 50))
        stage = Stage(
            self.file,
            place,
            official,
            staging.open_consultation(self.file, place, official, threshold=supporters),
            residents,
            {},
        )
        self.browsers = [Walker.of(resident, self.origin) for resident in residents]
        self._all(N_("attesting"), residents, lambda resident: staging.attest(place, resident))
        self._all(N_("signing in"), self.browsers, lambda walker: walker.sign_in())
        self._publish(stage)
        if self._is_open(stage, Phase.Kind.COLLECT):
            self._all(N_("supporting"), self._who_supports(stage, supporters), self._support(stage))
        return stage

    def _publish(self, stage: Stage) -> None:
        def publish(position: int) -> None:
            project = self.file.projects[position]
            author = self.browsers[position % len(self.browsers)]
            stage.idea_of_project[project.id] = author.publish_idea(
                stage.consultation.pk,
                title=project.title[:180] or project.id,
                cost=f"{project.cost // 100}.{project.cost % 100:02d}",
                about=f"Project {project.id} of the real ballot.",
            )

        # One after the other, in the order of the file: the paper lists them in the order in which they came.
        there = Idea.objects.filter(consultation=stage.consultation).order_by("id").values_list("pk", flat=True)
        for project, pk in zip(self.file.projects, there, strict=False):
            stage.idea_of_project[project.id] = pk
        for position in self._counted(N_("publishing"), range(len(there), len(self.file.projects))):
            publish(position)

    def _who_supports(self, stage: Stage, supporters: int) -> list[tuple[Walker, int]]:
        """Enough supporters for each initiative, and a third of the residents for their own first choice."""
        wanted = [
            (self.browsers[(position * 7 + turn * 13) % len(self.browsers)], stage.idea_of_project[project.id])
            for position, project in enumerate(self.file.projects)
            for turn in range(supporters)
        ]
        for number, vote in enumerate(self.file.votes):
            if vote.projects and self._chance(number, "support") < SUPPORT:
                wanted.append((self.browsers[number], stage.idea_of_project[vote.projects[0]]))
        unique = {(walker.resident.number, idea): (walker, idea) for walker, idea in wanted}
        return sorted(unique.values(), key=lambda pair: self._chance(pair[0].resident.number, f"order{pair[1]}"))

    def _support(self, stage: Stage) -> Callable[[tuple[Walker, int]], None]:
        def support(pair: tuple[Walker, int]) -> None:
            # One browser is one person's: two supports of one resident take turns.
            with _turn(pair[0]):
                pair[0].support(stage.consultation.pk, pair[1])

        return support

    def _review(self, stage: Stage) -> None:
        vote = Phase.objects.get(consultation=stage.consultation, kind=Phase.Kind.VOTE)
        if vote.opens_at <= clock.now():
            return  # an interrupted replay came as far as this
        if not self._is_open(stage, Phase.Kind.REVIEW):
            staging.move_to(stage, Phase.Kind.REVIEW, lasting=timedelta(hours=12))
        self._until("the review to open", lambda: self._is_open(stage, Phase.Kind.REVIEW), 30)
        staging.decide_all(stage, lambda items: self._counted(N_("deciding"), items))

    def _is_open(self, stage: Stage, kind: str) -> bool:
        return Phase.objects.get(consultation=stage.consultation, kind=kind).is_open(clock.now())

    # -- the vote -----------------------------------------------------------------------------------------------
    def _vote(self, stage: Stage) -> float:
        """Let everybody vote; returns how many seconds the voters needed."""
        # A guess on the long side; an open round may be extended, never cut short.
        lasting = timedelta(seconds=20 + len(self.file.votes) * 0.06)
        round = staging.put_to_vote(stage, lasting=lasting)
        self._until("the round to open", lambda: round.is_open(clock.now()), 30)
        numbers = self._numbers(stage)
        size = len(self.file.votes)
        late = self.browsers[size : size + max(2, size * LATE // 100)]
        mistaken = self.browsers[size + len(late) :]
        papers = {walker.resident.number: walker.paper(round.pk) for walker in late}
        begun = time.monotonic()
        closes_at = round.closes_at

        def vote(number: int) -> None:
            nonlocal closes_at
            if (closes_at - clock.now()).total_seconds() < 10:
                with _turn(stage):
                    if (closes_at - clock.now()).total_seconds() < 10:
                        closes_at = staging.extend(stage, lasting=timedelta(seconds=60))
            neighbour = self.file.votes[(number + 1) % size]
            self._cast(
                round.pk,
                number,
                [numbers[key] for key in self.file.votes[number].projects],
                [numbers[key] for key in neighbour.projects],
            )

        order = sorted(range(size), key=lambda number: self._chance(number, "turn", 10**6))
        self._all(N_("voting"), order, vote)
        spent = time.monotonic() - begun
        for walker in mistaken:
            if walker.cast(walker.paper(round.pk), [max(numbers.values()) + 7], self.history).outcome != REFUSED:
                raise WalkError("an option that is not on the paper was accepted")
        self._wait_for_the_close(round, late, papers, numbers)
        return spent

    def _cast(self, round_id: int, number: int, selection: list[int], first_thought: list[int]) -> None:
        """One resident votes; some first as their neighbour does, some press the button twice."""
        walker = self.browsers[number]
        paper = walker.paper(round_id)
        if self._chance(number, "mind") < CHANGE_THEIR_MIND:
            walker.cast(paper, first_thought, self.history)
            paper = walker.paper(round_id)
        walker.cast(paper, selection, self.history)
        if self._chance(number, "twice") < SEND_TWICE:
            walker.cast(paper, selection, self.history)

    def _wait_for_the_close(
        self, round: Round, late: list[Walker], papers: dict[int, Form], numbers: dict[str, int]
    ) -> None:
        round.refresh_from_db()
        total = max(1, int((round.closes_at - clock.now()).total_seconds()))
        while (left := (round.closes_at - clock.now()).total_seconds()) > 0:
            self.progress(N_("waiting for the close"), total - int(left), total)
            time.sleep(min(1.0, left))
            round.refresh_from_db()
        for walker in late:
            submit = walker.cast(papers[walker.resident.number], list(numbers.values())[:1], self.history)
            if submit.outcome != REFUSED:
                raise WalkError("a vote after the close was accepted")
        self._until("the count", lambda: Round.objects.get(pk=round.pk).counted_at is not None, COUNTED_WITHIN)

    def _numbers(self, stage: Stage) -> dict[str, int]:
        """The number on the paper of each project of the file."""
        sources = dict(Option.objects.filter(round=stage.round).values_list("source", "number"))
        return {project: sources[f"idea:{idea}"] for project, idea in stage.idea_of_project.items()}

    # -- afterwards ---------------------------------------------------------------------------------------------
    def _compare(self, stage: Stage, report: Report) -> None:
        round = Round.objects.get(pk=stage.round.pk if stage.round else 0)
        self.progress(N_("recounting"), 0, 1)
        page = Browser(self.origin, "127.0.0.1").get(f"/en/rounds/{round.pk}/bundle/")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "round.viche.zip"
            path.write_bytes(page.body)
            done = subprocess.run([sys.executable, "-m", "viche", "recount", path], capture_output=True, text=True)
            if done.returncode:
                report.differences.append(f"the recount does not agree: {done.stdout[-800:]}{done.stderr[-400:]}")
            bundle = bundles.read(path)
        report.differences += self.history.differences((s for _, s in bundle.ballots), bundle.receipts)
        project_of = {number: project for project, number in self._numbers(stage).items()}
        winners = {project_of[number] for number in bundle.result["winners"]}
        if not self.file.winners:
            report.figures["Announced"] = "the file does not say who won"
        elif winners != self.file.winners:
            report.differences.append(f"winners: {sorted(winners)} instead of {sorted(self.file.winners)}")
        report.figures |= {
            "Ballots counted": f"{len(bundle.ballots)}",
            "Winners": f"{len(winners)} of {len(self.file.projects)}, announced {len(self.file.winners)}",
            "Bundle": f"{len(page.body) // 1000} kB, recounted in a process of its own",
        }
        self.progress(N_("recounting"), 1, 1)

    def _letters(self, stage: Stage, report: Report) -> None:
        """Everybody who took part has exactly one letter of the outcome: told apart by its mark in the outbox."""
        about = f"consultation:{stage.consultation.pk}"
        voters = set(stage.round.roll.values_list("person_id", flat=True)) if stage.round else set()
        ideas = Idea.objects.filter(consultation=stage.consultation)
        supporters = set(ideas.values_list("endorsements__person_id", flat=True))
        authors = set(ideas.values_list("author_id", flat=True))
        wanted = {person for person in voters | supporters | authors if person}
        letters = Letter.objects.filter(kind=Letter.Kind.OUTCOME, key=about)
        deadline = time.monotonic() + LETTERS_WITHIN
        while (sent := letters.filter(sent_at__isnull=False).count()) < len(wanted) and time.monotonic() < deadline:
            self.progress(N_("letters"), sent, len(wanted))
            time.sleep(1)
        told = set(letters.filter(sent_at__isnull=False).values_list("person_id", flat=True))
        if told != wanted:
            report.differences.append(f"{len(wanted - told)} got no letter, {len(told - wanted)} got one unasked")
        stray = Notice.objects.filter(news__about=about, news__urgency="outcome").exclude(letter__key=about).count()
        report.figures["Letters of the outcome"] = f"{sent} to {len(wanted)} people ({stray} notices for the digest)"
        self.progress(N_("letters"), sent, len(wanted))

    # -- tools --------------------------------------------------------------------------------------------------
    def _chance(self, number: int, what: str, below: int = 100) -> int:
        """A number that the seed decides: the same replay has the same surprises."""
        return int.from_bytes(sha256(f"{self.seed}|{what}|{number}".encode()).digest()[:8], "big") % below

    def _counted(self, stage: str, items: Iterable[T]) -> Iterator[T]:
        """The items one after the other, with progress."""
        known = list(items)
        for done, item in enumerate(known):
            self.progress(stage, done, len(known))
            yield item
        self.progress(stage, len(known), len(known))

    def _all(self, stage: str, items: Iterable[T], act: Callable[[T], None]) -> None:
        """The items by several walkers at once, with progress. The first error ends it."""
        known = list(items)

        def go(item: T) -> None:
            try:
                act(item)
            finally:
                _forget_broken_connections()

        with ThreadPoolExecutor(self.walkers, thread_name_prefix="walker") as pool:
            started = [pool.submit(go, item) for item in known]
            try:
                for done, future in enumerate(as_completed(started), start=1):
                    future.result()
                    if done % 10 == 0 or done == len(known):
                        self.progress(stage, done, len(known))
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
            list(pool.map(lambda _: connections.close_all(), range(self.walkers)))

    def _until(self, what: str, ready: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > deadline:
                raise WalkError(f"waited {seconds:.0f} s for {what}")
            time.sleep(0.2)


_turns: dict[int, threading.Lock] = {}
_turns_lock = threading.Lock()


@contextmanager
def _turn(what: object) -> Iterator[None]:
    """One at a time with the same thing."""
    with _turns_lock:
        lock = _turns.setdefault(id(what), threading.Lock())
    with lock:
        yield


def _forget_broken_connections() -> None:
    """PostgreSQL may have been killed under us; the next query of this thread opens a new connection."""
    connection.close_if_unusable_or_obsolete()
