from __future__ import annotations

import http.client
import io
import urllib.error
import urllib.request
from contextlib import AbstractContextManager, closing
from email.message import Message
from pathlib import Path

import pytest

from affectia.errors import ModelUnavailable
from affectia.inference.url_source import Answer, HttpsOnlyRedirects, Open, UrlSource

pytestmark = pytest.mark.unit

URL = "https://models.example.org/face.task"
CONTENT = b"weights" * 20_000


class FakeAnswer:
    def __init__(self, content: bytes, headers: dict[str, str]) -> None:
        self.headers = headers
        self._stream = io.BytesIO(content)
        self.read_bytes = 0

    def read(self, size: int, /) -> bytes:
        chunk = self._stream.read(size)
        self.read_bytes += len(chunk)
        return chunk

    def close(self) -> None:
        self._stream.close()


def answering(answer: FakeAnswer) -> Open:
    def open_url(url: str) -> AbstractContextManager[Answer]:
        assert url == URL
        return closing(answer)

    return open_url


def failing(error: Exception) -> Open:
    def open_url(url: str) -> AbstractContextManager[Answer]:
        raise error

    return open_url


@pytest.mark.parametrize("headers", [{}, {"Content-Length": str(len(CONTENT))}])
def test_the_body_is_fetched(tmp_path: Path, headers: dict[str, str]) -> None:
    source = UrlSource(URL, size_bytes=len(CONTENT), open_url=answering(FakeAnswer(CONTENT, headers)))
    assert source.fetch(tmp_path).read_bytes() == CONTENT
    assert source.name == "url models.example.org"


def test_a_body_over_the_limit_is_left(tmp_path: Path) -> None:
    answer = FakeAnswer(CONTENT, {})
    with pytest.raises(ModelUnavailable, match="more than the 70000 bytes"):
        UrlSource(URL, size_bytes=70_000, open_url=answering(answer)).fetch(tmp_path)
    assert answer.read_bytes == 70_001


def test_a_stated_size_that_is_wrong_is_not_read(tmp_path: Path) -> None:
    answer = FakeAnswer(CONTENT, {"Content-Length": "9"})
    with pytest.raises(ModelUnavailable, match="it delivers 9 bytes, expected 140000"):
        UrlSource(URL, size_bytes=len(CONTENT), open_url=answering(answer)).fetch(tmp_path)
    assert answer.read_bytes == 0


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (urllib.error.HTTPError(URL, 404, "gone", Message(), io.BytesIO()), "it answers with status 404"),
        (urllib.error.URLError(TimeoutError("timed out")), "it does not answer in time"),
        (TimeoutError("timed out"), "it does not answer in time"),
        (urllib.error.URLError(ConnectionRefusedError(111, "Connection refused")), "it cannot be reached: Connection refused"),
        (urllib.error.URLError("unknown host"), "it cannot be reached: unknown host"),
        (http.client.RemoteDisconnected("bye"), "its answer broke off: RemoteDisconnected"),
    ],
)
def test_a_host_that_does_not_deliver_is_a_reason(tmp_path: Path, error: Exception, message: str) -> None:
    with pytest.raises(ModelUnavailable, match=f"^{message}$"):
        UrlSource(URL, size_bytes=1, open_url=failing(error)).fetch(tmp_path)


def test_a_redirect_stays_on_https() -> None:
    request = urllib.request.Request(URL)
    handler = HttpsOnlyRedirects()
    headers = http.client.HTTPMessage()
    followed = handler.redirect_request(request, io.BytesIO(), 302, "", headers, "https://other.example.org/x")
    assert followed is not None
    assert followed.full_url == "https://other.example.org/x"
    answer = io.BytesIO()
    with pytest.raises(ModelUnavailable, match="redirects to an address that is not https"):
        handler.redirect_request(request, answer, 302, "", headers, "http://other.example.org/x")
    assert answer.closed
