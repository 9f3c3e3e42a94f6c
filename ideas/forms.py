"""What residents and officials type, translated into types. Whether it is right is for the actions to say."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commons.kernel import money
from commons.kernel.forms import RefusableForm
from consultations.forms import LocalInstantField, Needed, amount, kept_seconds
from consultations.models import Consultation, Phase

from .checks import LIMITS
from .models import Decision, Draft, Idea


class IdeaForm(RefusableForm):
    """The simple template of an initiative."""

    title = Needed(label=_("Title"), help_text=_("What it is, in a few words."))
    problem = Needed(
        label=_("The problem"),
        help_text=_("What is wrong today, and for whom?"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    proposal = Needed(
        label=_("What to do"),
        help_text=_("What should be done about it?"),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    location = forms.CharField(
        label=_("Where"),
        help_text=_("A street, a building, a village. Leave it empty if it is everywhere."),
        required=False,
    )
    cost = Needed(label=_("What it would cost"), help_text=_("A rough estimate is enough."))

    def __init__(self, *args: Any, consultation: Consultation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = consultation.currency
        self.fields["cost"].required = consultation.budget is not None
        for name in ("problem", "proposal"):
            counted = self.fields[name]
            if isinstance(counted, forms.CharField):
                # For the counter below the field only: whether it is too long, the action says.
                counted.max_length = LIMITS[name]
                counted.widget.attrs["class"] = "govuk-js-character-count"

    @classmethod
    def showing(cls, draft: Draft | None, *, consultation: Consultation) -> IdeaForm:
        """The form filled in with what was kept of it."""
        return cls(initial=draft.content if draft else {}, consultation=consultation)

    def clean_cost(self) -> int | None:
        return amount(self.cleaned_data["cost"], self.currency)

    def typed(self) -> dict[str, str]:
        """What was typed, as it was typed."""
        return {name: self.data.get(name, "") for name in self.fields}


class DecisionForm(RefusableForm):
    """The municipality's answer."""

    outcome = forms.ChoiceField(label=_("Decision"), choices=Decision.Outcome.choices, widget=forms.RadioSelect)
    reasons = Needed(
        label=_("Reasons"),
        help_text=_("The author and every supporter will read them."),
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

    method = forms.ChoiceField(label=_("How the winners are found"), widget=forms.RadioSelect)
    winners = forms.IntegerField(
        label=_("How many initiatives win"), min_value=1, max_value=1_000, initial=1, required=False
    )
    max_selections = forms.IntegerField(
        label=_("How many initiatives one person may choose"),
        help_text=_("Leave this empty if there is no limit."),
        min_value=1,
        max_value=1_000,
        required=False,
    )
    opens_at = LocalInstantField(label=_("Voting opens"))
    closes_at = LocalInstantField(label=_("Voting closes"))

    SHARING = (
        ("equal-shares", _("Equal Shares: every voter decides about the same part of the budget")),
        ("greedy-budget", _("Most votes first, as long as the budget lasts")),
    )
    COUNTING = (("approval", _("Those with most votes win")),)

    def __init__(self, *args: Any, consultation: Consultation, phase: Phase, at: datetime, **kwargs: Any) -> None:
        # A voting step that has begun: the ballot opens as soon as the official has read the page.
        self.default_opening = max(phase.opens_at, at + timedelta(minutes=5))
        self.default_close = phase.closes_at
        kwargs["initial"] = {"opens_at": self.default_opening, "closes_at": self.default_close}
        super().__init__(*args, **kwargs)
        self.consultation = consultation
        shares = consultation.budget is not None
        method = self.fields["method"]
        if isinstance(method, forms.ChoiceField):
            method.choices = self.SHARING if shares else self.COUNTING
        method.initial = "equal-shares" if shares else "approval"
        if shares:
            del self.fields["winners"]
        for name in ("opens_at", "closes_at"):
            field = self.fields[name]
            if isinstance(field, LocalInstantField):
                field.on_the_clock_of(consultation.place.zone)

    def content(self) -> dict[str, Any]:
        """What was typed, as `put_to_vote` takes it. Only after `is_valid()`."""
        typed = self.cleaned_data
        rule: dict[str, Any] = {"method": typed["method"], "max_selections": typed["max_selections"]}
        if self.consultation.budget is None:
            rule["winners"] = typed["winners"] or 1
        else:
            rule["budget"] = self.consultation.budget
        if typed["method"] == "equal-shares":
            # Shares are raised by one whole unit of the currency at a time, as cities do.
            rule["increment"] = 10 ** money.decimals(self.consultation.currency)
        return {
            "rule": rule,
            "opens_at": kept_seconds(typed["opens_at"], self.default_opening),
            "closes_at": kept_seconds(typed["closes_at"], self.default_close),
        }
