from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from viche.pages import health

handler500 = "viche.refusals.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", include("viche.api")),
    path("live/", include("commons.live.urls")),
]
urlpatterns += i18n_patterns(
    # First, because addresses are tried in order and this is what thousands call in one minute.
    path("", include("voting.urls")),
    path("", include("viche.pages.urls")),
    path("", include("commons.accounts.urls")),
    path("", include("notifications.urls")),
    path("", include("consultations.urls")),
    path("", include("ideas.urls")),
)
