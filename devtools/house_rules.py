"""Rules of this repository that no linter knows: `python -m devtools.house_rules`.

No package registry's address and no machine's path in any file; no Python file over 400 lines; no log message that could
hold what a person looks like, said or felt.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from devtools.repository import ROOT, is_generated, project_files, read_text

MAX_PYTHON_LINES = 400

# Shapes and not names of hosts: what a lock file records, a simple index, and a setting of pip together with an address.
_SOURCE = re.compile(
    r'"resolved"\s*:\s*"https?:|(?i:registry|index|mirror)[\w.-]*\.(?:org|com|io)\b|\w+://[^\s"\']+/simple\b'
    r"|(?i:index[-_]url|find[-_]links)\W{1,6}\w+://"
)
_MACHINE_PATH = re.compile(r"(?<![\w.*>-])/(?:" + "work|root|home/[a-z]+|Users/[A-Za-z]+" + r")/|(?<![\w.])/tmp/" + r"dev(?!\w)")

_LOG_METHODS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
_PRIVATE = re.compile(r"(?<![a-z])(?:image|landmark|transcript|score)s?(?![a-z])")


def findings(root: Path = ROOT) -> Iterator[str]:
    """One line for each breach, `path:line: what`."""
    for path in project_files(root):
        text = read_text(path)
        if text is None:
            continue
        name = path.relative_to(root).as_posix()
        yield from (f"{name}:{line}: {what}" for line, what in text_findings(text))
        if path.suffix != ".py" or is_generated(path, text):
            continue
        lines = len(text.splitlines())
        if lines > MAX_PYTHON_LINES:
            yield f"{name}:{lines}: has {lines} lines, expected no more than {MAX_PYTHON_LINES}: split it, one noun per file"
        if name.startswith("sidecar/"):
            yield from (f"{name}:{line}: {what}" for line, what in log_findings(text))


def text_findings(text: str) -> Iterator[tuple[int, str]]:
    """Addresses and paths that have no business in any file, as line and what."""
    for number, line in enumerate(text.splitlines(), start=1):
        if match := _SOURCE.search(line):
            yield number, f"names a package source, {match[0]!r}: pip, npm and apt ask what their user has set up"
        if match := _MACHINE_PATH.search(line):
            yield number, f"holds a path of one machine, {match[0]!r}: derive it, or use a temporary folder"


def log_findings(source: str) -> Iterator[tuple[int, str]]:
    """Log calls whose arguments speak of what a person looks like, said or felt, as line and what.

    A count is harmless, so what stands inside `len(...)` is not looked at.
    """
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _LOG_METHODS):
            continue
        if "log" not in ast.unparse(node.func.value).lower():
            continue
        for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
            if match := _PRIVATE.search(" ".join(_words(argument))):
                yield node.lineno, f"a log message mentions {match[0]!r}: log ids and counts only"
                break


def _words(node: ast.AST) -> Iterator[str]:
    """Every name and text in an expression, in lower case, its words apart."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len":
        return
    for text in (getattr(node, "id", None), getattr(node, "attr", None), getattr(node, "value", None)):
        if isinstance(text, str):
            yield re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", text).lower()
    for child in ast.iter_child_nodes(node):
        yield from _words(child)


def main() -> int:
    """Print every breach; 1 when there is one."""
    found = list(findings())
    print("\n".join(found) if found else "no breach of the house rules")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
