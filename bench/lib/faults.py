"""What a receiver can do wrong, and to which requests.

A rule is a function of a `Seen` that returns an act, or None to let the request through. Rules see writes of data, which
are counted from 1, and of a receiver with `questions` also what remote write asks it; everything else (creating a
database, queries) is let through.
"""

import dataclasses
import email.utils
import time


@dataclasses.dataclass
class Seen:
    number: int  # among the writes of data; 0 is none
    method: str
    path: str
    headers: dict  # names in lower case
    body: bytes
    at: float  # time.monotonic()
    asked: int = 0  # among the questions of remote write; 0 is none
    did: str = ""
    status: int = 0  # what was answered, or what the upstream answered when the answer was spoiled
    response_headers: dict = dataclasses.field(default_factory=dict)

    @property
    def size(self):
        return len(self.body)


# ---- rules --------------------------------------------------------------------------------------


def always(act):
    return lambda seen: act


def first(times, act):
    return lambda seen: act if 0 < seen.number <= times else None


def first_asked(times, act):
    return lambda seen: act if 0 < seen.asked <= times else None


def only(number, act):
    return lambda seen: act if seen.number == number else None


def every(nth, act):
    return lambda seen: act if seen.number and seen.number % nth == 0 else None


def larger_than(size, act):
    return lambda seen: act if seen.size > size else None


def when(test, act):
    return lambda seen: act if test(seen) else None


# ---- acts: what happens to one request -----------------------------------------------------------


def answer(status, body="", headers=None):
    """Never reaches the upstream. `headers` may be a function, for values that depend on the time."""

    def act(handler, seen):
        extra = headers() if callable(headers) else headers or {}
        handler.reply(seen, status, body.encode(), extra)
        return f"answer {status}"

    return act


def slowly(seconds, then):
    def act(handler, seen):
        time.sleep(seconds)
        return then(handler, seen)

    return act


def swallow():
    """204, and nothing is stored."""
    return answer(204)


def retry_after(seconds, status=429, as_date=False):
    def headers():
        date = email.utils.formatdate(time.time() + seconds, usegmt=True)
        return {"Retry-After": date if as_date else str(seconds)}

    return answer(status, "slow down", headers)


def cut_off():
    """Stored, but the connection closes half-way through the answer."""

    def act(handler, seen):
        seen.status, _, _ = handler.forward(seen)
        handler.send_raw(b"HTTP/1.1 204 No Con")
        return "cut off"

    return act


def cut_off_body():
    """Not stored; a whole head, then less body than it promised."""

    def act(handler, seen):
        seen.status = 503
        handler.send_raw(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 1000\r\n\r\nthe first half of")
        return "cut off body"

    return act


def rubbish(text=b"\x16\x03\x01\x02 this is not HTTP \r\n\x00\xff\r\n\r\n"):
    def act(handler, seen):
        handler.send_raw(text)
        return "rubbish"

    return act


def withhold(seconds, store=True):
    """Stored (or not), but not answered before the client has given up or the time is over."""

    def act(handler, seen):
        if store:
            seen.status, headers, body = handler.forward(seen)
        waited = handler.wait_for_hang_up(seconds)
        if waited is not None:
            return f"withheld until the client left after {waited:.1f} s"
        if store:
            handler.reply(seen, seen.status, body, headers)
        else:
            handler.reply(seen, 503, b"too late", {})
        return f"withheld {seconds:g} s"

    return act


def hang_up():
    """Closes without an answer."""

    def act(handler, seen):
        handler.close_connection = True
        return "hung up"

    return act
