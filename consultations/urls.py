from django.urls import path

from . import views

app_name = "consultations"
urlpatterns = [
    path("consultations/", views.consultations, name="list"),
    path("consultations/<int:pk>/", views.detail, name="detail"),
    path("consultations/<int:pk>/edit/", views.edit, name="edit"),
    path("consultations/<int:pk>/preview/", views.preview, name="preview"),
    path("consultations/<int:pk>/publication/", views.publication, name="publication"),
    path("office/<slug:slug>/consultations/new/", views.new, name="new"),
    path("phases/<int:pk>/move/", views.move, name="move"),
]
