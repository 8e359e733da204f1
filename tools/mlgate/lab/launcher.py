"""Starts JupyterLab and ends it, kernels and all, when standard input closes: by whatever death of who started it.

``python launcher.py ARGUMENT...``, with the arguments of ``jupyter lab``.
"""

import os
import signal
import sys
import threading
from pathlib import Path


def _end_with_the_parent() -> None:
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Serve until SIGTERM."""
    sys.path[:] = [path for path in sys.path if Path(path or ".").resolve() != Path(__file__).resolve().parent]
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    from jupyterlab.labapp import main as serve

    sys.exit(serve(sys.argv[1:]))


if __name__ == "__main__":
    main()
