"""Who hears of what, and in which words."""

from django.conf import settings

from commons.journal.relay import relay_batch
from consultations.actions import record_phase_changes
from ideas.actions import decide, endorse
from notifications.models import Letter, Notice
from notifications.post import compose


def heard(name):
    found = Notice.objects.filter(news__name=name).select_related("person", "news").order_by("person__name")
    return [(notice.person.name, notice.news.urgency, notice.news.about) for notice in found]


def relay_all():
    while relay_batch():
        pass


def test_the_author_hears_of_enough_support_and_all_hear_the_answer_with_its_reasons(
    consultation, idea, residents, petro, boris, at
):
    for person in residents(2):
        endorse(idea_id=idea.pk, person=person, at=at)
    relay_all()
    matter = f"consultation:{consultation.pk}"
    assert heard("ideas.threshold_reached") == [("Olena", "digest", matter)]
    decide(idea=idea, outcome="refused", reasons="Земля <приватна> & чужа.", cost=None, by=petro, at=at)
    relay_all()
    assert heard("ideas.idea_decided") == [
        ("Olena", "digest", matter),
        ("Resident0", "digest", matter),
        ("Resident1", "digest", matter),
    ]

    notice = (
        Notice.objects.filter(news__name="ideas.idea_decided").select_related("news", "person").order_by("id").first()
    )
    letter = Letter(person=notice.person, kind="digest", key="2026-11-24")
    letter.person.language = "en"
    message = compose(letter, [notice])
    assert message.subject == "“Лавки біля школи” does not go to the vote"
    assert message.body.count("Земля <приватна> & чужа.") == 1
    assert message.body.count(f"{settings.ORIGIN}/en/ideas/{idea.pk}/") == 1
    html = str(message.alternatives[0][0])
    assert (html.count("<приватна>"), html.count("&lt;приватна&gt; &amp; чужа.")) == (0, 1)


def test_officials_hear_when_it_is_their_turn(consultation, idea, petro, olena, boris, rasa):
    review = consultation.phases.get(kind="review")
    record_phase_changes(at=review.opens_at)
    relay_all()
    assert heard("consultations.review_open") == [("Petro", "digest", f"consultation:{consultation.pk}")]
    assert Notice.objects.get(news__name="consultations.review_open").news.deadline == review.closes_at
