"""The https servers of Node, of the JDK and of Go (as Caddy), on loopback."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from tests.ports import free_port
from tests.tls.authority import FOLDER, ROOT, good
from tests.tls.stacks import INTERMEDIATE, Start, process, program

NODE = """
const fs = require('fs'), https = require('https');
https.createServer({
  cert: fs.readFileSync(process.argv[1]), key: fs.readFileSync(process.argv[2]), minVersion: 'TLSv1.2',
  ciphers: 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:' + process.argv[4], honorCipherOrder: true,
  ...JSON.parse(process.argv[5], (name, value) => name === 'ca' ? fs.readFileSync(value) : value),
}, (request, response) => {
  response.writeHead(200, {'Content-Type': 'application/json'}).end('{}');
}).listen(+process.argv[3], '127.0.0.1');
"""


def node(**options: object) -> Start:
    """Node's https server; options as for ``tls.createServer``."""

    @contextmanager
    def start() -> Iterator[int]:
        port, (certificate, key) = free_port(), good().files
        script = [program("node", "nodejs"), "-e", NODE, certificate, key, str(port)]
        with process([*script, INTERMEDIATE, json.dumps(options)], port) as at:
            yield at

    return start


JAVA = """
import com.sun.net.httpserver.*;
import java.io.*;
import java.net.*;
import java.security.*;
import javax.net.ssl.*;

public class Served {
  public static void main(String[] given) throws Exception {
    char[] password = "test".toCharArray();
    KeyStore keys = KeyStore.getInstance("PKCS12"), trusted = KeyStore.getInstance("PKCS12");
    keys.load(new FileInputStream(given[0]), password);
    trusted.load(new FileInputStream(given[1]), password);
    KeyManagerFactory own = KeyManagerFactory.getInstance("SunX509");
    own.init(keys, password);
    TrustManagerFactory others = TrustManagerFactory.getInstance("PKIX");
    others.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), others.getTrustManagers(), null);
    HttpsServer server = HttpsServer.create(
        new InetSocketAddress("127.0.0.1", Integer.parseInt(given[2])), 50);
    server.setHttpsConfigurator(new HttpsConfigurator(context) {
      public void configure(HttpsParameters parameters) {
        SSLParameters chosen = context.getDefaultSSLParameters();
        chosen.setCipherSuites(given[3].split(":"));
        chosen.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
        chosen.setNeedClientAuth(given[4].equals("true"));
        parameters.setSSLParameters(chosen);
      }
    });
    server.createContext("/", exchange -> {
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, 2);
      exchange.getResponseBody().write("{}".getBytes());
      exchange.close();
    });
    server.start();
  }
}
"""
JAVA_SUITES = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:" + ":".join(
    f"TLS_ECDHE_RSA_WITH_AES_{size}" for size in ("128_GCM_SHA256", "256_GCM_SHA384")
)


def java(clients: bool = False) -> Start:
    """The https server of the JDK, compiled as it starts; with ``clients`` it needs client certificates."""

    @contextmanager
    def start() -> Iterator[int]:
        port, place, shown = free_port(), Path(tempfile.mkdtemp(dir=FOLDER)), good()
        hidden = serialization.BestAvailableEncryption(b"test")
        keys = pkcs12.serialize_key_and_certificates(b"own", shown.key, shown.certificate, None, hidden)
        (place / "keys.p12").write_bytes(keys)
        trusted = pkcs12.PKCS12Certificate(ROOT.certificate, b"root")
        (place / "trusted.p12").write_bytes(pkcs12.serialize_java_truststore([trusted], hidden))
        (place / "Served.java").write_text(JAVA)
        command = [program("java", "default-jre-headless"), "-XX:TieredStopAtLevel=1"]
        signed = "rsa_pss_rsae_sha256,rsa_pkcs1_sha256,ecdsa_secp256r1_sha256"
        command += ["-Djdk.tls.rejectClientInitiatedRenegotiation=true"]
        command += [f"-Djdk.tls.server.SignatureSchemes={signed}", str(place / "Served.java")]
        command += [str(place / "keys.p12"), str(place / "trusted.p12"), str(port), JAVA_SUITES]
        with process([*command, str(clients).lower()], port) as at:
            yield at

    return start


CADDY = """
{{
  admin off
  auto_https off
  storage file_system {place}
}}
https://localhost:{port} {{
  bind 127.0.0.1
  tls {certificate} {key} {{
    protocols tls1.3
    {clients}
  }}
  header Content-Type application/json
  respond "{{}}"
}}
"""


def caddy(clients: bool = False) -> Start:
    """Caddy, which speaks TLS by Go's library, here 1.3 alone: its TLS 1.2 depends much on the release.

    With ``clients`` it needs client certificates.
    """

    @contextmanager
    def start() -> Iterator[int]:
        port, place, (certificate, key) = free_port(), Path(tempfile.mkdtemp(dir=FOLDER)), good().files
        text = CADDY.format(
            place=place, port=port, certificate=certificate, key=key,
            clients=f"client_auth {{\n mode require_and_verify\n trusted_ca_cert_file {ROOT.file}\n }}"
            if clients else "",
        )  # fmt: skip
        (place / "Caddyfile").write_text(text)
        command = [program("caddy", "caddy"), "run", "--adapter", "caddyfile"]
        with process([*command, "--config", str(place / "Caddyfile")], port) as at:
            yield at

    return start
