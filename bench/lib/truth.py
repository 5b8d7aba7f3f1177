"""What a perfect open-model observer sees of the practice target, from the schedule and its rule alone."""


def response_times_ms(rate, seconds, latency_ms, stall_start_s, stall_s):
    """Arrivals are even; the target's work on a request goes on only outside the stall."""
    return [_answer_ms(n * 1000 / rate, latency_ms, stall_start_s * 1000, stall_s * 1000) for n in range(round(rate * seconds))]


def _answer_ms(due, latency, stall_start, stall):
    stall_end = stall_start + stall
    if due >= stall_end or due + latency <= stall_start:
        return latency
    if due >= stall_start:
        return stall_end - due + latency
    return latency + stall
