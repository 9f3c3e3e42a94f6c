"""Sets the stage of a replay through the domain's own actions, as the officials of the place would."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from commons.accounts import actions as accounts
from commons.accounts import register
from commons.accounts.models import Office, Person, Residency
from commons.kernel import clock
from commons.kernel.verdicts import Refused
from commons.places.actions import add_place
from commons.places.models import Place
from consultations import actions as consultations
from consultations.models import Consultation, Phase
from consultations.timeline import PhasePlan
from ideas import actions as ideas
from ideas.models import Decision, Idea
from voting import actions as voting
from voting.models import Round
from voting.pabulib import PabulibFile, rule_for

# Where the file's country lies, as far as the replay needs it: language, zone, currency.
COUNTRIES = {
    "Poland": ("pl", "Europe/Warsaw", "PLN"),
    "Netherlands": ("nl", "Europe/Amsterdam", "EUR"),
    "Switzerland": ("de", "Europe/Zurich", "CHF"),
    "Hungary": ("hu", "Europe/Budapest", "HUF"),
}
BATCH = 1_000


@dataclass(frozen=True)
class Resident:
    """One voter of the file: the account, and the document with which the register knows them."""

    number: int
    person_id: int
    email: str
    document: str
    born: date


@dataclass
class Stage:
    """What has been set up so far."""

    file: PabulibFile
    place: Place
    official: Person
    consultation: Consultation
    residents: list[Resident]
    idea_of_project: dict[str, int]
    round: Round | None = None


def slug_of(file: PabulibFile) -> str:
    """An address for the file's place: the content's own mark keeps two replays of different files apart."""
    unit = file.meta.get("district") or file.meta.get("unit") or "replay"
    plain = "".join(c for c in unit.lower() if c.isascii() and c.isalnum()) or "place"
    mark = hashlib.sha256(repr((file.meta, len(file.votes))).encode()).hexdigest()[:6]
    return f"{plain}-{mark}"


def place_for(file: PabulibFile, *, slug: str = "") -> Place:
    """The place of the replay, made if it is not there."""
    slug = slug or slug_of(file)
    if found := Place.objects.filter(slug=slug).first():
        return found
    language, zone, currency = COUNTRIES.get(file.meta.get("country", ""), ("en", "UTC", "EUR"))
    name = file.meta.get("district") or file.meta.get("unit") or slug
    return add_place(
        parent=None,
        kind=Place.Kind.MUNICIPALITY,
        slug=slug,
        names={language: name, "en": name},
        languages=[language],
        time_zone=zone,
        currency=file.meta.get("currency") or currency,
        at=clock.now(),
    )


def officials(place: Place) -> tuple[Person, Person]:
    """The official and the auditor of the replay's place."""
    found = []
    for role in (Office.Role.OFFICIAL, Office.Role.AUDITOR):
        person, made = Person.objects.get_or_create(
            email=f"{role}@{place.slug}.example", defaults={"name": f"{role.label} ({place.name})", "language": "en"}
        )
        if made:
            accounts.give_office(person=person, place=place, role=role, by=None, at=clock.now())
        found.append(person)
    return found[0], found[1]


def document_of(place: Place, number: int) -> tuple[str, date]:
    """An invented document number and birth date of the resident with this number."""
    return f"{place.slug.upper()}-{number:06d}", date(1940, 1, 1) + timedelta(days=number % 24_000)


def import_register(place: Place, official: Person, size: int) -> None:
    """Import the list of residents as the official would: CSV, kept as keyed hashes. Repeated, it does nothing."""
    rows = ["number,born,place"]
    for number in range(size):
        document, born = document_of(place, number)
        rows.append(f"{document},{born.isoformat()},")
    try:
        accounts.import_register(place=place, content="\n".join(rows).encode(), by=official, at=clock.now())
    except Refused as refused:
        if refused.code != "register_file_repeated":
            raise


def settle(place: Place, size: int) -> list[Resident]:
    """Accounts for all residents. (Their residency is attested one by one, by the register: see `attest`.)"""
    emails = [f"resident{number}@{place.slug}.example" for number in range(size)]
    known = dict(Person.objects.filter(email__in=emails).values_list("email", "pk"))
    language = place.language if place.language in ("uk", "bg", "lt") else "en"
    for start in range(0, size, BATCH):
        batch = [email for email in emails[start : start + BATCH] if email not in known]
        people = [Person(email=email, language=language, password="!") for email in batch]
        for person in Person.objects.bulk_create(people):
            known[str(person.email)] = person.pk
    return [Resident(number, known[email], email, *document_of(place, number)) for number, email in enumerate(emails)]


