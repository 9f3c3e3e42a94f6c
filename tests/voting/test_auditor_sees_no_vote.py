"""What an auditor reads while people vote does not depend on whether, when or what anybody votes."""

from __future__ import annotations

import re
import uuid

import pytest

from commons.journal.models import Seal
from commons.journal.sealing import seal_batch
from voting import actions


@pytest.fixture
def read(audra, client_of, at):
    """Everything the auditor can read, as bytes."""
    browser = client_of(audra)

    def everything() -> list[bytes]:
        seal_batch(at=at)
        here = "/en/office/liuboml/journal/"
        files = [f"{here}seals/{seal}.jsonl" for seal in Seal.objects.order_by("id").values_list("pk", flat=True)]
        answers = [browser.get(address) for address in (here, f"{here}?actor=residents", f"{here}seals/", *files)]
        assert {answer.status_code for answer in answers} == {200}
        return [re.sub(rb'(csrfmiddlewaretoken" value|nonce)="[^"]+"', b"", answer.content) for answer in answers]

    return everything


def test_votes_leave_no_trace_in_what_the_auditor_reads(schedule, olena, residents, read):
    neighbours = residents(3)
    round = schedule()
    before = read()
    numbers = list(round.options.order_by("number").values_list("number", flat=True))
    for voter, choice in zip([olena, *neighbours], numbers, strict=True):
        actions.cast(round_id=round.pk, person=voter, selection=[choice], request_id=uuid.uuid4())
    actions.cast(round_id=round.pk, person=olena, selection=numbers[1:2], request_id=uuid.uuid4())  # changes her mind
    assert read() == before
