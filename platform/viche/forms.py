"""How every form of the site is drawn: templates/django/forms/ with the design system's markup."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.forms.widgets import DateTimeBaseInput
from django.utils.safestring import SafeString

# What <input type="date">, "time" and "datetime-local" read and write, whatever the reader's language.
ISO_FORMATS: dict[type[DateTimeBaseInput], str] = {
    forms.DateTimeInput: "%Y-%m-%dT%H:%M",
    forms.DateInput: "%Y-%m-%d",
    forms.TimeInput: "%H:%M",
}


class BoundField(forms.BoundField):
    """A field on a page: counts its characters and speaks ISO to the browser's own date pickers."""

    @property
    def counted(self) -> bool:
        """Whether the page says how many characters are left: a text area with a limit."""
        return isinstance(self.field.widget, forms.Textarea) and bool(getattr(self.field, "max_length", None))

    @property
    def first_control(self) -> str:
        """The id that a line of the error summary leads to: the control itself, or the first of several."""
        widget = self.field.widget
        if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
            return widget.id_for_label(self.auto_id, index="0")
        if isinstance(widget, forms.MultiWidget):
            return f"{self.auto_id}_0"
        return self.id_for_label or self.auto_id

    @property
    def aria_describedby(self) -> str | None:
        described = super().aria_describedby
        return " ".join(filter(None, [described, f"{self.auto_id}-info"])) if self.counted else described

    def as_widget(
        self, widget: forms.Widget | None = None, attrs: dict[str, Any] | None = None, only_initial: bool = False
    ) -> SafeString:
        control: Any = widget or self.field.widget
        for kind, iso in ISO_FORMATS.items():
            if isinstance(control, kind) and control.format is None:
                control.format = iso
        return super().as_widget(widget, attrs, only_initial)


class Renderer(TemplatesSetting):
    """For FORM_RENDERER: the project's templates first, Django's own for what they leave alone."""

    form_template_name = "django/forms/div.html"
    field_template_name = "django/forms/field.html"
    bound_field_class = BoundField
