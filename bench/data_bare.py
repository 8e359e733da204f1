"""Runs inside the model's environment: seldon-core's microservice as it is, but that it listens on loopback.

Started as ``python data_bare.py WRAPPER_CLASS HTTP_PORT METRICS_PORT`` in the folder of the packaged model.
"""

import os
import sys
from typing import Any


def main() -> None:
    """Serve until SIGTERM."""
    from seldon_core import gunicorn_utils, microservice

    load = gunicorn_utils.StandaloneApplication.load_config

    def load_config(self: Any) -> None:
        load(self)
        self.cfg.set("bind", self.options["bind"].replace("0.0.0.0", "127.0.0.1"))  # noqa: S104 - taken away here

    gunicorn_utils.StandaloneApplication.load_config = load_config
    name, http_port, metrics_port = sys.argv[1:4]
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - the folder of the packaged model
    options = ["--service-type", "MODEL", "--http-port", http_port, "--metrics-port", metrics_port]
    sys.argv = ["seldon-core-microservice", name, *options, "--grpc-workers", "0"]
    microservice.main()


if __name__ == "__main__":
    main()
