"""The two providers that Pontoon Bank has registered, with keys and certificates made for a run."""

from __future__ import annotations

import datetime
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.openworld.pontoon.pages import PEOPLE
from tests.openworld.pontoon.server import Provider, thumbprint

FILE = Path(__file__).with_name("bank.yaml")
PARTIES = ("one", "two")


def _pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _certificate(name: str, key: ec.EllipticCurvePrivateKey) -> str:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"adr-{name}")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=2))
        .not_valid_after(now + datetime.timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM).decode()


@cache
def parties() -> tuple[dict[str, Provider], dict[str, str], dict[str, str]]:
    """The providers by identifier, the secrets of the bank's file by name, certificates by file name."""
    providers, secrets, files = {}, {}, {}
    for name in PARTIES:
        signing, shown = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        files[f"{name}.pem"] = _certificate(name, shown)
        secrets[f"PONTOON_{name.upper()}_KEY"] = _pem(signing)
        secrets[f"PONTOON_{name.upper()}_CERTIFIED"] = _pem(shown)
        client, mark = f"adr-{name}", thumbprint(files[f"{name}.pem"])
        back = f"https://{client}.example/back"
        providers[client] = Provider(client, signing.public_key(), f"{name}-1", mark, back)
    secrets |= dict(zip(("PONTOON_MING", "PONTOON_FONG"), PEOPLE.values(), strict=True))
    return providers, secrets, files


def laid(folder: Path) -> Path:
    """The bank's file in a folder that has the certificates that it names."""
    for name, text in parties()[2].items():
        (folder / name).write_text(text, encoding="ascii")
    (folder / FILE.name).write_bytes(FILE.read_bytes())
    return folder / FILE.name
