from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from viche.pages import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("i18n/", include("django.conf.urls.i18n")),
]
urlpatterns += i18n_patterns(
    path("", include("viche.pages.urls")),
    path("", include("commons.accounts.urls")),
    path("", include("notifications.urls")),
    path("", include("consultations.urls")),
    path("", include("ideas.urls")),
)
