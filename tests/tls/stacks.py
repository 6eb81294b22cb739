"""Real servers on loopback: Python, OpenSSL, GnuTLS, nginx, HAProxy, Apache, cheroot."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.tls.authority import FOLDER, ROOT, Issued, good
from tests.tls.canned import Canned, CannedServer

INTERMEDIATE = ":".join(
    f"ECDHE-{key}-{cipher}"
    for cipher in ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305")
    for key in ("ECDSA", "RSA")
)
STRONG = "ECDHE+AESGCM:ECDHE+CHACHA20"
JSON = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
)
DENIED = JSON.replace(b"200 OK", b"401 Unauthorized")
Start = Callable[[], AbstractContextManager[int]]
Application = Callable[[ssl.SSLSocket], bytes]


def program(name: str, package: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if not found:
        pytest.skip(f"{name} is not installed; it is in Debian's package {package}")
    return found


@contextmanager
def canned(server: Canned) -> Iterator[int]:
    running = CannedServer(server)
    running.start()
    try:
        yield running.port
    finally:
        running.close()


def context(
    issued: Issued | None = None,
    ciphers: str = STRONG,
    low: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2,
    high: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
    clients: ssl.VerifyMode = ssl.CERT_NONE,
    change: Callable[[ssl.SSLContext], None] = lambda _: None,
) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.set_ciphers(ciphers)
    if low < ssl.TLSVersion.TLSv1_2:
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            made.minimum_version = low
            made.maximum_version = high
    else:
        made.minimum_version, made.maximum_version = low, high
    made.load_cert_chain(*(issued or good()).files)
    made.verify_mode = clients
    if clients != ssl.CERT_NONE:
        made.load_verify_locations(ROOT.file)
    made.options |= ssl.OP_CIPHER_SERVER_PREFERENCE
    change(made)
    return made


class PythonServer(threading.Thread):
    """A thread that answers each TLS connection with what the application returns, in turn or at once."""

    def __init__(
        self,
        made: ssl.SSLContext,
        application: Application,
        host: str = "127.0.0.1",
        port: int = 0,
        each: bool = False,
    ) -> None:
        super().__init__(daemon=True)
        self.made, self.application, self.each = made, application, each
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.listener = socket.create_server((host, port), family=family)
        self.port = int(self.listener.getsockname()[1])

    def run(self) -> None:
        while True:
            try:
                raw, _ = self.listener.accept()
            except OSError:
                return
            raw.settimeout(3)
            if self.each:
                threading.Thread(target=self.serve, args=(raw,), daemon=True).start()
            else:
                self.serve(raw)

    def serve(self, raw: socket.socket) -> None:
        try:
            with self.made.wrap_socket(raw, server_side=True) as tls:
                tls.sendall(self.application(tls))
        except (OSError, ValueError):
            raw.close()

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.join(5)


def reads_first(answer: Callable[[ssl.SSLSocket], bytes]) -> Application:
    def application(tls: ssl.SSLSocket) -> bytes:
        if not tls.recv(4096):
            raise OSError
        return answer(tls)

    return application


@contextmanager
def python(
    made: Callable[[], ssl.SSLContext],
    application: Application | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    each: bool = False,
) -> Iterator[int]:
    """A server of Python's ssl; with ``each`` it serves every connection in a thread of its own."""
    running = PythonServer(made(), application or reads_first(lambda _: JSON), host, port, each)
    running.start()
    try:
        yield running.port
    finally:
        running.close()


@contextmanager
def plain_http() -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                connection.recv(4096)
                connection.sendall(
                    b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                )

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


@contextmanager
def process(command: list[str], port: int) -> Iterator[int]:
    """A server program, from the moment that its port answers until it is ended."""
    running = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=FOLDER
    )
    try:
        for _ in range(1000):
            if running.poll() is not None:
                assert running.stderr is not None
                pytest.fail(f"{command[0]} ended: {running.stderr.read().decode()[-500:]}")
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            except OSError:
                time.sleep(0.03)
        yield port
    finally:
        running.terminate()
        running.communicate(timeout=60)


def openssl(*options: str, issued: Callable[[], Issued] = good, www: bool = True) -> Start:
    @contextmanager
    def start() -> Iterator[int]:
        shown = issued()
        port, (certificate, key) = free_port(), shown.files
        chain = ["-cert_chain", certificate] if shown.chain else []
        command = [
            program("openssl", "openssl"),
            "s_server",
            "-accept",
            f"127.0.0.1:{port}",
            "-cert",
            certificate,
        ]
        command += ["-key", key, *chain, "-quiet", *(["-www"] if www else []), *options]
        with process(command, port) as at:
            yield at

    return start


def gnutls(priority: str = "NORMAL", *options: str, issued: Callable[[], Issued] = good) -> Start:
    @contextmanager
    def start() -> Iterator[int]:
        port, (certificate, key) = free_port(), issued().files
        command = [
            program("gnutls-serv", "gnutls-bin"),
            "--http",
            "--quiet",
            "-p",
            str(port),
            "--priority",
            priority,
        ]
        command += ["--x509certfile", certificate, "--x509keyfile", key, *options]
        with process(command, port) as at:
            yield at

    return start


