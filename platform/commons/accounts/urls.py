from allauth.account import views as allauth
from django.urls import include, path
from django.views.generic import RedirectView

from . import views

# Only what voters need of allauth: a code by e-mail, no passwords. Its names have no namespace.
sign_in = [
    path("login/", allauth.request_login_code, name="account_login"),
    path("login/", allauth.request_login_code, name="account_request_login_code"),
    path("login/code/", allauth.confirm_login_code, name="account_confirm_login_code"),
    path("signup/", allauth.signup, name="account_signup"),
    path("signup/code/", allauth.email_verification_sent, name="account_email_verification_sent"),
    path("logout/", allauth.logout, name="account_logout"),
    # Where allauth sends who asks for a code that nobody expects.
    path("email/", RedirectView.as_view(pattern_name="viche:me"), name="account_email"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
]

ours = [
    path("me/residency/", views.residency, name="residency"),
    path("me/profile/", views.profile, name="profile"),
    path("office/<slug:slug>/register/", views.register, name="register"),
    path("office/<slug:slug>/desk/", views.desk, name="desk"),
]

urlpatterns = [
    path("accounts/", include(sign_in)),
    path("", include((ours, "accounts"))),
]
