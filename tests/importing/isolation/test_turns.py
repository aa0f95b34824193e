"""No more files are examined at once than there are processors; who waits can give up."""

from __future__ import annotations

import threading
import time

import pytest

from spatial.importing.isolation.turns import AT_ONCE, turn


def test_no_more_than_so_many_at_once():
    running, most, lock = 0, 0, threading.Lock()

    def work():
        nonlocal running, most
        with turn(lambda: None):
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.02)
            with lock:
                running -= 1

    threads = [threading.Thread(target=work) for _ in range(AT_ONCE * 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert (running, most) == (0, AT_ONCE)


def test_who_waits_can_give_up_and_takes_no_place():
    def give_up():
        raise InterruptedError

    places = [turn(lambda: None) for _ in range(AT_ONCE)]
    for place in places:
        place.__enter__()
    with pytest.raises(InterruptedError), turn(give_up):
        pass
    for place in places:
        place.__exit__(None, None, None)
    with turn(give_up):
        pass
