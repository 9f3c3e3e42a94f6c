"""The API's root: every app's routes under /api/v1/, described by OpenAPI. Same policies and actions as the pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

import consultations.api
import ideas.api
import voting.api
from commons.accounts import api as accounts_api

router = SimpleRouter()
for module in (accounts_api, voting.api, consultations.api, ideas.api):
    for prefix, viewset, basename in module.routes:
        router.register(prefix, viewset, basename=basename)

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    *router.urls,
]
