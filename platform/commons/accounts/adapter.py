from __future__ import annotations

import unicodedata
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import RequestLoginCodeForm, SignupForm
from allauth.account.models import EmailAddress
from django import forms
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .models import Person


def folded(email: str) -> str:
    """One spelling per address: compatibility forms (full-width letters), case and spaces folded away."""
    return unicodedata.normalize("NFKC", email).strip().lower()


class FoldedEmailField(forms.EmailField):
    def to_python(self, value: Any) -> Any:
        return super().to_python(folded(value) if isinstance(value, str) else value)


def _email_field() -> FoldedEmailField:
    field = FoldedEmailField(label=_("Your e-mail address"), max_length=254)
    field.widget.attrs.update({"autocomplete": "email", "spellcheck": "false"})
    return field


class SignInForm(RequestLoginCodeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = _email_field()

    def clean_email(self) -> str:
        email = super().clean_email()
        if self._user:
            # People whom an official made have no row of allauth's yet; without it the code would prove nothing.
            EmailAddress.objects.get_or_create(user=self._user, email=email, defaults={"primary": True})
        return email


class NewcomerForm(SignupForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = _email_field()


class Adapter(DefaultAccountAdapter):
    """What our accounts want differently from allauth's."""

    def clean_email(self, email: str) -> str:
        return super().clean_email(folded(email))

    def save_user(self, request: HttpRequest, user: Person, form: Any, commit: bool = True) -> Person:
        """A newcomer gets letters in the language in which they signed up."""
        user.language = get_language() or user.language
        user.set_unusable_password()
        return super().save_user(request, user, form, commit)
