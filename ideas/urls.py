from django.urls import path

from . import views

app_name = "ideas"
urlpatterns = [
    path("consultations/<int:pk>/ideas/", views.ideas, name="list"),
    path("consultations/<int:pk>/ideas/new/", views.new, name="new"),
    path("consultations/<int:pk>/ideas/draft/", views.draft, name="draft"),
    path("consultations/<int:pk>/vote/", views.vote, name="vote"),
    path("ideas/<int:pk>/", views.detail, name="detail"),
    path("ideas/<int:pk>/endorsement/", views.endorsement, name="endorsement"),
    path("ideas/<int:pk>/endorsement/withdraw/", views.withdrawal, name="withdrawal"),
    path("ideas/<int:pk>/decision/", views.decision, name="decision"),
    path("office/<slug:slug>/", views.desk, name="desk"),
]