NGINX = """
daemon off; master_process off; pid {place}/nginx.pid; error_log stderr crit; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path {place}/b; proxy_temp_path {place}/p; fastcgi_temp_path {place}/f;
  uwsgi_temp_path {place}/u; scgi_temp_path {place}/s;
  server {{
    listen 127.0.0.1:{port} ssl http2;
    ssl_certificate {certificate}; ssl_certificate_key {key};
    ssl_protocols TLSv1.2 TLSv1.3; ssl_ecdh_curve X25519:prime256v1:secp384r1; ssl_prefer_server_ciphers off;
    ssl_ciphers {ciphers};
    ssl_session_timeout {timeout}; ssl_session_cache shared:SSL:1m;
    {extra}
    location / {{ default_type application/json; return 200 '{{}}'; }}
  }}
}}
"""


def nginx(extra: str = "", timeout: str = "1d", issued: Callable[[], Issued] = good) -> Start:
    @contextmanager
    def start() -> Iterator[int]:
        binary, port, place = program("nginx", "nginx-light"), free_port(), Path(tempfile.mkdtemp(dir=FOLDER))
        certificate, key = issued().files
        text = NGINX.format(
            ciphers=INTERMEDIATE,
            place=place,
            port=port,
            certificate=certificate,
            key=key,
            extra=extra,
            timeout=timeout,
        )
        (place / "nginx.conf").write_text(text)
        with process([binary, "-p", str(place), "-c", str(place / "nginx.conf"), "-e", "stderr"], port) as at:
            yield at

    return start


HAPROXY = """
global
  ssl-default-bind-curves X25519:prime256v1:secp384r1
  ssl-default-bind-ciphers {ciphers}
  ssl-default-bind-options prefer-client-ciphers ssl-min-ver TLSv1.2 {tickets}
defaults
  mode http
  timeout client 5s
  timeout server 5s
  timeout connect 5s
frontend f
  bind 127.0.0.1:{port} ssl crt {bundle} {bind}
  http-request return status 200 content-type application/json string "{{}}"
"""


def haproxy(bind: str = "", issued: Callable[[], Issued] = good) -> Start:
    @contextmanager
    def start() -> Iterator[int]:
        binary, port, place = program("haproxy", "haproxy"), free_port(), Path(tempfile.mkdtemp(dir=FOLDER))
        shown = issued()
        (place / "bundle.pem").write_bytes(shown.pem + shown.key_pem)
        text = HAPROXY.format(
            ciphers=INTERMEDIATE,
            port=port,
            bundle=place / "bundle.pem",
            bind=bind,
            tickets="no-tls-tickets",
        )
        (place / "haproxy.cfg").write_text(text)
        with process([binary, "-db", "-q", "-f", str(place / "haproxy.cfg")], port) as at:
            yield at

    return start


APACHE = """
ServerName localhost
ServerRoot {place}
PidFile {place}/pid
Mutex pthread
DefaultRuntimeDir {place}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule ssl_module {modules}/mod_ssl.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule dir_module {modules}/mod_dir.so
DirectoryIndex index.html
LoadModule socache_shmcb_module {modules}/mod_socache_shmcb.so
ErrorLog {place}/error.log
Listen 127.0.0.1:{port}
DocumentRoot {place}
SSLProtocol -all +TLSv1.2 +TLSv1.3
SSLOpenSSLConfCmd Curves X25519:prime256v1:secp384r1
SSLCipherSuite {ciphers}
SSLHonorCipherOrder off
SSLSessionTickets off
<VirtualHost 127.0.0.1:{port}>
SSLEngine on
SSLCertificateFile {certificate}
SSLCertificateKeyFile {key}
{extra}
</VirtualHost>
"""


@contextmanager
def apache(extra: str = "") -> Iterator[int]:
    binary, port, place = program("apache2", "apache2-bin"), free_port(), Path(tempfile.mkdtemp(dir=FOLDER))
    certificate, key = good().files
    modules = Path("/usr/lib/apache2/modules")
    text = APACHE.format(
        ciphers=INTERMEDIATE,
        place=place,
        port=port,
        modules=modules,
        certificate=certificate,
        key=key,
        extra=extra,
    )
    (place / "apache.conf").write_text(text)
    (place / "index.html").write_text("{}")
    with process([binary, "-X", "-f", str(place / "apache.conf")], port) as at:
        yield at


@contextmanager
def cheroot() -> Iterator[int]:
    from cheroot.ssl.builtin import BuiltinSSLAdapter
    from cheroot.wsgi import Server

    server = Server(("127.0.0.1", 0), lambda _, start: (start("200 OK", []), [b"{}"])[1], numthreads=2)
    server.error_log = lambda *_, **__: None  # type: ignore[method-assign]
    adapter = BuiltinSSLAdapter(*good().files)
    adapter.context = context()
    server.ssl_adapter = adapter
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield int(server.bind_addr[1])
    finally:
        server.stop()
        thread.join(5)
