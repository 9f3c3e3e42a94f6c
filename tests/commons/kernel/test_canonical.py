from __future__ import annotations

from fractions import Fraction

import pytest

from commons.kernel import canonical


def test_the_same_data_gives_the_same_bytes():
    assert canonical.dumps({"b": [1, True, None], "a": "ї"}) == '{"a":"ї","b":[1,true,null]}'.encode()
    assert canonical.dumps({"a": (1, 2)}) == canonical.dumps({"a": [1, 2]})
    assert canonical.dumps(Fraction(6, 4)) == b'"3/2"'


def test_two_spellings_of_one_letter_are_one():
    assert canonical.digest({"name": "и\u0306"}) == canonical.digest({"name": "й"})


@pytest.mark.parametrize("value", [1.5, {"a": 0.1}, {1: "a"}, b"bytes", {1, 2}])
def test_what_has_no_exact_form_is_refused(value):
    with pytest.raises(TypeError):
        canonical.dumps(value)
