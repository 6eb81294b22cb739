"""What a target file refers to: secrets, certificates, waivers, hours; read, or refused with its place."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance import yamlfile
from conformance.entry import CursorPaging, LinkPaging, NoPaging, PagePaging
from conformance.target import Target, load_target
from tests.targets import FULL, HEAD, load, pair, refusal


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "portal.txt").write_text("x")
    return tmp_path


# -- secrets and certificates ----------------------------------------------------------------------------


def test_secrets_are_read_from_the_environment_a_file_and_a_command(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BANK_ID", "the-id")
    (folder / "secret.txt").write_text("from-a-file\n")
    text = HEAD + (
        "authentication: {kind: header-pair, headers: "
        "{A: 'env:BANK_ID', B: 'file:secret.txt', C: 'cmd:echo from a command'}}\n"
    )
    target = load(folder, text, resolve=True)
    headers = target.authentication.headers  # type: ignore[union-attr]
    assert [headers[name].reveal() for name in "ABC"] == ["the-id", "from-a-file", "from a command"]  # type: ignore[union-attr]
    assert "the-id" not in repr(target)
    assert "from" not in repr(target)


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (
            "env:NOT_SET_ANYWHERE",
            "the environment variable NOT_SET_ANYWHERE is not set; export NOT_SET_ANYWHERE=...",
        ),
        ("env:EMPTY_ONE", "the environment variable EMPTY_ONE is empty"),
        ("file:gone.txt", "gone.txt: no such file (looked for beside the target file)"),
        ("file:.", ". is a directory, not a file"),
        ("file:empty.txt", "empty.txt is empty"),
        ("file:binary", "binary cannot be read: it is not UTF-8 text"),
        ("cmd:false", "false gave no secret: it ended with code 1"),
        ("cmd:true", "true gave no secret: it printed nothing"),
        ("cmd:no-such-program-here", "cmd: could not be run"),
        ("cmd:'", "cmd: could not be run"),
    ],
)
def test_a_secret_that_cannot_be_read_is_told_with_its_place(
    folder: Path, monkeypatch: pytest.MonkeyPatch, reference: str, said: str
) -> None:
    monkeypatch.setenv("EMPTY_ONE", "")
    (folder / "empty.txt").write_text(" \n")
    (folder / "binary").write_bytes(b"\xff\xfe\xff")
    text = HEAD + f'authentication:\n  kind: header-key\n  header: K\n  value: "{reference}"\n'
    assert load(folder, text, resolve=False)
    (told,) = refusal(folder, text, resolve=True)
    assert told.startswith("bank.yaml:6:10: authentication.value: ")
    assert said in told


def test_a_target_opens_from_any_folder_with_files_beside_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "bank.yaml").write_text(FULL)
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    target = load_target("../bank.yaml", resolve=False)
    assert target.attestations["P1-PUB-004"].evidence == folder / "portal.txt"
    assert target.place_of(("bank",)) == "../bank.yaml:1:7"


TLS = HEAD + "tls: {ca: ca.pem, client_certificate: tsp.pem, client_key: 'file:tsp.key'}\n"


def test_a_matching_certificate_and_key_give_a_context(folder: Path) -> None:
    certificate, key = pair()
    (folder / "ca.pem").write_bytes(certificate)
    (folder / "tsp.pem").write_bytes(certificate)
    (folder / "tsp.key").write_bytes(key)
    target = load(folder, TLS, resolve=True)
    assert target.tls.mutual
    context = target.tls.context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.cert_store_stats()["x509"] == 1


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("ca.pem", None, "bank.yaml:3:11: tls.ca: ca.pem: no such file"),
        ("ca.pem", b"nonsense", "bank.yaml:3:11: tls.ca: ca.pem holds no certificate in PEM form"),
        (
            "tsp.pem",
            b"\xff\xff",
            "bank.yaml:3:39: tls.client_certificate: tsp.pem cannot be read: it is not UTF-8 text",
        ),
        ("tsp.key", None, "tls.client_key: tsp.key: no such file"),
        ("tsp.key", b"nonsense", "tls.client_key: is not a private key in PEM form"),
        ("tsp.key", pair()[1], "tls.client_key: is not the key of tsp.pem; give a matching pair"),
    ],
)
def test_an_unusable_certificate_or_key_is_told_with_its_place(
    folder: Path, file: str, content: bytes | None, said: str
) -> None:
    certificate, key = pair()
    for name, good in (("ca.pem", certificate), ("tsp.pem", certificate), ("tsp.key", key)):
        (folder / name).write_bytes(good)
    (folder / file).unlink() if content is None else (folder / file).write_bytes(content)
    assert load(folder, TLS, resolve=False)
    told = refusal(folder, TLS, resolve=True)
    assert len(told) == 1
    assert said in told[0]


@pytest.mark.parametrize(
    ("tls", "said"),
    [
        ("{client_certificate: tsp.pem}", "tls.client_certificate: client_key is missing"),
        ("{client_key: 'file:tsp.key'}", "tls.client_key: client_certificate is missing"),
    ],
)
def test_half_a_pair_is_refused(folder: Path, tls: str, said: str) -> None:
    certificate, key = pair()
    (folder / "tsp.pem").write_bytes(certificate)
    (folder / "tsp.key").write_bytes(key)
    (told,) = refusal(folder, f"{HEAD}tls: {tls}\n", resolve=True)
    assert said in told


def test_no_key_is_left_on_disk_after_a_context_was_made(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    certificate, key = pair()
    monkeypatch.setenv("KEY", key.decode())
    (folder / "tsp.pem").write_bytes(certificate)
    load(
        folder, HEAD + "tls: {client_certificate: tsp.pem, client_key: 'env:KEY'}\n", resolve=True
    ).tls.context()
    assert not list(folder.glob("conformance-*"))


# -- waivers, windows, paging ----------------------------------------------------------------------------


def test_waivers_may_stand_in_a_file_of_their_own(folder: Path) -> None:
    (folder / "waivers.yaml").write_text("waivers:\n  - {match: A, reason: b, expires: 2999-01-01}\n")
    target = load(folder, HEAD + "waivers: waivers.yaml\n")
    assert [waiver.match for waiver in target.waivers] == ["A"]


def test_an_expired_waiver_in_a_file_of_its_own_is_told_at_its_place_there(folder: Path) -> None:
    (folder / "waivers.yaml").write_text("waivers:\n  - {match: A, reason: b, expires: 2020-02-03}\n")
    (told,) = refusal(folder, HEAD + "waivers: waivers.yaml\n")
    assert told.startswith("waivers.yaml:2:36: waivers.0: the waiver of A expired on 2020-02-03")


def test_a_waiver_holds_on_its_last_day(folder: Path) -> None:
    today = datetime.now(UTC) + timedelta(hours=8)
    assert load(folder, HEAD + f"waivers: [{{match: A, reason: b, expires: {today.date()}}}]\n").waivers


@pytest.mark.parametrize(
    ("window", "inside", "outside"),
    [
        (
            "02:30-07:00",
            ["2026-03-01T02:30+08:00", "2026-03-01T06:59+08:00", "2026-02-28T20:00+00:00"],
            ["2026-03-01T07:00+08:00", "2026-03-01T02:29+08:00"],
        ),
        (
            "23:00-01:00",
            ["2026-03-01T23:00+08:00", "2026-03-02T00:59+08:00"],
            ["2026-03-02T01:00+08:00", "2026-03-01T22:59+08:00"],
        ),
        ("22:00-24:00", ["2026-03-01T23:59+08:00"], ["2026-03-02T00:00+08:00"]),
        (
            "Sat 23:00-01:00",
            ["2026-02-28T23:30+08:00", "2026-03-01T00:30+08:00"],
            ["2026-03-01T23:30+08:00", "2026-02-28T00:30+08:00"],
        ),
    ],
)
def test_a_maintenance_window_is_in_hong_kong_time(
    folder: Path, window: str, inside: list[str], outside: list[str]
) -> None:
    target = load(folder, f"{HEAD}maintenance: ['{window}']\n")
    for moment in inside:
        assert target.in_maintenance(datetime.fromisoformat(moment))
        assert target.in_maintenance(datetime.fromisoformat(moment).timestamp())
        assert window in target.closed(datetime.fromisoformat(moment))
    for moment in outside:
        assert not target.in_maintenance(datetime.fromisoformat(moment))


@settings(max_examples=200)
@given(st.times(), st.times(), st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1)))  # noqa: DTZ001
def test_a_window_and_its_complement_share_no_moment(since: object, until: object, moment: datetime) -> None:
    first, second = f"{since:%H:%M}", f"{until:%H:%M}"
    if first == second:
        return
    document = yamlfile.parse(HEAD + f"maintenance: ['{first}-{second}']\n", "f")
    other = yamlfile.parse(HEAD + f"maintenance: ['{second}-{first}']\n", "f")
    at = moment.replace(tzinfo=UTC)
    here, there = (yamlfile.validate(d, Target).in_maintenance(at) for d in (document, other))
    assert here != there


@pytest.mark.parametrize(
    ("paging", "kind"),
    [
        ("none", NoPaging),
        ("{kind: page, parameter: p}", PagePaging),
        ("{kind: links, next: $.links.next}", LinkPaging),
        ("{kind: cursor, parameter: nextStartIndex, next_header: nextStartIndex}", CursorPaging),
    ],
)
def test_paging_has_four_kinds(folder: Path, paging: str, kind: type) -> None:
    assert isinstance(load(folder, f"{HEAD}paging: {paging}\n").paging, kind)
