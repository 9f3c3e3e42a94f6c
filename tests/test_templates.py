"""No template lies about unused: each is named by code or by another template."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = sorted(p.relative_to(ROOT / "templates").as_posix() for p in (ROOT / "templates").rglob("*.*"))
CODE = [ROOT / name for name in ("platform", "consultations", "ideas", "voting", "notifications", "templates")]

# Found by a naming rule of a library or of ours, not by their names in the code.
BY_RULE = (
    re.compile(r"^(400|403|404|500|503)\.html$"),
    re.compile(r"^README\.md$"),
    re.compile(r"^django/forms/"),
    re.compile(r"^account/"),
    re.compile(r"^notices/"),
)


def sources() -> str:
    """Everything that may name a template, in one string."""
    files = (p for top in CODE for p in top.rglob("*") if p.suffix in {".py", ".html", ".txt"})
    return "\n".join(p.read_text(encoding="utf-8") for p in files)


def test_every_template_is_used():
    text = sources()
    unused = [name for name in TEMPLATES if f'"{name}"' not in text and not any(rule.match(name) for rule in BY_RULE)]
    assert unused == []


@pytest.mark.parametrize("name", [n for n in TEMPLATES if n.endswith((".html", ".txt"))])
def test_every_template_compiles(name):
    get_template(name)
