"""Runs inside the model's environment: seldon-core's own microservice, on loopback only and with a body limit.

seldon-core binds all addresses and limits nothing; both are set here, and nothing else is changed. Started as
``python launcher.py WRAPPER_CLASS HTTP_PORT METRICS_PORT`` in the folder of the packaged model, in a session of its
own and with a pipe as standard input: when the other end closes, by whatever death, the whole session ends.
"""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

MAX_BODY = 10 * 1024 * 1024
"""Bytes that a request may have."""

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def bounded(app: Wsgi) -> Wsgi:
    """Refuse a request before its body is read: 413 when it is too long, 411 when its length is not said."""

    def inner(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or "0"
        if environ.get("HTTP_TRANSFER_ENCODING") or not length.isdecimal():
            return _refuse(start_response, "411 Length Required", "the request must say its Content-Length")
        # Python refuses to read a number of some thousand digits.
        if len(length) > 18 or int(length) > MAX_BODY:
            return _refuse(start_response, "413 Request Entity Too Large", f"the limit is {MAX_BODY} bytes")
        return app(environ, start_response)

    return inner


def _refuse(start_response: Callable[..., Any], status: str, info: str) -> list[bytes]:
    start_response(status, [("Content-Type", "application/json"), ("Connection", "close")])
    said = {"status": 1, "info": info, "code": -1, "reason": "MICROSERVICE_BAD_DATA"}
    return [json.dumps({"status": said}).encode()]


def _end_with_the_parent() -> None:
    # Read without sys.stdin: its lock, held by this thread, would be shared with every forked worker.
    while os.read(0, 1):
        pass
    os.killpg(0, signal.SIGTERM)


def main() -> None:
    """Serve until SIGTERM or until standard input closes."""
    from seldon_core import gunicorn_utils, microservice, wrapper

    load = gunicorn_utils.StandaloneApplication.load_config
    make = wrapper.get_rest_microservice

    def load_config(self: Any) -> None:
        load(self)
        self.cfg.set("bind", self.options["bind"].replace("0.0.0.0", "127.0.0.1"))  # noqa: S104 - taken away here

    def get_rest_microservice(*args: Any, **kwargs: Any) -> Any:
        app = make(*args, **kwargs)
        app.wsgi_app = bounded(app.wsgi_app)
        return app

    gunicorn_utils.StandaloneApplication.load_config = load_config
    wrapper.get_rest_microservice = get_rest_microservice
    name, http_port, metrics_port = sys.argv[1:4]
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - this file must not import anything of ours
    options = ["--service-type", "MODEL", "--http-port", http_port, "--metrics-port", metrics_port]
    sys.argv = ["seldon-core-microservice", name, *options, "--grpc-workers", "0"]
    microservice.main()


if __name__ == "__main__":
    main()
