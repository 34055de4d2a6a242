"""The Lua text has every format; what tshark makes of it is in tests/interop."""

from pyiccp.capture._wireshark import abbreviation, dissector, formats


def test_every_format_is_in_the_text_under_its_own_filter_name() -> None:
    text = dissector()
    names = [abbreviation(form) for form in formats()]
    assert len(names) == len(set(names))
    assert all(f'abbrev = "{name}"' in text for name in names)
    assert 'name = "actor_key", offset = 16, width = 2, kind = "uint16"' in text


def test_the_text_is_the_same_every_time() -> None:
    assert dissector() == dissector()
