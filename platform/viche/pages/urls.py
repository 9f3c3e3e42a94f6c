from django.urls import path

from . import about, demo, home, me, styleguide

app_name = "viche"
urlpatterns = [
    path("", home.home, name="home"),
    path("p/<slug:slug>/", home.place, name="place"),
    path("verify/", about.verify, name="verify"),
    path("accessibility/", about.accessibility, name="accessibility"),
    path("source/", about.source, name="source"),
    path("imprint/", about.imprint, name="imprint"),
    path("me/", me.me, name="me"),
    path("demo/enter/<str:token>/", demo.enter, name="demo-enter"),
    path("demo/progress/", demo.progress, name="demo-progress"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
]
