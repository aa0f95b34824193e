"""Tables escape every string and say what their cells head."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from views.html_table import Column, Markup, fragment, join, render_table


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


VISIBLE = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40)


@given(VISIBLE)
def test_a_value_is_shown_verbatim_and_adds_no_tag(words: str) -> None:
    page = read(fragment("<p>{words}</p>", words=words))
    assert page.tags == ["p"]
    assert page.words == words


def test_markup_is_not_escaped_twice() -> None:
    inner = fragment("<b>{x}</b>", x="<i>")
    assert fragment("<p>{inner}</p>", inner=inner) == "<p><b>&lt;i&gt;</b></p>"
    assert isinstance(join([inner, inner]), Markup)


def test_a_table_has_caption_and_scopes() -> None:
    html = render_table(
        [Column(head="范围"), Column(head="面积", unit="km²", numeric=True)],
        [["一区<script>", "1,234.50"]],
        caption="结论",
    )
    assert "<caption>结论</caption>" in html
    assert html.count('scope="col"') == 2
    assert html.count('scope="row"') == 1
    assert "<script>" not in html
    assert '<td class="num">1,234.50</td>' in html
