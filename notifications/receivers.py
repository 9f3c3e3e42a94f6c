"""The hub reads the whole journal and writes a notice for everyone whom an app declared to be concerned."""

from __future__ import annotations

from commons.journal.readers import reads
from commons.kernel import clock
from commons.kernel.events import Recorded

from .actions import write_news
from .declare import declared_for


@reads()
def spread_the_news(recorded: Recorded) -> None:
    for declaration in declared_for(recorded.event.kind):
        write_news(declaration=declaration, recorded=recorded, at=clock.now())
