"""The one way in: an address is typed, a code goes there, and who types the code is in, with or without an account.

Until the code is typed nothing depends on whether somebody is known: the same query, the same letter, the same pages.
allauth keeps the waiting sign-in in the session, limits tries and resends, compares the code and signs in.
"""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.userkit import user_id_to_str
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStage, LoginStageController
from allauth.account.views import ConfirmLoginCodeView, RequestLoginCodeView
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language

from commons.kernel import clock
from commons.kernel.verdicts import Refused

from . import actions, browsers
from .forms import SignInForm
from .models import Person


class Entrance(LoginCodeVerificationProcess):
    """A sign-in that waits for its code. Its state in the session: the address as typed, and where the code went."""

    @classmethod
    def begin(cls, request: HttpRequest, address: str) -> None:
        """Send a code to the address and wait for it.

        The code for somebody known goes to the address with which the account was opened, whatever spelling of it
        is typed now: with some providers another spelling is another person's mailbox.
        """
        login = Login(email=address)
        login.state["stages"] = {"current": LoginByCodeStage.key}
        stage = LoginByCodeStage(LoginStageController(request, login), request, login)
        known = Person.objects.at_address(address)
        stage.state |= cls.initial_state(user=None, email=address)
        stage.state |= {"initiated_by_user": True, "sent_to": known.email if known else address}
        entrance = cls(stage)
        entrance.send()
        entrance.persist()

    def add_sent_message(self, context: object) -> None:
        """Nothing: the page for the code says where it went."""

    def send_by_email(self, email: str, skip_enumeration_mails: bool = False) -> None:
        context = {"request": self.request, "code": self.generate_code()}
        get_adapter().send_mail("account/email/login_code", self.state["sent_to"], context)

    def finish(self, redirect_url: str | None) -> HttpResponse:
        """The right code was typed: sign the person in; a newcomer gets an account and is asked for a name."""
        try:
            language = get_language() or settings.LANGUAGE_CODE
            person, is_new = actions.enter(address=self.state["sent_to"], language=language)
        except Refused as refused:
            self.abort()
            messages.error(self.request, refused.sentence)
            return redirect("account_login")
        self.state["user_id"] = user_id_to_str(person)
        answer: HttpResponse = super().finish(redirect_url or (reverse("accounts:profile") if is_new else None))
        browsers.remember(self.request, at=clock.now())
        return answer


class AskForAddress(RequestLoginCodeView):
    form_class = SignInForm

    def form_valid(self, form: SignInForm) -> HttpResponse:
        Entrance.begin(self.request, form.cleaned_data["email"])
        return HttpResponseRedirect(self.get_success_url())

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: LoginStage) -> None:
        """Who mistyped the address may come back and type another."""


class AskForCode(ConfirmLoginCodeView):
    def form_valid(self, form: object) -> HttpResponse:
        self._process = Entrance(self.stage)
        answer: HttpResponse = super().form_valid(form)
        return answer
