"""Export syntax -> commands: paths, quoting, continuation, brackets, and where each thing stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyiccp._node.config import ConfigError
from pyiccp._routeros.script import Command, parse_script


def one(text: str) -> Command:
    [command] = parse_script(text, "a.rsc").commands
    return command


def values(command: Command) -> dict[str, str | None]:
    return {item.name: item.value for item in command.properties}


@pytest.mark.parametrize(
    "text",
    [
        "/interface bridge mlag set bridge=bridge1",
        "/interface/bridge/mlag/set bridge=bridge1",
        "/interface/bridge/mlag set bridge=bridge1",
        "/interface bridge mlag\nset bridge=bridge1",
        "/interface/bridge/mlag\nset bridge=bridge1",
        "/interface bridge\nmlag set bridge=bridge1",
        "/interface bridge port\n..\nmlag set bridge=bridge1",
        "/interface bridge port\n/interface bridge mlag\n\n  set   bridge=bridge1  ",
        "interface bridge mlag set bridge=bridge1",
        "/interface bridge mlag; set bridge=bridge1",
        "/interface bridge mlag\r\nset bridge=bridge1\r\n",
        "\ufeff# 2026-07-19 10:31:06 by RouterOS 7.24rc2\n#\n/interface bridge mlag\n# disabled\nset bridge=bridge1",
    ],
)
def test_a_menu_may_be_written_in_every_way_routeros_takes(text: str) -> None:
    command = one(text)
    assert (command.menu, command.verb) == ("/interface bridge mlag", "set")
    assert values(command) == {"bridge": "bridge1"}


def test_a_command_on_one_line_does_not_leave_its_menu() -> None:
    first, second = parse_script("/interface bridge\n/interface bonding add name=b\nadd name=c").commands
    assert (first.menu, second.menu) == ("/interface bonding", "/interface bridge")


def test_continued_lines_join_and_keep_their_own_numbers() -> None:
    command = one(
        "# head\n/interface bridge vlan add bridge=bridge1 \\\n"
        "    tagged=sfp1,\\\n    bond1 \\\n    vlan-ids=10,20-30\n"
    )
    assert values(command) == {"bridge": "bridge1", "tagged": "sfp1,bond1", "vlan-ids": "10,20-30"}
    assert [item.source.line for item in command.properties] == [2, 3, 5]
    assert {item.source.file for item in command.properties} == {"a.rsc"}


def test_a_list_broken_after_a_comma_goes_on_indented() -> None:
    assert values(one("/x y\nadd tagged=a,\n    b,c vlan-ids=1"))["tagged"] == "a,b,c"
    first, second = parse_script("/x y\nadd tagged=a,\nadd tagged=b").commands
    assert (values(first)["tagged"], values(second)["tagged"]) == ("a,", "b")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('"a b"', "a b"),
        (r'"say \"no\" \\ \$x"', r'say "no" \ $x'),
        (r'"\C3\A9t\C3\A9\0D\0A"', "été\r\n"),
        (r'"a\_b\tc"', "a b\tc"),
        ('"two \\\n    halves"', "two halves"),
        ('"a,b,c"', "a,b,c"),
        ('""', ""),
        ('"# no comment; no end ]"', "# no comment; no end ]"),
        ("#1", "#1"),
        ("a=b", "a=b"),
        ("*2C", "*2C"),
    ],
)
def test_values_are_unquoted(written: str, meant: str) -> None:
    assert values(one(f"/x y add comment={written} z=1")) == {"comment": meant, "z": "1"}


def test_a_script_stored_in_a_configuration_is_one_value() -> None:
    command = one(
        "/system script\n"
        "add name=tidy owner=admin policy=\\\n"
        '    read,write source="#\\\n'
        "    \\_tidy\\\n"
        '    \\n:foreach i in=[find] do={ set \\$i comment=\\"a\\\\b\\" };\\\n'
        '    \\n"\n'
    )
    assert values(command) == {
        "name": "tidy",
        "owner": "admin",
        "policy": "read,write",
        "source": '# tidy\n:foreach i in=[find] do={ set $i comment="a\\b" };\n',
    }


def test_find_numbers_names_and_unset_properties() -> None:
    found = one("/interface ethernet set [ find default-name=ether1 ] name=up !comment")
    assert found.find is not None
    assert [(word.name, word.value) for word in found.find[1:]] == [("default-name", "ether1")]
    assert values(found) == {"name": "up", "comment": None}
    tight = one('/x y set [find name="a b"] z=1')
    assert tight.find is not None and tight.find[1].value == "a b"
    numbered = one("/port set 0,1 name=serial0")
    assert [word.text for word in numbered.arguments] == ["0,1"]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('/x y\nadd a="b', 2, "quote opened here is not closed"),
        ('/x y\nadd a="b\nc"', 2, "quote opened here is not closed"),
        ("/x y\n\nset [ find a=b c=d", 3, "not closed"),
        ("/x y\nset [ find a=b; c=d ]", 2, "not closed"),
        ("/x y\nset a ] b=c", 2, "] without ["),
        ("/x y\nadd a=b # why", 2, "comment does not start its line"),
        ('/x y\nadd a="\\q"', 2, "unknown escape"),
        ("/x y\nadd a=[find b=c]", 2, "expression"),
        ("\nad a=b", 2, "ad is not a command"),
        ("/x y\na=b", 2, "a=b is not a command"),
        ("/x y\nbogus", 2, "unknown command bogus"),
        ("/x y add/z a=b", 1, "followed by /z"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_script(text, "a.rsc")
    assert caught.value.line == line
    assert caught.value.file == "a.rsc"
    assert words in str(caught.value) and caught.value.fix


PIECES = st.sampled_from(
    [
        "/",
        "/interface bridge",
        "add",
        "set",
        " ",
        "\n",
        "\\\n",
        '"',
        "\\",
        "[",
        "]",
        "find",
        ";",
        "#",
        "=",
        ",",
        "a",
        "!b",
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES, max_size=40).map("".join)))
def test_no_text_raises_anything_but_a_configuration_error(text: str) -> None:
    try:
        script = parse_script(text)
    except ConfigError as error:
        assert error.line is not None and 1 <= error.line <= text.count("\n") + 1
    else:
        lines = [command.source.line for command in script.commands]
        assert lines == sorted(lines)
