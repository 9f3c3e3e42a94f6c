"""The rows of a list of initiatives, written in one go: by the template engine thirty of them cost more than the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import template
from django.template.base import Parser, Token
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

register = template.Library()

ROW = (
    '<li class="viche-card"><h2 class="govuk-heading-s viche-card__title">'
    '<a class="govuk-link viche-card__link" href="{}{}/" lang="{}">{}</a></h2>'
    '<p class="viche-card__facts">{}{}<span>{}</span>{}</p></li>\n'
)
LOCATION = '<span lang="{}">{}</span>'
COST = "<span>{}</span>"
STATE = ' <strong class="govuk-tag govuk-tag--{}">{}</strong>'
NOTHING = SafeString("")


class IdeaRows(template.Node):
    """Draws `rows` (of ideas.queries.listing) as list items. Every value is escaped by format_html."""

    def __init__(self, money: Callable[[int, str], str]) -> None:
        # The site's own filter, found by the parser: how amounts are written belongs to the layer above.
        self.money = money

    def render(self, context: template.Context) -> SafeString:
        currency, threshold = context["currency"], context["threshold"]
        # One address is looked up for all: only the number at its end differs.
        prefix = reverse("ideas:detail", args=[0]).removesuffix("0/")
        supported = _("%(support)s of %(threshold)s supporters") if threshold else _("supporters: %(support)s")
        states = {
            "won": (_("won the vote"), "green"),
            "not_won": (_("did not win the vote"), "grey"),
            "shortlisted": (_("goes to the vote"), "green"),
            "refused": (_("does not go to the vote"), "grey"),
        }
        drawn = []
        for row in context["listing"].page:
            state = _state(row)
            text, colour = states.get(state, ("", ""))
            drawn.append(
                format_html(
                    ROW,
                    prefix,
                    row.id,
                    row.language,
                    row.title,
                    format_html(LOCATION, row.language, row.location) if row.location else NOTHING,
                    format_html(COST, self.money(row.cost, currency)) if row.cost is not None else NOTHING,
                    supported % {"support": row.support, "threshold": threshold},
                    format_html(STATE, colour, text) if state else NOTHING,
                )
            )
        return mark_safe("".join(drawn))


def _state(row: Any) -> str:
    """What has become of the initiative so far; empty if nothing has."""
    if row.outcome__won is not None:
        return "won" if row.outcome__won else "not_won"
    return row.decision__outcome or ""


@register.tag
def idea_rows(parser: Parser, token: Token) -> IdeaRows:
    """`{% idea_rows %}`: the rows of `listing`, with `currency` and `threshold`; needs viche_format loaded."""
    return IdeaRows(parser.find_filter("money"))
