"""One file, top to bottom. Differences come from the environment only (table in README.md)."""

from pathlib import Path

import dj_database_url
from django.utils.translation import gettext_lazy as _
from environs import env

from govgrid import beat
from govgrid.enum_names import ENUM_NAMES

BASE_DIR = Path(__file__).resolve().parent.parent
env.read_env(BASE_DIR / ".env", recurse=False)
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
# What script/server chose and made, so that manage.py finds the same system. The rest wins.
env.read_env(VAR_DIR / "env", recurse=False)

# A missing name stops the process here, at boot, and not on some later request.
SECRET_KEY = env.str("SECRET_KEY")
# "id:base64 of 32 bytes", newest first; apart from SECRET_KEY and never in the database.
PRIVACY_KEYS: list[str] = env.list("PRIVACY_KEYS")
# "intl": AES-256-GCM and HMAC-SHA256; "gm": SM4-GCM and HMAC-SM3. After a change: manage.py reseal.
CRYPTO_SUITE = env.str("CRYPTO_SUITE", default="intl")
# Beside the database, so that no restored backup brings back what was erased after it.
ERASURE_LOG = VAR_DIR / "erasures.jsonl"
# Who answers for what is held, how that office is reached, and where a person can complain.
PRIVACY_HANDLER = env.str("PRIVACY_HANDLER", default="")
PRIVACY_CONTACT = env.str("PRIVACY_CONTACT", default="")
PRIVACY_COMPLAINTS = env.str("PRIVACY_COMPLAINTS", default="")
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = env.bool("HTTPS", default=False)
# How many proxies of ours stand in front: whom they heard is believed, and nobody else.
PROXIES = env.int("PROXIES", default=int(HTTPS), validate=lambda v: 0 <= v <= 10)
# Shows the demo logins on the sign-in page; the rows exist only where load_demo ran.
DEMO = env.bool("DEMO", default=False)
# Lets one database row move core.clock.now() for web, worker and beat alike (tests only).
TEST_CLOCK = env.bool("TEST_CLOCK", default=False)
# The roster can be left out: its tables stay, its pages, tasks and menus do not.
MEMBERS_ENABLED = env.bool("MEMBERS_ENABLED", default=True)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.gis",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django_htmx",
    "template_partials",
    "leaflet",
    "rest_framework",
    "drf_spectacular",
    "drf_standardized_errors",
    "govgrid.core",
    "govgrid.accounts",
    "govgrid.worktime",
    "govgrid.outbox",
    "govgrid.privacy",
    "grids",
    "tickets",
    "consultations",
    "members",
    "govgrid.home",
]

MIDDLEWARE = [
    "govgrid.home.middleware.ContentSecurityPolicy",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # After the static files, which need neither an id nor a line.
    "govgrid.home.middleware.Traced",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "govgrid.home.middleware.Refusals",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "govgrid.urls"
WSGI_APPLICATION = "govgrid.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "govgrid.home.context.page",
            ],
        },
    },
]

# ── data ──────────────────────────────────────────────────────────────────────────────────────
DATABASES = {
    "default": dj_database_url.parse(
        env.str("DATABASE_URL"),
        engine="govgrid.core.postgis",
        # Without reuse a request pays 15 ms for a new PostGIS connection.
        conn_max_age=600,
        conn_health_checks=True,
    )
}
# What is prepared is planned once (govgrid.core.prepared). Left to itself PostgreSQL plans anew at
# every call that looks cheaper so, and never counts what planning cost: 2 ms of routing one ticket.
_OPTIONS = DATABASES["default"].setdefault("OPTIONS", {})
_OPTIONS["options"] = f"{_OPTIONS.get('options', '')} -c plan_cache_mode=force_generic_plan".strip()
ATOMIC_REQUESTS = False  # actions open their own transactions, and say so
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# GDAL 3.6 (Debian 12) reads PROJ grids from disk only; nothing here fetches them.
SILENCED_SYSTEM_CHECKS = ["gis.W001"]
REDIS_URL = env.str("REDIS_URL")
# A Redis with a limit of memory that drops the oldest: tiles, month counts and how often somebody
# asked. Never the broker, which must drop nothing. Without one each process keeps a little itself.
CACHE_URL = env.str("CACHE_URL", default="")
CACHES = {
    "default": {
        "BACKEND": "govgrid.core.cache.Forgetful"
        if CACHE_URL
        else "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": CACHE_URL,
        # Several systems may share one.
        "KEY_PREFIX": str(DATABASES["default"]["NAME"]),
    }
}

# ── people ────────────────────────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "govgrid.accounts.backends.NameOrPhone",
    "govgrid.permissions.RuleBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_VALIDATORS = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATORS}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATORS}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{_VALIDATORS}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATORS}.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "home:desk"
LOGOUT_REDIRECT_URL = "home:home"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
# What watches the service asks from inside, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "govgrid.home.errors.csrf_failure"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "govgrid.core.addresses.client_address"
AXES_DISABLE_ACCESS_LOG = True  # failed tries are counted; who signed in when is not kept
AXES_LOCKOUT_CALLABLE = "govgrid.accounts.lockout.respond"
OTP_TOTP_ISSUER = "GovGrid"
TOKEN_DAYS = env.int("TOKEN_DAYS", default=30)

