"""The pages that customers see: plain HTML, no script, nothing from elsewhere, never in a frame."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.wrappers import Response

from conformance.bank.authorization.answer import headers
from conformance.bank.authorization.consent import ConsentView
from conformance.bank.authorization.records import Interaction

if TYPE_CHECKING:
    from conformance.bank.app import Bank

ACTIONS = "/oauth/authorize"


def page(bank: Bank, title: str, body: str, status: int = 200, leads_to: str = "") -> Response:
    """Give a page; `leads_to` is the redirect URI that its form may end at."""
    policy = bank.policy.authorization
    extra = "<script>document.title += ' ';</script>" if policy.page_script else ""
    if policy.page_messages_anybody:
        extra += "<script>parent.postMessage({shown: true}, '*');</script>"
    if policy.page_third_party:
        extra += (
            '<img src="https://pixel.example/seen.gif" alt=""><a href="https://partner.example/">Offers</a>'
        )
    html = (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
        f"<body><main><h1>{escape(title)}</h1>{body}</main>{extra}</body></html>\n"
    )
    response = Response(html, status=status, content_type="text/html; charset=utf-8", headers=headers(bank))
    origin = urlsplit(leads_to)
    targets = f"'self' {origin.scheme}://{origin.netloc}" if leads_to else "'self'"
    frames = "; frame-ancestors 'none'" if policy.page_framing == "denied" else ""
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; base-uri 'none'; form-action {targets}{frames}"
    )
    if policy.page_framing == "denied":
        response.headers["X-Frame-Options"] = "DENY"
    return response


def _hidden(interaction: Interaction) -> str:
    fields = {"interaction": interaction.identifier, "csrf": interaction.csrf}
    return "".join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in fields.items())


def login(
    bank: Bank, interaction: Interaction, client_name: str, message: str = "", hint: str = ""
) -> Response:
    """Ask for username and password."""
    policy = bank.policy.authorization
    shown = escape(hint, quote=True) if policy.page_escapes else hint
    body = (
        f"<p>Log in to share data with {escape(client_name)}.</p>"
        f'<p role="alert">{escape(message)}</p>'
        f'<form method="{"get" if policy.password_in_query else "post"}" action="{ACTIONS}/login">'
        f"{_hidden(interaction)}"
        '<p><label for="username">Username</label> '
        f'<input id="username" name="username" autocomplete="username" value="{shown}"></p>'
        '<p><label for="password">Password</label> '
        '<input id="password" name="password" type="password" autocomplete="current-password"></p>'
    )
    if policy.open_redirect_parameter:
        onward = f"{ACTIONS}/consent?interaction={interaction.identifier}"
        body += f'<input type="hidden" name="next" value="{onward}">'
    body += (
        '<p><button name="action" value="login">Log in</button> '
        '<button name="action" value="cancel">Cancel</button></p></form>'
    )
    return page(bank, "Log in", body, leads_to=interaction.request.redirect_uri)


def consent(
    bank: Bank,
    interaction: Interaction,
    client_name: str,
    view: ConsentView | None,
    choices: tuple[tuple[str, str], ...],
    message: str = "",
) -> Response:
    """Ask for the decision: who asks, for what, until when, on which accounts."""
    shown = bank.policy.authorization.consent_details_shown
    parts = ["<p>A provider asks for access to your data.</p>"]
    if shown:
        scopes = "".join(f"<li>{escape(scope)}</li>" for scope in interaction.request.scopes)
        parts = [f"<p>{escape(client_name)} asks for access to your data.</p><ul>{scopes}</ul>"]
    if view and shown:
        lines = "".join(f"<li>{escape(line)}</li>" for line in view.lines)
        parts.append(f"<h2>{escape(view.title)}</h2><ul>{lines}</ul>")
    parts.append(f'<p role="alert">{escape(message)}</p>')
    parts.append(f'<form method="post" action="{ACTIONS}/consent">{_hidden(interaction)}')
    if view and view.picks_accounts:
        boxes = "".join(_box(number, value, label) for number, (value, label) in enumerate(choices))
        parts.append(
            f"<fieldset><legend>Accounts to share</legend>{boxes or 'You have no account.'}</fieldset>"
        )
    parts.append(
        '<p><button name="decision" value="approve">Approve</button> '
        '<button name="decision" value="deny">Deny</button></p></form>'
    )
    return page(bank, "Your consent", "".join(parts), leads_to=interaction.request.redirect_uri)


def _box(number: int, value: str, label: str) -> str:
    field = (
        f'<input type="checkbox" id="account-{number}" name="account" value="{escape(value, quote=True)}">'
    )
    return f'<p>{field} <label for="account-{number}">{escape(label)}</label></p>'


def refusal(
    bank: Bank, description: str, interaction: Interaction | None = None, status: int = 400
) -> Response:
    """Tell that the request is refused; with an interaction, offer the way back to the TSP."""
    body = f"<p>{escape(description)}</p>"
    if interaction is None:
        return page(bank, "Request refused", body, status)
    body += (
        f'<form method="post" action="{ACTIONS}/return">{_hidden(interaction)}'
        "<p><button>Return to the provider</button></p></form>"
    )
    return page(bank, "Request refused", body, status, interaction.request.redirect_uri)
