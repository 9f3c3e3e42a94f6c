from django.urls import path

from . import about, demo, home, me, my_data, styleguide

app_name = "viche"
urlpatterns = [
    path("", home.home, name="home"),
    path("p/<slug:slug>/", home.place, name="place"),
    path("verify/", about.verify, name="verify"),
    path("accessibility/", about.accessibility, name="accessibility"),
    path("source/", about.source, name="source"),
    path("imprint/", about.imprint, name="imprint"),
    path("me/", me.me, name="me"),
    path("me/data/", my_data.export, name="my-data"),
    path("me/leave/", my_data.leave, name="leave"),
    path("demo/enter/<str:token>/", demo.enter, name="demo-enter"),
    path("demo/progress/", demo.progress, name="demo-progress"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
]
