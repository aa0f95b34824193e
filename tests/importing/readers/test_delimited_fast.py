"""The fast way and the exact way to the cells of a text table are one."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from spatial.errors import InputError
from spatial.importing.readers import text_records
from spatial.importing.readers.text_records import Shape, Start, read_body
from spatial.limits import Limits
from spatial.text_decoding import to_utf8

LIMITS = Limits(cell_characters=40, columns=9, rows=60)
# What each stage turns on: quotes, guards, blanks of all kinds, line ends, delimiters, long cells.
ATOMS = st.sampled_from(
    [
        *("甲", "a", "7", "é", "😀", "'", "=", "-", "＝", "+", " ", "\t", "\u3000", "\xa0", "\x85", "\u2028"),
        *('"', '""', ",", ";", "\n", "\r\n", "\r", "\x0c", "\u200b", "\ufeff", "'=1", "NA", "0" * 14),
    ]
)
CELL = st.lists(ATOMS, max_size=4).map("".join)
ROWS = st.lists(st.lists(CELL, min_size=1, max_size=4), min_size=1, max_size=12)


def outcome(data, shape, *, fast):
    try:
        body = read_body(data, Start(0, 1), shape, fast=fast)
    except InputError as fault:
        return fault.key, fault.params
    columns = [[cell.as_py() for piece in pieces for cell in piece] for pieces in body.columns]
    lines = [int(line) for piece in body.lines for line in piece]
    return columns, lines, body.ragged, body.n_rows, body.n_blank, body.n_unguarded


def assert_alike(words, *, delimiter, width, n_named, block):
    data = words.encode()
    assume(data)
    # Texts with controls never come so far; without them the blanks are those that the decoder saw.
    shape = Shape(
        n_named=min(n_named, width),
        width=width,
        delimiter=delimiter,
        name="a.csv",
        limits=LIMITS,
        has_blanks=to_utf8(data, name="a.csv", encoding="utf-8").has_blanks,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_records, "BLOCK_BYTES", block)
        assert outcome(data, shape, fast=True) == outcome(data, shape, fast=False)


SHAPES = {
    "delimiter": st.sampled_from([",", ";", "\t", "，"]),
    "width": st.integers(1, 4),
    "n_named": st.integers(1, 4),
    "block": st.sampled_from([1, 7, 20, 1 << 20]),
}


@given(words=st.lists(ATOMS, max_size=40).map("".join), **SHAPES)
@example(words='a"b,"c\nd"\n', delimiter=",", width=2, n_named=2, block=1)
@example(words='"a\n","b"\n', delimiter=",", width=2, n_named=2, block=1)
@example(words="'\t,\n'=,1\n", delimiter=",", width=2, n_named=2, block=99)
@example(words="a,b\r\rc,d\r\n", delimiter=",", width=2, n_named=2, block=99)
def test_any_text_reads_alike(words, delimiter, width, n_named, block):
    assert_alike(words, delimiter=delimiter, width=width, n_named=n_named, block=block)


@given(
    rows=ROWS,
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n"]),
    **SHAPES,
)
def test_a_written_table_reads_alike(rows, quoting, end, delimiter, width, n_named, block):
    rows = [(row * width)[:width] for row in rows] if n_named == width else rows
    stream = io.StringIO()
    mark = "," if delimiter == "，" else delimiter
    csv.writer(stream, delimiter=mark, quoting=quoting, lineterminator=end).writerows(rows)
    assert_alike(stream.getvalue(), delimiter=mark, width=width, n_named=n_named, block=block)


@pytest.mark.parametrize(
    ("words", "n_fast"),
    [
        ("1,甲,x\n2,乙 ,y\n", 2),
        ('"1","甲","x"\r\n"2","a ""b"" c",""\r\n', 2),
        ("1,甲,x\n,,\n2,乙,y\n", 2),
        ("1,甲,\n2,乙,'=x\n", 2),
        ("1,甲,x,\n2,乙,y,\n", 2),
        ('1,"甲\n乙",x\n', 0),
        ('1,5"6,x\n', 0),
        ("1,甲,x\n\n2,乙,y\n", 2),
        ("1,甲,x\n2,乙\n", 0),
        ("1,甲,x\r2,乙,y\r\n", 0),
        ("1,甲,x,\n2,乙,y,z\n", 0),
        ("1,甲," + "x" * 41 + "\n", None),
    ],
)
def test_what_goes_the_fast_way(words, n_fast):
    shape = Shape(n_named=3, width=3, delimiter=",", name="a.csv", limits=LIMITS)
    if n_fast is None:
        assert outcome(words.encode(), shape, fast=True)[0] == "error.limit_cell_characters"
    else:
        assert read_body(words.encode(), Start(0, 1), shape).n_fast == n_fast


def test_one_odd_block_does_not_slow_the_others(monkeypatch):
    monkeypatch.setattr(text_records, "BLOCK_BYTES", 50)
    words = "".join(f"{number},甲,x\n" for number in range(30)) + '30,"甲\n乙",x\n'
    words += "".join(f"{number},甲,x\n" for number in range(31, 60))
    shares = []
    shape = Shape(n_named=3, width=3, delimiter=",", name="a.csv", limits=LIMITS)
    body = read_body(words.encode(), Start(0, 1), shape, told=shares.append)
    assert body.n_rows == 60
    assert 40 <= body.n_fast < 60
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
