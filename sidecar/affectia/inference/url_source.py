"""A file at an https address, fetched through the proxies of the environment."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import IO, Any, Protocol
from urllib.parse import urlsplit

from affectia.errors import ModelUnavailable
from affectia.inference.limited_file import Readable, write_limited

_CONNECT_TIMEOUT_SECS = 3.0
_READ_TIMEOUT_SECS = 30.0


class Answer(Readable, Protocol):
    """An open answer: its headers, and its body to read."""

    @property
    def headers(self) -> Mapping[str, str] | Message:
        """The answer's headers."""
        ...


Open = Callable[[str], AbstractContextManager[Answer]]


class _Connection(http.client.HTTPSConnection):
    """Quick to give up on a host that does not answer, patient with one that has."""

    def connect(self) -> None:
        super().connect()
        self.sock.settimeout(_READ_TIMEOUT_SECS)


class _HttpsHandler(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Connection, req)


class HttpsOnlyRedirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirect only to https."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        """The request to follow with.

        Raises:
            ModelUnavailable: the redirect leads away from https.
        """
        if urlsplit(newurl).scheme != "https":
            fp.close()  # nobody else will: the error goes past whoever holds the answer
            raise ModelUnavailable("it redirects to an address that is not https")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def open_https(url: str) -> Any:
    """Open an https address, with certificates checked and 3 s to connect."""
    opener = urllib.request.build_opener(_HttpsHandler, HttpsOnlyRedirects)
    request = urllib.request.Request(url, headers={"User-Agent": "affectia"})
    return opener.open(request, timeout=_CONNECT_TIMEOUT_SECS)


@dataclass(frozen=True, slots=True)
class UrlSource:
    """The whole content of one https address; reading stops when it is longer than it should be."""

    url: str
    size_bytes: int = field(kw_only=True)
    open_url: Open = field(default=open_https, kw_only=True, repr=False, compare=False)

    @property
    def name(self) -> str:
        """What a message calls this source: the host, for the whole address is long."""
        return f"url {urlsplit(self.url).hostname}"

    def fetch(self, into: Path) -> Path:
        """Download the file into `into`.

        Raises:
            ModelUnavailable: the host does not answer, answers with an error, or delivers another size.
        """
        to = into / "body"
        try:
            with self.open_url(self.url) as answer:
                stated = answer.headers.get("Content-Length")
                if stated is not None and stated != str(self.size_bytes):
                    raise ModelUnavailable(f"it delivers {stated[:20]} bytes, expected {self.size_bytes}")
                write_limited(answer, to, limit_bytes=self.size_bytes)
        except ModelUnavailable:
            raise
        except urllib.error.HTTPError as error:
            with error:
                raise ModelUnavailable(f"it answers with status {error.code}") from error
        except (TimeoutError, urllib.error.URLError) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            if isinstance(reason, TimeoutError):
                raise ModelUnavailable("it does not answer in time") from error
            words = getattr(reason, "strerror", None) or str(reason)
            raise ModelUnavailable(f"it cannot be reached: {words}") from error
        except http.client.HTTPException as error:
            raise ModelUnavailable(f"its answer broke off: {type(error).__name__}") from error
        return to
