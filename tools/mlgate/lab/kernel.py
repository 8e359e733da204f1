"""Starts a kernel in the model's environment, beside which ipykernel and mlgate are only lent.

``python kernel.py PACKAGES ARGUMENT...``: PACKAGES is the folder of JupyterLab's packages. They come last, so that the
cells import what the pipeline's training imports.
"""

import os
import site
import sys
from pathlib import Path


def main() -> None:
    """Run the kernel until its server ends it."""
    packages = sys.argv.pop(1)
    sys.path[:] = [path for path in sys.path if Path(path or ".").resolve() != Path(__file__).resolve().parent]
    site.addsitedir(packages)
    sys.path.append(str(Path(__file__).resolve().parents[2]))
    from ipykernel.kernelapp import IPKernelApp

    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    IPKernelApp.launch_instance(extensions=["mlgate.lab"])


if __name__ == "__main__":
    main()
