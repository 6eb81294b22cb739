"""Names of versions, groups, signature schemes and alerts.

Source: IANA "Transport Layer Security (TLS) Parameters".
"""

from __future__ import annotations

SSL2, SSL3, TLS10, TLS11, TLS12, TLS13 = 0x0002, 0x0300, 0x0301, 0x0302, 0x0303, 0x0304
VERSIONS = {
    SSL2: "SSLv2", SSL3: "SSLv3", TLS10: "TLSv1.0", TLS11: "TLSv1.1", TLS12: "TLSv1.2", TLS13: "TLSv1.3",
}  # fmt: skip
VERSION_CODES = {name: code for code, name in VERSIONS.items()}

GROUPS = {
    0x001D: "x25519", 0x0017: "secp256r1", 0x0018: "secp384r1", 0x0019: "secp521r1", 0x001E: "x448",
    0x11EC: "X25519MLKEM768", 0x11EB: "SecP256r1MLKEM768", 0x11ED: "SecP384r1MLKEM1024",
    0x0100: "ffdhe2048", 0x0101: "ffdhe3072", 0x0102: "ffdhe4096", 0x0103: "ffdhe6144", 0x0104: "ffdhe8192",
    0x001A: "brainpoolP256r1", 0x001B: "brainpoolP384r1", 0x001C: "brainpoolP512r1",
    0x001F: "brainpoolP256r1tls13", 0x0020: "brainpoolP384r1tls13", 0x0021: "brainpoolP512r1tls13",
    0x0016: "secp256k1", 0x0015: "secp224r1", 0x0014: "secp224k1", 0x0013: "secp192r1", 0x0012: "secp192k1",
    0x0011: "secp160r2", 0x0010: "secp160r1", 0x000F: "secp160k1",
    0x0001: "sect163k1", 0x0002: "sect163r1", 0x0003: "sect163r2", 0x0004: "sect193r1", 0x0005: "sect193r2",
    0x0006: "sect233k1", 0x0007: "sect233r1", 0x0008: "sect239k1", 0x0009: "sect283k1", 0x000A: "sect283r1",
    0x000B: "sect409k1", 0x000C: "sect409r1", 0x000D: "sect571k1", 0x000E: "sect571r1",
}  # fmt: skip
GROUP_BITS = {
    "x25519": 255, "x448": 448, "X25519MLKEM768": 255, "SecP256r1MLKEM768": 256, "SecP384r1MLKEM1024": 384,
}  # fmt: skip
LEGACY_GROUPS = tuple(code for code in GROUPS if code < 0x0022 and code not in (0x001F, 0x0020, 0x0021))
TLS13_GROUPS = tuple(
    code for code in GROUPS if code in (0x17, 0x18, 0x19, 0x1D, 0x1E, 0x1F, 0x20, 0x21) or code >= 0x100
)

SCHEMES = {
    0x0403: "ecdsa_secp256r1_sha256", 0x0503: "ecdsa_secp384r1_sha384", 0x0603: "ecdsa_secp521r1_sha512",
    0x0807: "ed25519", 0x0808: "ed448", 0x0804: "rsa_pss_rsae_sha256", 0x0805: "rsa_pss_rsae_sha384",
    0x0806: "rsa_pss_rsae_sha512", 0x0809: "rsa_pss_pss_sha256", 0x080A: "rsa_pss_pss_sha384",
    0x080B: "rsa_pss_pss_sha512", 0x0401: "rsa_pkcs1_sha256", 0x0501: "rsa_pkcs1_sha384",
    0x0601: "rsa_pkcs1_sha512", 0x0402: "dsa_sha256", 0x0303: "ecdsa_sha224", 0x0301: "rsa_pkcs1_sha224",
    0x0302: "dsa_sha224", 0x0203: "ecdsa_sha1", 0x0201: "rsa_pkcs1_sha1", 0x0202: "dsa_sha1",
    0x0101: "rsa_pkcs1_md5", 0x0103: "ecdsa_md5",
}  # fmt: skip
TLS13_SCHEMES = tuple(code for code in SCHEMES if code >= 0x0804 or code in (0x0403, 0x0503, 0x0603))

ALERTS = {
    0: "close_notify", 10: "unexpected_message", 20: "bad_record_mac", 21: "decryption_failed",
    22: "record_overflow", 40: "handshake_failure", 41: "no_certificate", 42: "bad_certificate",
    43: "unsupported_certificate", 44: "certificate_revoked", 45: "certificate_expired",
    46: "certificate_unknown", 47: "illegal_parameter", 48: "unknown_ca", 49: "access_denied",
    50: "decode_error", 51: "decrypt_error", 70: "protocol_version", 71: "insufficient_security",
    80: "internal_error", 86: "inappropriate_fallback", 90: "user_canceled", 100: "no_renegotiation",
    109: "missing_extension", 110: "unsupported_extension", 112: "unrecognized_name",
    115: "unknown_psk_identity", 116: "certificate_required", 120: "no_application_protocol",
}  # fmt: skip


def version_name(code: int) -> str:
    return VERSIONS.get(code, f"0x{code:04x}")


def group_name(code: int) -> str:
    return GROUPS.get(code, f"0x{code:04x}")


def scheme_name(code: int) -> str:
    return SCHEMES.get(code, f"0x{code:04x}")


def alert_name(code: int) -> str:
    return ALERTS.get(code, f"alert {code}")


def group_bits(name: str) -> int:
    """The size of a group in bits: of a curve's field, of a finite field's prime; 0 when unknown."""
    if name in GROUP_BITS:
        return GROUP_BITS[name]
    digits = name.removesuffix("tls13").translate(str.maketrans("", "", "abcdefghijlmnopqstuvwxyzSP"))
    size = "".join(c if c.isdigit() else " " for c in digits).split()
    return int(size[0]) if size else 0
