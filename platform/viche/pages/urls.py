from django.urls import path

from . import home, me, styleguide

app_name = "viche"
urlpatterns = [
    path("", home.home, name="home"),
    path("p/<slug:slug>/", home.place, name="place"),
    path("me/", me.me, name="me"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
]