def attest(place: Place, resident: Resident) -> None:
    """What the residency form does: the register says where the resident lives. Repeated, it does nothing."""
    if Residency.objects.filter(person=resident.person_id, withdrawn_at=None).exists():
        return
    accounts.attest_by_register(
        person=Person.objects.get(pk=resident.person_id),
        place=place,
        fingerprint=register.fingerprint(resident.document, resident.born),
        at=clock.now(),
    )


def open_consultation(file: PabulibFile, place: Place, official: Person, *, threshold: int) -> Consultation:
    """Draft and publish the consultation. Its steps get generous instants; the official moves them when all is done.

    One that an interrupted replay of the same file left behind is taken up again.
    """
    at = clock.now()
    title = f"{file.meta.get('description') or f'Participatory budget of {place.name}'} {file.meta.get('instance', '')}"
    title = title.strip()[:200]
    begun = Consultation.objects.filter(place=place, title=title, published_at__isnull=False)
    if left := begun.exclude(phases__round__counted_at__isnull=False).order_by("id").first():
        return left
    phases = [
        PhasePlan(kind=Phase.Kind.COLLECT, opens_at=at - timedelta(seconds=1), closes_at=at + timedelta(days=1)),
        PhasePlan(kind=Phase.Kind.REVIEW, opens_at=at + timedelta(days=1), closes_at=at + timedelta(days=2)),
        PhasePlan(kind=Phase.Kind.VOTE, opens_at=at + timedelta(days=2), closes_at=at + timedelta(days=3)),
        PhasePlan(kind=Phase.Kind.FOLLOW_UP, opens_at=at + timedelta(days=3), closes_at=at + timedelta(days=400)),
    ]
    draft = consultations.draft_consultation(
        place=place,
        title=title,
        summary="Which projects shall be paid from the participatory budget? Real projects and real ballots, replayed.",
        text="The projects, the ballots and the announced winners come from Pabulib (pabulib.org). "
        "The people are invented; their choices are the real ones.",
        language=place.language,
        budget=file.budget,
        support_threshold=threshold,
        phases=phases,
        by=official,
        at=at,
    )
    return consultations.publish_consultation(consultation=draft, by=official, at=clock.now())


def move_to(stage: Stage, kind: str, *, lasting: timedelta) -> Phase:
    """End what is open now and begin the step at once, in public, as an official may when everybody is done."""
    reason = "Everybody who takes part in this replay is done."
    at = clock.now()
    now = at + timedelta(seconds=1)
    phases = list(Phase.objects.filter(consultation=stage.consultation).order_by("opens_at"))
    position = next(index for index, phase in enumerate(phases) if phase.kind == kind)
    before, wanted = phases[position - 1], phases[position]
    consultations.move_phase(
        phase=before, opens_at=before.opens_at, closes_at=now, reason=reason, by=stage.official, at=at
    )
    return consultations.move_phase(
        phase=wanted, opens_at=now, closes_at=now + lasting, reason=reason, by=stage.official, at=clock.now()
    )


def decide_all(stage: Stage, progress: Any) -> None:
    """The official puts every initiative that came from the file on the shortlist, with reasons."""
    for pk in progress(sorted(stage.idea_of_project.values())):
        idea = Idea.objects.get(pk=pk)
        if Decision.objects.filter(idea=idea).exists():
            continue
        ideas.decide(
            idea=idea,
            outcome=Decision.Outcome.SHORTLISTED,
            reasons="It was on the real ballot.",
            cost=None,
            by=stage.official,
            at=clock.now(),
        )


def put_to_vote(stage: Stage, *, lasting: timedelta) -> Round:
    """Begin the voting step and put the shortlist on the ballot under the file's own rule."""
    phase = Phase.objects.select_related("round").get(consultation=stage.consultation, kind=Phase.Kind.VOTE)
    if phase.round is not None:
        # Left behind by an interrupted replay: everybody votes again, and the last vote counts.
        stage.round = phase.round
        return phase.round
    at = clock.now()
    if phase.opens_at > at:
        phase = move_to(stage, Phase.Kind.VOTE, lasting=lasting + timedelta(hours=1))
        at = clock.now()
    opens_at = max(phase.opens_at, at + timedelta(seconds=1))
    stage.round = ideas.put_to_vote(
        consultation=stage.consultation,
        rule=rule_for(stage.file),
        opens_at=opens_at,
        closes_at=opens_at + lasting,
        by=stage.official,
        at=at,
    )
    return stage.round


def extend(stage: Stage, *, lasting: timedelta) -> datetime:
    """The walkers are slower than estimated: the official extends the vote, in public. Returns the new close."""
    round = Round.objects.get(pk=stage.round.pk if stage.round else 0)
    extension = voting.extend_round(
        round_id=round.pk,
        closes_at=round.closes_at + lasting,
        reason="Not everybody has voted yet.",
        by=stage.official,
        at=clock.now(),
    )
    return extension.new_closes_at
