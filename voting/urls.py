from django.urls import path

from . import views

app_name = "voting"
urlpatterns = [
    path("rounds/", views.rounds, name="list"),
    path("rounds/<int:pk>/", views.ballot, name="round"),
    path("rounds/<int:pk>/ballot/", views.cast, name="cast"),
    path("rounds/<int:pk>/receipt/", views.receipt, name="receipt"),
    path("rounds/<int:pk>/rules/", views.rules, name="rules"),
    path("rounds/<int:pk>/result/", views.result, name="result"),
    path("rounds/<int:pk>/bundle/", views.bundle, name="bundle"),
]
