"""The rows of a list of initiatives in one go: thirty of them, node by node, cost more than the rest of the page."""

from __future__ import annotations

from collections.abc import Callable
from html import escape  # Django's own also looks for lazy text, at five times the price
from typing import Any

from django import template
from django.template.base import Parser, Token
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

register = template.Library()


class IdeaRows(template.Node):
    """Draws the page of ideas.queries.listing as list items. Whatever comes from outside passes `escape`."""

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
        items = []
        for row in context["listing"].page:
            language = escape(row.language)
            facts = [f'<span lang="{language}">{escape(row.location)}</span>'] if row.location else []
            if row.cost is not None:
                facts.append(f"<span>{escape(self.money(row.cost, currency))}</span>")
            facts.append(f"<span>{escape(supported % {'support': row.support, 'threshold': threshold})}</span>")
            if state := _state(row):
                text, colour = states[state]
                facts.append(f'<strong class="govuk-tag govuk-tag--{colour}">{escape(text)}</strong>')
            items.append(
                '<li class="viche-card"><h2 class="govuk-heading-s viche-card__title">'
                f'<a class="govuk-link viche-card__link" href="{prefix}{int(row.id)}/" lang="{language}">'
                f'{escape(row.title)}</a></h2><p class="viche-card__facts">{" ".join(facts)}</p></li>'
            )
        return mark_safe("\n".join(items))


def _state(row: Any) -> str:
    """What has become of the initiative so far; empty if nothing has."""
    if row.outcome__won is not None:
        return "won" if row.outcome__won else "not_won"
    return row.decision__outcome or ""


@register.tag
def idea_rows(parser: Parser, token: Token) -> IdeaRows:
    """`{% idea_rows %}`: the rows of `listing`, with `currency` and `threshold`; needs viche_format loaded."""
    return IdeaRows(parser.find_filter("money"))
