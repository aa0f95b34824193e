"""Nothing that a name holds reaches a template engine, a browser or a script as code."""

from __future__ import annotations

import html
import json

import pytest
from branca.element import Template
from hypothesis import given
from hypothesis import strategies as st

from layers.escape import escape_text, script_json

PAYLOADS = [
    "{{7*7}}",
    "{{ cycler.__init__.__globals__ }}",
    "{% if true %}x{% endif %}",
    "{% raw %}",
    "{% endraw %}",
    "{# gone #}",
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "`${alert(1)}`",
    "\\u003cimg\\u003e",
    "'\"&<>",
    "a\u2028b\u2029c",
    "半个代理对 \ud83d",
]
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_survives_two_template_passes_and_reads_as_it_was(payload):
    once = Template(escape_text(payload)).render()
    assert html.unescape(Template(once).render()) == payload.encode("utf-8", "replace").decode("utf-8")


@given(st.text())
def test_escaped_text_holds_no_character_that_any_sink_reads(value):
    assert not set(escape_text(value)) & set("<>\"'`{}\\$")


@given(JSON_VALUES)
def test_script_reads_back_what_was_put_in(value):
    assert json.loads(script_json(value)) == value


@given(st.lists(st.text(alphabet="{}%#<>/&`$\\\"'a\u2028")))
def test_script_opens_no_tag_and_no_template(value):
    written = script_json({"outer": {"inner": value}})
    for opening in ("{{", "{%", "{#", "<", ">", "&", "`", "$", "\u2028"):
        assert opening not in written
    assert Template(written).render() == written


def test_half_a_surrogate_pair_can_be_sent():
    written = script_json(["\ud83d"])
    assert written.encode("utf-8") == b'["\\ud83d"]'


def test_numbers_that_json_lacks_are_refused():
    with pytest.raises(ValueError, match="Out of range"):
        script_json([float("nan")])
