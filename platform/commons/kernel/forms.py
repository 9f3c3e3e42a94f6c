from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from .verdicts import Refused, RefusedFields


class RefusableForm(forms.Form):
    """A form that can show what an action refused, beside the fields concerned."""

    def refuse(self, refused: Refused) -> None:
        """Show the refusal, or each of several, at its field; at the top if the form has no such field."""
        refusals = refused.refusals if isinstance(refused, RefusedFields) else (refused,)
        for refusal in refusals:
            self.add_error(
                refusal.field if refusal.field in self.fields else None,
                ValidationError(refusal.sentence, code=refusal.code),
            )
