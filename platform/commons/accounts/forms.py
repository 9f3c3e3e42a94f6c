from __future__ import annotations

from datetime import date
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import context, ratelimit
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from commons.kernel import events
from commons.kernel.events import sentence_of
from commons.kernel.forms import RefusableForm
from commons.places.models import Place

from . import audit, register
from .addresses import canonical, tidy
from .audit import Holders
from .models import Person


class AddressField(forms.EmailField):
    """An e-mail address, with full-width letters made plain before it is checked."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(tidy(value) if isinstance(value, str) else value)


class SignInForm(forms.Form):
    """Who are you? The same form for those who have an account and those who do not."""

    email = AddressField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        # By mailbox, not by spelling: otherwise tags would flood somebody with letters.
        if not ratelimit.consume(context.request, action="request_login_code", key=canonical(email)):
            raise get_adapter().validation_error("too_many_login_attempts")
        return email


class ResidencyForm(RefusableForm):
    """Where do you live? Answered by what stands on the municipality's list."""

    place = forms.ModelChoiceField(
        Place.objects.filter(kind=Place.Kind.MUNICIPALITY).order_by("slug"),
        label=_("Your municipality"),
        to_field_name="slug",
    )
    number = forms.CharField(
        label=_("Number of your identity document"),
        max_length=40,
        help_text=_("It is compared with the municipality's list and not kept."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    born = forms.CharField(
        label=_("Your birth date"),
        max_length=10,
        help_text=_("For example 27.3.1985"),
        widget=forms.TextInput(attrs={"autocomplete": "bday"}),
    )

    def clean_born(self) -> date:
        born = register.birth_date(self.cleaned_data["born"])
        if born is None:
            raise ValidationError(_("Write day, month and year, like 27.3.1985."))
        return born

    def fingerprint(self) -> bytes:
        return register.fingerprint(self.cleaned_data["number"], self.cleaned_data["born"])


class RegisterForm(RefusableForm):
    file = forms.FileField(
        label=_("The list of residents"),
        help_text=_("A CSV file with the columns number, born and place. Only keyed hashes of it are kept."),
    )


class DeskForm(RefusableForm):
    """A clerk attests somebody whose papers lie on the desk."""

    email = AddressField(label=_("E-mail address of their account"))
    place = forms.ModelChoiceField(Place.objects.none(), label=_("Where they live"), to_field_name="slug")
    seen = forms.BooleanField(label=_("I have seen a document that shows it"))

    def __init__(self, *args: Any, place: Place, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        within = self.fields["place"]
        if isinstance(within, forms.ModelChoiceField):
            within.queryset = Place.objects.within(place).order_by("path")


class ProfileForm(RefusableForm):
    name = forms.CharField(
        label=_("How others see you"),
        required=False,
        max_length=80,
        help_text=_("Shown beside the initiatives you write. Leave it empty to stay without a name."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(label=_("Letters come to you in"), choices=settings.LANGUAGES)

    @classmethod
    def showing(cls, person: Person) -> ProfileForm:
        return cls(initial={"name": person.name, "language": person.language})


class JournalForm(RefusableForm):
    """What an auditor looks for in the journal. Sent by GET, all of it optional."""

    kind = forms.ChoiceField(label=_("What happened"), required=False)
    day = forms.DateField(
        label=_("On the day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    actor = forms.ChoiceField(label=_("Who did it"), required=False)

    def __init__(self, *args: Any, holders: Holders, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = sorted(((kind, sentence_of(kind)) for kind in events.kinds()), key=lambda choice: choice[1])
        self._choose("kind", [("", _("anything")), *kinds])
        people = [(audit.PLATFORM, _("the platform")), (audit.RESIDENTS, _("residents")), *holders.choices()]
        self._choose("actor", [("", _("anybody")), *people])

    def clean_day(self) -> date | None:
        day: date | None = self.cleaned_data["day"]
        if day and not 2000 <= day.year < 3000:
            raise ValidationError(_("There is no journal of that year."))
        return day

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices


class OlderForm(forms.Form):
    """Where a page of a list without page numbers begins: before the entry with this number."""

    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