# ── words and time ────────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [
    ("zh-hans", _("Simplified Chinese")),
    ("zh-hant", _("Traditional Chinese")),
    ("en", _("English")),
]
LOCALE_PATHS = [BASE_DIR / "govgrid" / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# ── files ─────────────────────────────────────────────────────────────────────────────────────
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("htmx", BASE_DIR / "node_modules" / "htmx.org" / "dist"),
    ("pbf", BASE_DIR / "node_modules" / "pbf" / "dist"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Photos. No address leads here: a view checks who asks, and hands them out.
MEDIA_ROOT = VAR_DIR / "media"
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750
FILE_UPLOAD_HANDLERS = [
    "govgrid.core.uploads.Cap",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# A report with its photos; a single photo has a limit of its own, 12 MB.
UPLOAD_MAX_BYTES = 60_000_000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
# A filing is some kilobytes; more is a mistake or an attack, and is answered before it is read.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

# ── work that waits ───────────────────────────────────────────────────────────────────────────
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_ACKS_LATE = True  # tasks may run twice: a second run is safe, a lost one is not
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # the default gives up after some 50 minutes
# Celery closes the database connection round every task unless this is set: 23 ms against 7 ms.
CELERY_DB_REUSE_MAX = 1000
# A phone must not wait for a broker that hangs.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 0.5,
    "socket_timeout": 5,
    "visibility_timeout": 300,
    "max_retries": 0,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ROUTES = {
    "tickets.tasks.route": {"queue": "routing"},
    "tickets.tasks.route_backlog": {"queue": "routing"},
    "tickets.tasks.sweep": {"queue": "routing"},
    "govgrid.outbox.tasks.*": {"queue": "messages"},
    # Minutes of reading and computing: beside clocks and mail they would make those wait.
    "grids.tasks.work_off_uploads": {"queue": "heavy"},
    "grids.tasks.propose": {"queue": "heavy"},
    "grids.tasks.sweep_proposals": {"queue": "heavy"},
}
SWEEP_SECONDS = env.float("SWEEP_SECONDS", default=30)
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = beat.schedule(SWEEP_SECONDS, has_members=MEMBERS_ENABLED)

EMAIL_BACKEND = env.str("EMAIL_BACKEND", default="django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_HOST = env.str("EMAIL_HOST", default="localhost")
EMAIL_PORT = env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="govgrid@localhost")
# Where links in messages lead.
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000")

# ── the map ───────────────────────────────────────────────────────────────────────────────────
# "none": the district's own outlines are the map. "osm", or "tianditu" with TIANDITU_KEY.
BASE_MAP = env.str("BASE_MAP", default="none", validate=lambda v: v in {"none", "osm", "tianditu"})
TIANDITU_KEY = env.str("TIANDITU_KEY", default="")
# The review number (审图号) that law wants beside a public base map.
MAP_REVIEW_NUMBER = env.str("MAP_REVIEW_NUMBER", default="")
LEAFLET_CONFIG = {
    "DEFAULT_CENTER": (30.77, 111.32),
    "DEFAULT_ZOOM": 13,
    "TILES": [],
    "RESET_VIEW": False,
    "NO_GLOBALS": True,
}

# ── the API ───────────────────────────────────────────────────────────────────────────────────
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "govgrid.accounts.api.BearerToken",
        "govgrid.accounts.api.BrowserSession",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["govgrid.accounts.api.SignedInWithScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["govgrid.core.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "govgrid.core.openapi.Schema",
    # The schema says it all; OPTIONS is answered with 405.
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "govgrid.core.api.handle_exception",
    "DEFAULT_THROTTLE_RATES": {"token": "120/min"},
    # By the address that django-axes counts by. X-Forwarded-For is what the caller writes, but for
    # what our own proxies added.
    "NUM_PROXIES": PROXIES,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "GovGrid",
    "DESCRIPTION": "Reports and whistles of a gridded city: file, follow, act. See docs/api.md.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    # Two states and three kinds: each enumeration has a name of its own in generated clients.
    "ENUM_NAME_OVERRIDES": ENUM_NAMES,
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
}

# "line" for people, "json" for programs: what script/server and the images start writes JSON.
LOG_FORMAT = env.str("LOG_FORMAT", default="line", validate=lambda v: v in {"line", "json"})
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"without_path": {"()": "govgrid.core.log.WithoutPath"}},
    "formatters": {
        "line": {"()": "govgrid.core.log.Line"},
        "json": {"()": "govgrid.core.log.JsonLine"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["without_path"],
        }
    },
    "loggers": {
        # Every request has a line of its own; here only the traceback of a fault is new.
        "django.request": {"level": "ERROR"},
        # "Task received", in a process that does not know whose task it is.
        "celery.worker.strategy": {"level": "WARNING"},
        # "Self-intersection at or near": told to who sent the outline. An error raises besides.
        "django.contrib.gis": {"level": "CRITICAL"},
        # What a paper leaves out it says by itself; these are remarks for who writes its template.
        "weasyprint": {"level": "ERROR"},
        "weasyprint.progress": {"level": "ERROR"},
        # gunicorn gives its logger a handler of its own; this takes it away again.
        "gunicorn.error": {"propagate": True},
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
