"""What residents and officials type, translated into types. Whether it is right is for the actions to say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.forms import LocalInstantField, RefusableForm, amount
from consultations.models import Consultation, Phase

from .models import Decision, Draft, Idea


class IdeaForm(RefusableForm):
    """The simple template of an initiative."""

    title = forms.CharField(label=_("Title"), help_text=_("What it is, in a few words."), required=False, strip=False)
    problem = forms.CharField(
        label=_("The problem"),
        help_text=_("What is wrong today, and for whom?"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    proposal = forms.CharField(
        label=_("What to do"),
        help_text=_("What should be done about it?"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    location = forms.CharField(
        label=_("Where"),
        help_text=_("A street, a building, a village. Leave it empty if it is everywhere."),
        required=False,
    )
    cost = forms.CharField(label=_("What it would cost"), help_text=_("A rough estimate is enough."), required=False)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    @classmethod
    def showing(cls, draft: Draft | None, *, currency: str) -> IdeaForm:
        """The form filled in with what was kept of it."""
        return cls(initial=draft.content if draft else {}, currency=currency)

    def clean_cost(self) -> int | None:
        return amount(self.cleaned_data["cost"], self.currency)

    def typed(self) -> dict[str, str]:
        """What was typed, as it was typed."""
        return {name: self.data.get(name, "") for name in self.fields}


class DecisionForm(RefusableForm):
    """The municipality's answer."""

    outcome = forms.ChoiceField(
        label=_("Decision"), choices=Decision.Outcome.choices, widget=forms.RadioSelect, required=False
    )
    reasons = forms.CharField(
        label=_("Reasons"),
        help_text=_("The author and every supporter will read them."),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    cost = forms.CharField(
        label=_("The municipality's estimate of the cost"),
        help_text=_("Leave this empty to keep the author's estimate."),
        required=False,
    )

    def __init__(self, *args: Any, idea: Idea, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.idea = idea

    def clean_cost(self) -> int | None:
        return amount(self.cleaned_data["cost"], self.idea.consultation.currency)


class VoteForm(RefusableForm):
    """How the shortlist is put to the vote."""

    method = forms.ChoiceField(
        label=_("How the winners are found"),
        choices=[
            ("equal_shares", _("Equal Shares: every voter has the same part of the budget to decide about")),
            ("greedy", _("Most votes first, as long as the budget lasts")),
        ],
        widget=forms.RadioSelect,
        initial="equal_shares",
    )
    max_selections = forms.IntegerField(
        label=_("How many initiatives one person may choose"), min_value=1, max_value=1000, initial=5
    )
    opens = LocalInstantField(label=_("Voting opens"))
    closes = LocalInstantField(label=_("Voting closes"))

    def __init__(self, *args: Any, consultation: Consultation, phase: Phase, **kwargs: Any) -> None:
        super().__init__(*args, initial={"opens": phase.opens_at, "closes": phase.closes_at}, **kwargs)
        self.phase = phase
        for name in ("opens", "closes"):
            field = self.fields[name]
            if isinstance(field, LocalInstantField):
                field.on_the_clock_of(consultation.place.zone)
