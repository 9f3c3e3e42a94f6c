"""The living page of every component in every state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from viche.palettes import CHOICES

# A fixed day, so that the page looks the same whenever a picture of it is compared.
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Kyiv")


class Sample(forms.Form):
    """One field of each kind. Nothing is stored."""

    title = forms.CharField(
        label="Title of your initiative", max_length=80, help_text="A few words that anyone understands."
    )
    text = forms.CharField(label="What should happen?", max_length=2000, widget=forms.Textarea(attrs={"rows": 5}))
    kind = forms.ChoiceField(
        label="Who is it for?",
        widget=forms.RadioSelect,
        choices=[("all", "Everyone"), ("children", "Children and young people"), ("old", "Older people")],
    )
    help_offered = forms.MultipleChoiceField(
        label="How can you help?",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("work", "With my hands"), ("money", "With money"), ("words", "By telling others")],
    )
    village = forms.ChoiceField(label="Where?", choices=[("", "Choose a place"), ("r", "Rymachi"), ("h", "Holovne")])
    cost = forms.IntegerField(
        label="What will it cost?", min_value=1, help_text="In whole hryvnias, as well as you can tell."
    )
    day = forms.DateField(label="First possible day", required=False, widget=forms.DateInput)
    meeting = forms.DateTimeField(label="When do you meet?", required=False)
    picture = forms.FileField(label="A picture of the place", required=False, help_text="JPEG or PNG, at most 5 MB.")
    agreed = forms.BooleanField(label="My neighbours know of this", help_text="You need not ask everyone.")


def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component with invented content, every form field empty and refused. Nothing is read or stored."""
    return render(request, "viche/styleguide.html", _samples())


def _samples() -> dict[str, Any]:
    names = ("Collecting initiatives", "Review by the municipality", "Voting", "What came of it")
    states = ("done", "done", "open", "coming")
    steps = [
        {
            "label": name,
            "state": state,
            "opens_at": NOW + timedelta(days=21 * (place - 2) - 4),
            "closes_at": NOW + timedelta(days=21 * (place - 1) - 4),
        }
        for place, (name, state) in enumerate(zip(names, states, strict=True))
    ]
    ideas = [
        {
            "title": "A bench under every linden on School Street",
            "url": "#idea-card",
            "summary": "Eleven benches, so that the walk to the polyclinic has places to rest.",
            "location": "Rymachi",
            "cost": 4_800_000,
            "support": 37,
            "tag": "Collecting support",
            "tag_kind": "",
        },
        {
            "title": "Світло на переході біля школи",
            "language": "uk",
            "url": "#idea-card",
            "summary": "Два ліхтарі й нова розмітка до першого вересня.",
            "location": "Любомль",
            "cost": 12_650_050,
            "support": 212,
            "tag": "Goes to the vote",
            "tag_kind": "green",
        },
    ]
    options = [
        {"id": 1, "title": "A bench under every linden", "cost": 4_800_000, "text": "Eleven benches.", "chosen": True},
        {"id": 2, "title": "Light at the school crossing", "cost": 12_650_050, "text": "Two lamps.", "chosen": True},
        {"id": 3, "title": "A roof for the market", "cost": 41_000_000, "text": "", "chosen": False},
    ]
    return {
        "at": NOW,
        "zone": ZONE,
        "currency": "UAH",
        "budget": 50_000_000,
        "chosen_cost": 17_450_050,
        "too_much": 58_450_050,
        "steps": steps,
        "ideas": ideas,
        "options": options,
        "closes": NOW + timedelta(days=3, hours=2),
        "soon": NOW + timedelta(hours=5),
        "past": NOW - timedelta(days=12),
        "rows": [
            {"name": "Light at the school crossing", "value": 1204, "won": True, "note": "126,500.50 UAH"},
            {"name": "A bench under every linden", "value": 987, "won": True, "note": "48,000 UAH"},
            {"name": "A roof for the market", "value": 1011, "won": False, "note": "did not fit into the money left"},
            {"name": "Ще один дуже довгий варіант із довгою назвою", "language": "uk", "value": 12, "won": False},
        ],
        "facts": [
            {"key": "Where", "value": "Rymachi", "url": "#summary-list", "action": "Change"},
            {"key": "Cost", "value": "48,000 UAH", "url": "#summary-list", "action": "Change"},
        ],
        "plain_facts": [{"key": "Ballots", "value": "2,131"}, {"key": "Method", "value": "Equal Shares"}],
        "form": Sample(auto_id="empty_%s", use_required_attribute=False),
        "refused_form": Sample(
            {"title": "", "cost": "many", "help_offered": ["work"]}, auto_id="refused_%s", use_required_attribute=False
        ),
        "page": Paginator(range(95), 10).page(4),
        "palettes": CHOICES,
        "swatches": ["brand", "action", "accent", "wash"],
    }
