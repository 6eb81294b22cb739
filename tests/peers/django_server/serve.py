"""Django with django-oauth-toolkit on a loopback port over TLS, with Django's own login.

Takes the path of a JSON file {tls, clients, customers, password, key, settings}; prints {"address": …} when
it listens, and ends with the process that started it. ``settings`` are of OAUTH2_PROVIDER, beside the usual.
"""
# Django is installed into a folder of its own, which the types of the suite know nothing of.
# mypy: ignore-errors

import json
import secrets
import sys
import threading
from pathlib import Path

import django
from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server
from django.conf import settings
from django.urls import include, path

sys.modules["serve"] = sys.modules[__name__]  # Django asks for what is in here by this name
GIVEN = json.loads(Path(sys.argv[1]).read_text("utf-8"))
PASSWORD = GIVEN["password"]

settings.configure(
    SECRET_KEY=secrets.token_urlsafe(48),
    ALLOWED_HOSTS=["localhost"],
    ROOT_URLCONF="serve",
    WSGI_APPLICATION=None,
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
        "oauth2_provider",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[
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
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(Path(sys.argv[1]).with_name("bank.sqlite3")),
            "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
        }
    },
    # Slow hashing is for real passwords, and for real secrets of clients.
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    LOGIN_URL="/admin/login/",
    STATIC_URL="/static/",
    SESSION_COOKIE_SECURE=True,
    CSRF_COOKIE_SECURE=True,
    SECURE_HSTS_SECONDS=31536000,
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    LOGGING_CONFIG=None,
    OAUTH2_PROVIDER={
        "OIDC_ENABLED": True,
        "OIDC_RSA_PRIVATE_KEY": GIVEN["key"],
        "OAUTH2_VALIDATOR_CLASS": "serve.Validator",
        "SCOPES": {"openid": "Who you are", "email": "Your e-mail address"},
        "DEFAULT_SCOPES": ["openid"],
        "AUTHORIZATION_CODE_EXPIRE_SECONDS": 5,
        "ACCESS_TOKEN_EXPIRE_SECONDS": 600,
        "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
        **GIVEN["settings"],
    },
)
django.setup()

from django.contrib import admin  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from oauth2_provider.models import Application  # noqa: E402
from oauth2_provider.oauth2_validators import OAuth2Validator  # noqa: E402
from oauth2_provider.urls import metadata_urlpatterns  # noqa: E402


class Validator(OAuth2Validator):
    """Gives the claims that the scope email stands for."""

    oidc_claim_scope = OAuth2Validator.oidc_claim_scope | {"name": "email"}

    def get_additional_claims(self):
        return {
            "email": lambda request: request.user.email,
            "name": lambda request: request.user.get_full_name(),
        }


urlpatterns = [
    path("admin/", admin.site.urls),
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    path("", include((metadata_urlpatterns, "metadata"), namespace="metadata")),
]


def fill():
    """Makes the customers and the TSPs."""
    call_command("migrate", verbosity=0)
    owner = None
    for each in GIVEN["customers"]:
        first, _, last = each["name"].rpartition(" ")
        # Django's own login page is the one of its administration, for members of staff.
        owner = User.objects.create_user(
            each["sub"], each["email"], PASSWORD, is_staff=True, first_name=first, last_name=last
        )
    for client in GIVEN["clients"]:
        Application.objects.create(
            name=client["client_id"],
            user=owner,
            client_id=client["client_id"],
            client_secret=client["client_secret"],
            client_type=Application.CLIENT_CONFIDENTIAL,
            authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
            redirect_uris=" ".join(client["redirect_uris"]),
            algorithm=Application.RS256_ALGORITHM,
        )


def main():
    """Serves until standard input ends."""
    fill()
    server = Server(("127.0.0.1", 0), get_wsgi_application(), numthreads=6)
    server.ssl_adapter = BuiltinSSLAdapter(GIVEN["tls"]["certificate"], GIVEN["tls"]["key"])
    server.prepare()
    threading.Thread(target=server.serve, daemon=True).start()
    print(json.dumps({"address": f"https://localhost:{server.bind_addr[1]}"}), flush=True)  # noqa: T201
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
