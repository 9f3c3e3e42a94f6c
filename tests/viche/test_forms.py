"""Every form speaks to everyone: labels, hints and errors are tied to their controls."""

from __future__ import annotations

from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from viche.forms import Renderer
from viche.pages.styleguide import Sample, styleguide


class Page(HTMLParser):
    """The tags of a fragment, in order, with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def named(self, *tags: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.tags if tag in tags]

    def ids(self) -> list[str]:
        return [attributes["id"] for _, attributes in self.tags if "id" in attributes]


@pytest.fixture
def refused() -> Page:
    """A form of every kind of field, sent empty."""
    with translation.override("en"):
        return Page(str(Sample({}, renderer=Renderer())))


def test_every_control_has_one_label(refused: Page) -> None:
    labelled = [label["for"] for label in refused.named("label")]
    controls = [control["id"] for control in refused.named("input", "select", "textarea")]
    assert sorted(labelled) == sorted(controls)


def test_no_id_stands_twice(refused: Page) -> None:
    assert sorted(refused.ids()) == sorted(set(refused.ids()))


def test_whatever_describes_a_control_is_on_the_page(refused: Page) -> None:
    described = [name for _, tag in refused.tags for name in tag.get("aria-describedby", "").split()]
    assert len(described) > 8
    assert set(described) <= set(refused.ids())


def test_every_line_of_the_summary_leads_to_a_control(refused: Page) -> None:
    links = [link["href"].removeprefix("#") for link in refused.named("a")]
    controls = [control["id"] for control in refused.named("input", "select", "textarea")]
    assert links == ["id_title", "id_text", "id_kind_0", "id_village", "id_cost", "id_agreed"]
    assert set(links) <= set(controls)


def test_choices_stand_in_a_fieldset_with_a_legend(refused: Page) -> None:
    assert len(refused.named("fieldset")) == len(refused.named("legend")) == 2


def test_radio_buttons_carry_no_attribute_that_aria_forbids(refused: Page) -> None:
    radios = [control for control in refused.named("input") if control["type"] == "radio"]
    assert len(radios) == 3
    assert [radio for radio in radios if "aria-invalid" in radio] == []


def test_a_hidden_field_has_no_label_and_is_sent() -> None:
    class Ballot(forms.Form):
        request_id = forms.CharField(widget=forms.HiddenInput, initial="r-1")

    page = Page(str(Ballot(renderer=Renderer())))
    assert page.named("label") == []
    assert [(field["type"], field["value"]) for field in page.named("input")] == [("hidden", "r-1")]


@pytest.mark.parametrize("language", ["uk", "bg", "lt", "sr", "en"])
def test_dates_speak_iso_to_the_browser_in_every_language(language: str) -> None:
    class When(forms.Form):
        day = forms.DateField()
        at = forms.DateTimeField()

    moment = datetime(2026, 3, 9, 18, 5, tzinfo=UTC)
    with translation.override(language):
        page = Page(str(When(initial={"day": moment.date(), "at": moment}, renderer=Renderer())))
        assert [(field["type"], field["value"]) for field in page.named("input")] == [
            ("date", "2026-03-09"),
            ("datetime-local", "2026-03-09T18:05"),
        ]
        sent = When({"day": "2026-03-09", "at": "2026-03-09T18:05"})
        assert sent.is_valid()
        assert sent.cleaned_data == {"day": moment.date(), "at": moment}


def test_what_a_person_typed_comes_back_escaped() -> None:
    sent = Sample({"title": '<script>alert("1")</script>', "text": "</textarea><b>"}, renderer=Renderer())
    shown = str(sent)
    assert "<script>" not in shown
    assert "</textarea><b>" not in shown
    assert "&lt;script&gt;" in shown


@pytest.mark.parametrize("template", ["500.html", "503.html"])
def test_the_worst_pages_need_nothing(template: str) -> None:
    page = Page(render_to_string(template))
    assert len(page.named("h1")) == 1
    assert page.named("script") == []


def test_the_styleguide_shows_every_component_without_inline_script_or_style(rf: RequestFactory) -> None:
    request = rf.get("/en/styleguide/")
    request.user = AnonymousUser()
    with translation.override("en"):
        answer = styleguide(request)
    page = Page(answer.content.decode())
    assert answer.status_code == 200
    assert len(page.named("h1")) == 1
    assert sorted(page.ids()) == sorted(set(page.ids()))
    assert [tag for _, tag in page.tags if "style" in tag or any(name.startswith("on") for name in tag)] == []
    assert page.named("style") == []
    assert [script for script in page.named("script") if not script.get("src", "").startswith("/static/viche/")] == []
