"""Tables of boxes and arrows: what is tried first, what is not taken again, what is traced."""

from typing import Any

import pytest

from pyiccp._sansio import ANYWHERE, UCT, Arrow, Machine, NotSettledError, settle


class Thing:
    def __init__(self) -> None:
        self.boxes: dict[str, str] = {}
        self.on = self.reset = False
        self.log: list[str] = []


def OFF(thing: Thing) -> None:
    thing.log.append("OFF")


def ON(thing: Thing) -> None:
    thing.log.append("ON")


def PASSING(thing: Thing) -> None:
    thing.log.append("PASSING")


def on(thing: Thing) -> bool:
    return thing.on


def off(thing: Thing) -> bool:
    return not thing.on


def reset(thing: Thing) -> bool:
    return thing.reset


SWITCH: Machine[Thing] = Machine(
    "switch",
    OFF,
    [
        Arrow(ANYWHERE, reset, OFF),
        Arrow(OFF, on, PASSING),
        Arrow(PASSING, UCT, ON),
        Arrow(ON, off, OFF),
    ],
)


def started() -> Thing:
    thing = Thing()
    SWITCH.start(thing)
    return thing


def test_begin_enters_the_first_box_and_performs_its_body() -> None:
    thing = started()
    assert thing.boxes == {"switch": "OFF"}
    assert thing.log == ["OFF"]


def test_settle_follows_arrows_to_a_fixed_point() -> None:
    thing = started()
    thing.on = True
    settle([SWITCH], [thing])
    assert thing.boxes == {"switch": "ON"}
    assert thing.log == ["OFF", "PASSING", "ON"]


def test_an_open_arrow_goes_first_and_is_not_taken_into_the_box_it_is_in() -> None:
    thing = started()
    thing.on = True
    settle([SWITCH], [thing])
    thing.reset, thing.on = True, False
    settle([SWITCH], [thing])
    assert thing.boxes == {"switch": "OFF"}
    assert thing.log[-1] == "OFF"
    assert thing.log.count("OFF") == 2, "the condition still holds and does not spin"


def test_the_trace_names_machine_boxes_and_condition() -> None:
    seen: list[tuple[str, ...]] = []

    def trace(context: Any, *what: str) -> None:
        seen.append(what)

    thing = Thing()
    SWITCH.start(thing, trace)
    thing.on = True
    settle([SWITCH], [thing], trace)
    assert seen == [
        ("switch", "", "OFF", "BEGIN"),
        ("switch", "OFF", "PASSING", "on"),
        ("switch", "PASSING", "ON", "UCT"),
    ]


def test_a_table_that_never_rests_is_a_defect_not_an_endless_loop() -> None:
    spinning: Machine[Thing] = Machine("spin", OFF, [Arrow(OFF, UCT, ON), Arrow(ON, UCT, OFF)])
    thing = Thing()
    spinning.start(thing)
    with pytest.raises(NotSettledError, match="spin"):
        settle([spinning], [thing])
