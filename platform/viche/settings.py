"""All settings, from the environment. There is one code path: PostgreSQL and Redis/Valkey are always real."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import environ
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from commons.kernel import versions

versions.require_floors()

env = environ.Env()
ROOT = Path(__file__).resolve().parents[2]

# -- who and where ----------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
ORIGIN = env.str("VICHE_ORIGIN", default="http://127.0.0.1:8000")
# Where pages find the socket. Empty: at their own origin (behind a proxy).
LIVE_ORIGIN = env.str("VICHE_LIVE_ORIGIN", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = ORIGIN.startswith("https://")
DATA = Path(env.str("VICHE_DATA", default=str(ROOT / "var")))
# The demo offers ready sign-in links and shows its outbox. Never on a site with real residents.
DEMO = env.bool("VICHE_DEMO", default=False)
# Ed25519 seed that signs results, and the key of the register's fingerprints: files and values the operator keeps.
SIGNING_KEY_FILE = env.str("VICHE_SIGNING_KEY_FILE", default=str(DATA / "signing.key"))
REGISTER_KEY = env.str("VICHE_REGISTER_KEY", default="")
ROUND_KEY_SECRET = env.str("VICHE_ROUND_KEY_SECRET", default="")
# So long after a count somebody may object; then the link between voters and ballots is destroyed for good.
OBJECTION_DAYS = env.int("VICHE_OBJECTION_DAYS", default=14)
# Who runs this site, whom to write to (e-mail or web address), and where the source of exactly this site is.
OPERATOR = env.str("VICHE_OPERATOR", default="")
CONTACT = env.str("VICHE_CONTACT", default="")
SOURCE_URL = env.str("VICHE_SOURCE_URL", default="")

# -- the house --------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "viche",
    "ideas",
    "consultations",
    "voting",
    "notifications",
    "commons.live",
    "commons.accounts",
    "commons.places",
    "commons.journal",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "django_htmx",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "commons.accounts.sessions.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "viche.refusals.RefusalMiddleware",
]
ROOT_URLCONF = "viche.urls"
FORM_RENDERER = "viche.forms.Renderer"
WSGI_APPLICATION = "viche.wsgi.application"
ASGI_APPLICATION = "viche.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "viche.context.page",
            ],
        },
    }
]


# -- PostgreSQL and Redis ---------------------------------------------------------------------------------------
def pooled(database: dict[str, Any]) -> dict[str, Any]:
    """The same database by a pool. For ASGI, where connections kept per thread pile up until none is left."""
    options = {**database.get("OPTIONS", {}), "pool": {"min_size": 1, "max_size": 8, "timeout": 10}}
    return {**database, "CONN_MAX_AGE": 0, "OPTIONS": options}


DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **env.db_url("DATABASE_URL", default="postgres:///viche"),
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
}
# Set for Daphne; `viche up` pools in the process that serves sockets.
if env.bool("VICHE_POOL", default=False):
    DATABASES["default"] = pooled(DATABASES["default"])

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
# Celery spells a socket differently from redis-py.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [{"address": REDIS_URL, "max_connections": 200}]},
    }
}
# Rate limits live here, so the cache is PostgreSQL: an emptied Redis must not open the doors.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "viche_cache"}}

# -- Celery: a message is a hint, the database is the truth -------------------------------------------------------
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 240
CELERY_TASK_SOFT_TIME_LIMIT = 210
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 10,
    # Hints are sent from requests: when Redis is away a request must not wait for it.
    "socket_connect_timeout": 0.5,
    "socket_timeout": 30,
    "max_retries": 0,
}
CELERY_TIMEZONE = "UTC"

# -- people -----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
# Voters sign in by an e-mailed code: hashing passwords costs seven sign-ins a second on a small machine.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "viche:me"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
# The code proves the address each time somebody comes in: no second book of verified addresses is kept.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_FORMS = {"request_login_code": "commons.accounts.forms.SignInForm"}
# Generous by address: a whole village may sit behind one. Guessing is stopped per code, floods of letters per mailbox.
ACCOUNT_RATE_LIMITS = {"request_login_code": "300/m/ip,5/m/key"}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
SESSION_ENGINE = "commons.accounts.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 90
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

# -- letters ----------------------------------------------------------------------------------------------------
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
EMAIL_TIMEOUT = 20
vars().update({key: value for key, value in EMAIL_CONFIG.items() if key.startswith("EMAIL_")})
DEFAULT_FROM_EMAIL = env.str("VICHE_FROM", default="Viche <viche@localhost>")
if not env.str("EMAIL_URL", default=""):
    # Without a mail server letters are kept on a page for the operator instead of being lost.
    EMAIL_BACKEND = "notifications.outbox.OutboxBackend"

# How long the news of one matter may trickle in before the letter about it is written.
NOTICE_SETTLE_SECONDS = env.int("VICHE_NOTICE_SETTLE_SECONDS", default=20)

# -- languages and time -----------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("uk", "Українська"),
    ("bg", "Български"),
    ("sr", "Српски"),
    ("sr-latn", "Srpski"),
    ("lt", "Lietuvių"),
    ("ru", "Русский"),
    ("en", "English"),
]
LOCALE_PATHS = [ROOT / "platform" / "viche" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# -- files ------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [ROOT / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# -- what a browser may do --------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "connect-src": [SELF, *([LIVE_ORIGIN] if LIVE_ORIGIN else [])],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
if env.bool("VICHE_BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

# -- API --------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "viche.refusals.api_exception_handler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Viche API",
    "DESCRIPTION": _("Consultations, mini-initiatives and rounds, under the same rules as the pages."),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "PhaseKindEnum": "consultations.models.Phase.Kind",
        "PlaceKindEnum": "commons.places.models.Place.Kind",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
# auth.W004: e-mail is unique by a constraint on its canonical spelling, which the check does not see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
