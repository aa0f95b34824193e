"""The pages run without a browser: the framework's own test runner, one session per test."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

APP = Path(__file__).resolve().parents[2] / "app.py"
SECONDS = 60
TAG = re.compile(r"<(style|script)\b.*?</\1>|<[^>]+>", re.DOTALL)


class Pages:
    """A session of the app."""

    def __init__(self, runner: AppTest) -> None:
        self.runner = runner

    @property
    def markup(self) -> str:
        return "\n".join(block.proto.body for block in self.runner.get("html"))

    @property
    def words(self) -> str:
        return re.sub(r"\s+", " ", html.unescape(TAG.sub(" ", self.markup)))

    @property
    def address(self) -> dict[str, str]:
        given = self.runner.query_params.items()
        return {key: words if isinstance(words, str) else words[-1] for key, words in given}

    @property
    def map_arguments(self) -> str:
        """What the map component is sent, as the text that goes over the wire."""
        return "\n".join(block.proto.json_args for block in self.runner.get("component_instance"))

    def table(self, caption: str) -> list[list[str]]:
        """Return the cells of the table whose caption begins so, head row first."""
        for block in self.runner.get("html"):
            found = re.search(r"<caption>(.*?)</caption>(.*)</table>", block.proto.body, re.DOTALL)
            if found and html.unescape(found[1]).startswith(caption):
                rows = re.findall(r"<tr.*?</tr>", found[2], re.DOTALL)
                return [
                    [
                        re.sub(r"\s+", " ", html.unescape(TAG.sub(" ", cell))).strip()
                        for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)
                    ]
                    for row in rows
                ]
        message = f"no table “{caption}” on the page"
        raise AssertionError(message)


@pytest.fixture
def empty_caches() -> Iterator[None]:
    """Let nothing that another test worked out be seen, and leave nothing behind."""
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


@pytest.fixture
def open_app() -> Callable[..., Pages]:
    """Return a function that opens the app at an address and runs it once."""

    def open_one(page: str | None = None, **address: str) -> Pages:
        # The runner cannot switch to a page that is a function: such a page is run by itself.
        runner = (
            AppTest.from_file(str(APP), default_timeout=SECONDS)
            if page is None
            else AppTest.from_string(
                f"from views.{page} import show_{page}\nshow_{page}()", default_timeout=SECONDS
            )
        )
        for key, word in address.items():
            runner.query_params[key] = word
        runner.run()
        assert not runner.exception
        return Pages(runner)

    return open_one
