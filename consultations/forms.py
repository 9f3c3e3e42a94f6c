"""What officials type, translated into types. Whether it is right is for the actions to say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from commons.kernel import instants, money
from commons.kernel.forms import RefusableForm
from commons.kernel.verdicts import Refused
from commons.places.models import Place

from . import timeline
from .models import Consultation, Phase
from .timeline import PhasePlan


def shown(refused: Refused) -> ValidationError:
    """The refusal as an error of a form."""
    return ValidationError(refused.sentence, code=refused.code)


class Needed(forms.CharField):
    """Text that the page shows as needed. Whether it is there is for the action to say, with all else that is wrong."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)

    def validate(self, value: Any) -> None:
        """Leave it to the action."""


class LocalInstantWidget(forms.MultiWidget):
    """A date and a time on the clock of a place."""

    use_fieldset = True

    def __init__(self, zone: ZoneInfo | None = None) -> None:
        self.zone = zone
        date = forms.DateInput(attrs={"type": "date", "class": "govuk-input govuk-input--width-10"})
        time = forms.TimeInput(attrs={"type": "time", "class": "govuk-input govuk-input--width-5"})
        date.attrs["aria-label"], time.attrs["aria-label"] = _("Date"), _("Time")
        super().__init__({"date": date, "time": time})

    def decompress(self, value: datetime | None) -> list[str]:
        """The instant as the clock of the place shows it."""
        if value is None:
            return ["", ""]
        local = value.astimezone(self.zone)
        return [local.date().isoformat(), local.strftime("%H:%M")]


class LocalInstantField(forms.MultiValueField):
    """An instant typed as local date and time; a time that the clocks skip or show twice is refused in words."""

    widget = LocalInstantWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(fields=(forms.CharField(required=False), forms.CharField(required=False)), **kwargs)
        self.zone: ZoneInfo | None = None

    def on_the_clock_of(self, zone: ZoneInfo) -> None:
        """Say in which zone the date and the time are meant."""
        self.zone = zone
        if isinstance(self.widget, LocalInstantWidget):
            self.widget.zone = zone

    def compress(self, data_list: list[str]) -> datetime | None:
        """The instant; None if nothing was typed."""
        if not any(data_list):
            return None
        if self.zone is None:
            raise RuntimeError("a local instant needs the zone of its place")
        try:
            day, time = data_list
            return instants.local(day, time, self.zone)
        except Refused as refused:
            raise shown(refused) from None


class ConsultationForm(RefusableForm):
    """Everything an official says about a consultation before it is published."""

    title = Needed(label=_("Title"))
    summary = Needed(
        label=_("In short"),
        help_text=_("One or two sentences that residents see first."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    text = Needed(
        label=_("The whole story"),
        help_text=_("What residents can decide, how, and what happens with their answers."),
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    language = forms.ChoiceField(label=_("Language in which it is written"))
    budget = forms.CharField(
        label=_("Budget"), help_text=_("Leave this empty if there is no money to share out."), required=False
    )
    support_threshold = forms.IntegerField(
        label=_("Supporters an initiative needs before it is reviewed"), required=False, initial=0
    )

    def __init__(self, *args: Any, place: Place, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place = place
        names = dict(settings.LANGUAGES)
        language = self.fields["language"]
        if isinstance(language, forms.ChoiceField):
            language.choices = [(code, names.get(code, code)) for code in place.languages]
        for kind in timeline.ORDER:
            for edge, label in (("opens", _("Begins")), ("closes", _("Ends"))):
                field = LocalInstantField(label=label, required=False)
                field.on_the_clock_of(place.zone)
                self.fields[f"{kind}_{edge}"] = field

    @classmethod
    def showing(cls, consultation: Consultation) -> ConsultationForm:
        """The form filled in with a draft."""
        initial: dict[str, Any] = {
            "title": consultation.title,
            "summary": consultation.summary,
            "text": consultation.text,
            "language": consultation.language,
            "support_threshold": consultation.support_threshold,
        }
        if consultation.budget is not None:
            initial["budget"] = money.as_typed(consultation.budget, consultation.currency)
        for phase in consultation.phases.all():
            initial[f"{phase.kind}_opens"] = phase.opens_at
            initial[f"{phase.kind}_closes"] = phase.closes_at
        return cls(initial=initial, place=consultation.place)

    def steps(self) -> Iterator[tuple[str, BoundField, BoundField]]:
        """Each possible step with its two fields, for the page."""
        for kind in Phase.Kind:
            yield str(kind.label), self[f"{kind}_opens"], self[f"{kind}_closes"]

    def contents(self) -> list[BoundField]:
        """The fields that are not about steps, for the page."""
        return [self[name] for name in ("title", "summary", "text", "language", "budget", "support_threshold")]

    def clean_budget(self) -> int | None:
        return amount(self.cleaned_data["budget"], self.place.currency)

    def clean_support_threshold(self) -> int:
        return self.cleaned_data["support_threshold"] or 0

    def clean(self) -> dict[str, Any]:
        for kind in timeline.ORDER:
            opens, closes = self.cleaned_data.get(f"{kind}_opens"), self.cleaned_data.get(f"{kind}_closes")
            missing = "opens" if opens is None else "closes"
            if (opens is None) != (closes is None) and f"{kind}_{missing}" not in self.errors:
                self.add_error(f"{kind}_{missing}", shown(Refused("phase_edge_missing")))
        return self.cleaned_data

    def content(self) -> dict[str, Any]:
        """What was typed, as the actions take it. Only after `is_valid()`."""
        names = ("title", "summary", "text", "language", "budget", "support_threshold")
        content = {name: self.cleaned_data[name] for name in names}
        content["phases"] = [
            PhasePlan(
                kind=kind,
                opens_at=self.cleaned_data[f"{kind}_opens"],
                closes_at=self.cleaned_data[f"{kind}_closes"],
            )
            for kind in timeline.ORDER
            if self.cleaned_data[f"{kind}_opens"] is not None
        ]
        return content


class MoveForm(RefusableForm):
    """New instants of a step, and why."""

    opens = LocalInstantField(label=_("Begins"))
    closes = LocalInstantField(label=_("Ends"))
    reason = Needed(label=_("Reason"), help_text=_("Everybody can read it on the page of the consultation."))

    def __init__(self, *args: Any, phase: Phase, begun: bool, **kwargs: Any) -> None:
        kwargs["initial"] = {"opens": phase.opens_at, "closes": phase.closes_at}
        super().__init__(*args, **kwargs)
        self.phase = phase
        for name in ("opens", "closes"):
            field = self.fields[name]
            if isinstance(field, LocalInstantField):
                field.on_the_clock_of(phase.consultation.place.zone)
        if begun:
            del self.fields["opens"]

    def content(self) -> dict[str, Any]:
        """What was typed, as `move_phase` takes it; an edge left empty stays. Only after `is_valid()`."""
        return {
            "opens_at": kept_seconds(self.cleaned_data.get("opens"), self.phase.opens_at),
            "closes_at": kept_seconds(self.cleaned_data.get("closes"), self.phase.closes_at),
            "reason": self.cleaned_data["reason"],
        }


def kept_seconds(typed: datetime | None, before: datetime) -> datetime:
    """The typed instant; the one before if nothing was typed or the form, which shows whole minutes, left it alone."""
    if typed is None or typed == before.replace(second=0, microsecond=0):
        return before
    return typed


def amount(typed: str, currency: str) -> int | None:
    """An amount of money in minor units, None if nothing was typed; raises ValidationError."""
    if not typed.strip():
        return None
    try:
        return money.minor_units(typed, currency)
    except Refused as refused:
        raise shown(refused) from None
