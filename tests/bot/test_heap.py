"""What is there at the start is left in peace; garbage that comes later is found all the same."""

import gc
import weakref

import pytest

from bot.heap import settle


@pytest.fixture(autouse=True)
def as_before():
    threshold = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*threshold)


class Knot:
    def __init__(self) -> None:
        self.itself = self


def test_what_was_loaded_is_not_looked_through_again():
    settle()

    assert gc.get_freeze_count() > 10_000
    assert gc.get_threshold() > (700, 10, 10)


def test_garbage_that_refers_to_itself_is_found_later():
    settle()
    knots = [weakref.ref(Knot()) for _ in range(20_000)]

    alive = sum(knot() is not None for knot in knots)

    assert gc.isenabled()
    assert alive < 10_000
