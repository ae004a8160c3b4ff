import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.guessing.json_head import closed

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-99, 10**6)
    | st.text(max_size=6)
    | st.sampled_from(['"[', "\\", "}"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("head", "whole"),
    [
        (b'[{"a": 1}, {"a": 2}, {"a"', b'[{"a": 1}, {"a": 2}]'),
        (b"[12, 34, 5", b"[12, 34]"),
        # The outermost list that has a complete item: a document cut in its sentences is kept back.
        (b'{"id":"x","document":[{"s":[1,2]},{"s":[3,4', b'{"id":"x","document":[{"s":[1,2]}]}'),
        (
            b'{"id":"x","document":[{"s":[{"n":1},{"n":2},{"n',
            b'{"id":"x","document":[{"s":[{"n":1},{"n":2}]}]}',
        ),
        (b'{"a": {"b": 1, "c": "\xea\xb0\x80', b'{"a": {"b": 1}}'),
        (b'{"a": "one, [two", "b": 3, "c": ', b'{"a": "one, [two", "b": 3}'),
        (b'[{"a": "say \\"', None),
        (b'["}', None),
        (b'[1, "a\\', b"[1]"),
        (b"]", None),
    ],
)
def test_a_cut_json_is_closed_after_what_is_complete(head: bytes, whole: bytes | None) -> None:
    assert closed(head) == whole


@given(st.lists(VALUES, min_size=1, max_size=6), st.data())
def test_any_beginning_becomes_json_with_the_first_items(items: list[object], data: st.DataObject) -> None:
    written = orjson.dumps(items)
    whole = closed(written[: data.draw(st.integers(1, len(written)))])
    if whole is None:
        return
    got = orjson.loads(whole)
    assert isinstance(got, list)
    # All but the last item are whole; that one may have been cut inside.
    assert got[:-1] == items[: len(got) - 1]
