"""Runs inside the model's environment: seldon-core's own microservice, on loopback only and with a body limit.

seldon-core binds all addresses and limits nothing; both are set here, and nothing else is changed. Started as
``python launcher.py WRAPPER_CLASS HTTP_PORT METRICS_PORT`` in the folder of the packaged model.
"""

import os
import sys

MAX_BODY = 10 * 1024 * 1024


def main() -> None:
    """Serve until SIGTERM."""
    from seldon_core import gunicorn_utils, microservice, wrapper

    original_load = gunicorn_utils.StandaloneApplication.load_config
    original_app = wrapper.get_rest_microservice

    def load_config(self):  # type: ignore[no-untyped-def]
        original_load(self)
        address = self.options["bind"]
        self.cfg.set("bind", address.replace("0.0.0.0", "127.0.0.1"))  # noqa: S104 - taken away here

    def limited(*args, **kwargs):  # type: ignore[no-untyped-def]
        app = original_app(*args, **kwargs)
        app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
        return app

    gunicorn_utils.StandaloneApplication.load_config = load_config
    wrapper.get_rest_microservice = limited
    name, http_port, metrics_port = sys.argv[1:4]
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - this file must not import anything of ours
    options = ["--service-type", "MODEL", "--http-port", http_port, "--metrics-port", metrics_port]
    sys.argv = ["seldon-core-microservice", name, *options, "--grpc-workers", "0"]
    microservice.main()


if __name__ == "__main__":
    main()
