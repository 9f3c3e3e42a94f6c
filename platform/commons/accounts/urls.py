from allauth.account import views as allauth
from django.urls import include, path

from . import entrance, views

# Only what voters need of allauth: a code by e-mail, no passwords. Its names have no namespace.
sign_in = [
    path("login/", entrance.AskForAddress.as_view(), name="account_login"),
    path("login/", entrance.AskForAddress.as_view(), name="account_request_login_code"),
    path("login/code/", entrance.AskForCode.as_view(), name="account_confirm_login_code"),
    path("logout/", allauth.logout, name="account_logout"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
]

ours = [
    path("me/residency/", views.residency, name="residency"),
    path("me/profile/", views.profile, name="profile"),
    path("me/sessions/end/", views.end_sessions, name="end-sessions"),
    path("office/<slug:slug>/register/", views.register, name="register"),
    path("office/<slug:slug>/desk/", views.desk, name="desk"),
    path("office/<slug:slug>/journal/", views.journal, name="journal"),
    path("office/<slug:slug>/journal/seals/", views.journal_seals, name="journal-seals"),
    path("office/<slug:slug>/journal/seals/<int:number>.jsonl", views.journal_seal, name="journal-seal"),
]

urlpatterns = [
    path("accounts/", include(sign_in)),
    path("", include((ours, "accounts"))),
]
