"""How long each answer took, for the browser's tools and for benchmarks."""

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class ServerTiming:
    """An application that tells with each answer how long it worked on it.

    The header is ``Server-Timing: total;dur=4.2, cpu;dur=3.1`` (https://www.w3.org/TR/server-timing/), in
    milliseconds: ``total`` passed on the clock until the answer was ready to be sent, of which the thread was
    on a processor for ``cpu``.

    :param app: the application, whose answers are whole before they are sent.
    """

    def __init__(self, app: "WSGIApplication") -> None:
        self.app = app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        start, cpu_start = time.perf_counter(), time.thread_time()

        def start_timed(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:  # noqa: ANN401 - WSGI
            total, cpu = 1000 * (time.perf_counter() - start), 1000 * (time.thread_time() - cpu_start)
            return start_response(
                status, [*headers, ("Server-Timing", f"total;dur={total:.1f}, cpu;dur={cpu:.1f}")], *exc_info
            )

        return self.app(environ, start_timed)
