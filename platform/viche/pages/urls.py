from django.urls import path

from . import demo, home, me, styleguide

app_name = "viche"
urlpatterns = [
    path("", home.home, name="home"),
    path("p/<slug:slug>/", home.place, name="place"),
    path("me/", me.me, name="me"),
    path("demo/enter/<str:token>/", demo.enter, name="demo-enter"),
    path("demo/progress/", demo.progress, name="demo-progress"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
]
