"""What stands around every page: whose site it is, where one can go, in which language."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from commons.accounts.models import Person
from commons.places.models import Place

pytestmark = pytest.mark.django_db


def test_a_visitor_may_skip_to_the_content_sign_in_and_change_the_language(client: Client) -> None:
    page = client.get("/en/styleguide/").content.decode()
    assert '<html lang="en"' in page
    assert '<a href="#main-content" class="govuk-skip-link"' in page
    assert page.count('id="main-content"') == 1
    assert "/en/accounts/login/" in page
    for code, name in [("uk", "Українська"), ("lt", "Lietuviškai"), ("sr-latn", "Srpski (latinica)")]:
        assert f'href="/{code}/styleguide/" hreflang="{code}" lang="{code}" rel="alternate">{name}</a>' in page


def test_a_place_shows_its_name_and_its_palette(client: Client, liuboml: Place) -> None:
    Place.objects.filter(pk=liuboml.pk).update(palette="river")
    page = client.get(f"/uk/p/{liuboml.slug}/").content.decode()
    assert '<html lang="uk" class="govuk-template" data-palette="river">' in page
    assert '<span class="viche-header__place">Любомль</span>' in page


def test_a_resident_finds_her_page_and_signs_out_by_a_button(
    olena: Person, client_of: Callable[[Person], Client]
) -> None:
    page = client_of(olena).get("/uk/styleguide/").content.decode()
    assert 'href="/uk/me/"' in page
    assert 'method="post" action="/uk/accounts/logout/"' in page
    assert "/uk/accounts/login/" not in page


def test_a_missing_page_is_told_kindly_in_the_site_s_own_look(client: Client) -> None:
    answer = client.get("/en/no-such-page/")
    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()
    assert "viche-header" in answer.content.decode()
