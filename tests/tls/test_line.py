"""One connection: bounded, and just to a host that answered while this machine stood still."""

from __future__ import annotations

import select
import socket
import time

import pytest

from conformance.tls.line import Fault, Line, Meter


class Handed:
    """Gives a connection that is there already."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection

    def wait_turn(self) -> None:
        return

    def dial(self, host: str, port: int, timeout: float) -> socket.socket:
        return self.connection


def connected() -> tuple[socket.socket, socket.socket]:
    """Both ends of a connection over TCP."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        near = socket.create_connection(listener.getsockname())
        return near, listener.accept()[0]


def test_what_came_in_time_is_read_once_by_one_who_comes_late_to_it() -> None:
    near, far = connected()
    with far, Line(Handed(near), "", 0, Meter(), 30) as line:
        far.sendall(b"in time")
        select.select([near], [], [], 30)
        line.shorten(0)
        time.sleep(0.01)
        line.more()
        assert line.exactly(7) == b"in time"
        far.sendall(b"too late")
        with pytest.raises(Fault, match="timeout"):
            line.more()


def test_a_host_that_says_nothing_until_the_time_is_over_is_not_waited_for() -> None:
    near, far = connected()
    with far, Line(Handed(near), "", 0, Meter(), 30) as line:
        line.shorten(0)
        time.sleep(0.01)
        for _ in range(2):
            with pytest.raises(Fault, match="timeout"):
                line.more()
