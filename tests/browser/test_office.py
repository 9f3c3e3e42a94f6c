"""Petro at his desk: from the initiative that waits to the ballot, in his own browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from commons.accounts.models import Person
from commons.kernel.clock import now
from consultations.models import Consultation, Phase
from ideas.actions import count_support, endorse
from ideas.models import Idea
from tests.browser.windows import OpenWindow
from voting.models import Round


def test_petro_answers_with_reasons_and_puts_the_shortlist_to_the_vote(
    window: OpenWindow,
    consultation: Consultation,
    write: Callable[..., Idea],
    residents: Callable[[int], list[Person]],
    petro: Person,
):
    idea = write()
    for person in residents(2):
        endorse(idea_id=idea.pk, person=person, at=now())
    count_support(idea_id=idea.pk, at=now())
    petros = window(petro)
    page = petros.go("/uk/me/")
    page.get_by_role("link", name="Службова сторінка").first.click()
    page.get_by_role("link", name="Лавки біля школи").click()
    page.get_by_role("button", name="Опублікувати відповідь").click()  # too early: nothing is filled in
    page.wait_for_selector(".govuk-error-summary")
    assert page.evaluate("document.activeElement.classList.contains('govuk-error-summary')")
    page.get_by_label("виноситься на голосування", exact=True).check()
    page.get_by_label("Обґрунтування").fill("Місце є, кошти є.")
    page.get_by_role("button", name="Опублікувати відповідь").click()
    page.wait_for_url("**/office/**")
    idea.refresh_from_db()
    assert idea.decision.outcome == "shortlisted"

    # Days pass until the voting step.
    for phase in Phase.objects.filter(consultation=consultation).order_by("opens_at"):
        days = timedelta(days=19)
        Phase.objects.filter(pk=phase.pk).update(opens_at=phase.opens_at - days, closes_at=phase.closes_at - days)
    petros.go(f"/uk/consultations/{consultation.pk}/")
    page.get_by_role("link", name="Винести відібрані ініціативи на голосування").click()
    page.get_by_role("button", name="Скласти бюлетень").click()
    page.wait_for_url(lambda address: not address.endswith("/vote/"))
    round = Round.objects.get()
    assert [option.title for option in round.options.all()] == ["Лавки біля школи"]
    assert petros.problems == []
