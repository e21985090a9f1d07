"""Django settings: the environment turned into typed values. docs/operating.md lists every variable."""

import os
import socket
from pathlib import Path

from config import environment, login

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = environment.flag("QUERENT_DEBUG")
SECRET_KEY = environment.text("QUERENT_SECRET_KEY", "insecure-only-for-debugging" if DEBUG else None)
ALLOWED_HOSTS = environment.words("QUERENT_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = environment.words("QUERENT_ORIGINS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = environment.flag("QUERENT_SECURE_COOKIES")
SESSION_COOKIE_HTTPONLY = True
METRICS_TOKEN = environment.text("QUERENT_METRICS_TOKEN", "")
CSRF_FAILURE_VIEW = "annotation.api.errors.csrf_failed"
TRUSTED_PROXIES = environment.integer("QUERENT_TRUSTED_PROXIES", 0)
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Without a proxy that says how people came, a redirect to HTTPS would never end.
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE and TRUSTED_PROXIES > 0
# Browsers that came by HTTPS once come by nothing else for so long.
SECURE_HSTS_SECONDS = environment.integer("QUERENT_HSTS_SECONDS", 30 * 86_400 if SESSION_COOKIE_SECURE else 0)
# Whether other names of the domain speak HTTPS is not ours to say: neither for subdomains nor for browsers' lists.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "annotation",
]

MIDDLEWARE = [
    "annotation.api.middleware.RequestIdMiddleware",
    "annotation.api.probes.ProbeMiddleware",
    "annotation.api.middleware.DatabaseOutageMiddleware",
    "annotation.api.middleware.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "annotation.api.middleware.TypedConditionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
# The optional log-in by a provider and second factors.
OIDC, SECOND_FACTOR = login.oidc(), login.second_factor()
HAS_LOGIN_EXTRA = OIDC is not None or SECOND_FACTOR != "off"
if HAS_LOGIN_EXTRA:
    INSTALLED_APPS += login.APPS
    MIDDLEWARE += login.MIDDLEWARE
    globals().update(login.settings_for(OIDC))
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {"default": environment.database("DATABASE_URL")}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Tells processes apart, of several hosts or containers too: operations/restoring.py goes by it, and by its beginning
# operations/stalled.py.
DATABASES["default"]["OPTIONS"].setdefault("application_name", f"querent {socket.gethostname()[:40]} {os.getpid()}")
DATABASES["default"]["OPTIONS"] |= {
    "pool": {
        "min_size": 1,
        "max_size": environment.integer("QUERENT_DATABASE_POOL", 10, least=1),
        "timeout": 5,
        # Then whoever next asks makes the next attempt; with more, the pauses between attempts double up to minutes.
        "reconnect_timeout": 2,
    },
    "connect_timeout": 5,
    # Planning costs more than running the short queries of the request path, so PostgreSQL keeps their plans.
    "server_side_binding": True,
    "prepare_threshold": 3 if environment.flag("QUERENT_PREPARED_STATEMENTS", default=True) else None,
    # An acknowledged label is on disk. A forgotten transaction must not hold locks for ever.
    "options": "-c synchronous_commit=on -c idle_in_transaction_session_timeout=40s -c statement_timeout=120s"
    " -c lock_timeout=10s",
}
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = environment.text("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 0.2, "socket_timeout": 0.2},
    },
    # Takes over counting while Redis is away.
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
QUEUES = ("learn", "score", "quality", "transfer", "deliver")
# Where hints to the workers go out; operations know it by name only, so that nothing below imports the workers.
QUERENT_DISPATCH = "workers.dispatch"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Code of the operator's own that projects may name, as package.module.name; nothing else is ever imported by name.
ENCODERS = frozenset(environment.words("QUERENT_ENCODERS"))
QUERENT_ALLOWED_CALLABLES = environment.dotted_paths("QUERENT_ALLOWED_CALLABLES")

# Where tests may end or hold a process: see annotation/hooks.py. Refused without debugging.
HOOKS = environment.debug_folder("QUERENT_HOOKS", DEBUG)

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

FRONTEND_DIST = BASE_DIR / "frontend" / "dist"
STATIC_URL = "/static/"
STATICFILES_DIRS = [FRONTEND_DIST] if FRONTEND_DIST.is_dir() else []
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+/assets/.+-[\w-]{8}\.\w+$"  # names with a hash, as Vite makes them

STORAGE_DIR = Path(environment.text("QUERENT_STORAGE_DIR", str(BASE_DIR / ".state" / "storage")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(STORAGE_DIR)}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 32 * 2**20
UPLOAD_LIMIT_BYTES = environment.integer("QUERENT_UPLOAD_LIMIT_MB", 2048, least=1) * 2**20

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "annotation.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["annotation.api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "annotation.api.errors.answer_error",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Querent",
    "DESCRIPTION": "A team labels, a model asks. Every route that the web page uses, and nothing hidden.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "ENUM_NAME_OVERRIDES": {
        "TrainingStageEnum": "annotation.models.Membership.Training",
        "KindEnum": "annotation.kinds.NAMES",
        "RoleEnum": "annotation.models.Role",
    },
}

LOG_FORMAT = environment.choice("QUERENT_LOG_FORMAT", "json", "line")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "annotation.tracing.JsonFormatter"},
        "line": {
            "()": "annotation.tracing.LineFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": environment.text("QUERENT_LOG_LEVEL", "INFO")},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},  # refusals are told by our own middleware
    },
}
