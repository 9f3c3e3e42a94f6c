from django.urls import path

from . import views

app_name = "notifications"
urlpatterns = [
    path("me/letters/", views.preferences, name="preferences"),
    path("letters/unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("outbox/", views.outbox, name="outbox"),
]
