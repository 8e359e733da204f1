"""What an image is built from: the packaged folder as it is, and a Containerfile that installs exactly its packages."""

from pathlib import Path

from mlgate.image.pull import APP, MANIFEST
from mlgate.image.store import Image
from mlgate.notebook.files import environment

BASE = "docker.io/library/python:{}-slim-bookworm"
"""Of the Python that the model was measured with, major and minor."""
_USER = 1001
_CONTAINERFILE = """\
FROM {base}
COPY packages.txt /opt/mlgate/packages.txt
RUN --mount=type=secret,id=pip,target=/run/pip.conf PIP_CONFIG_FILE=/run/pip.conf \\
    python -m pip install --no-cache-dir --no-compile --no-deps --requirement /opt/mlgate/packages.txt
WORKDIR {app}
COPY app {app}
ENV {variables}
USER {user}
EXPOSE 9000
CMD ["seldon-core-microservice", "{wrapper}", "--service-type", "{service}", "--persistence", "{persistence}"]
"""


def write(image: Image, folder: Path) -> None:
    """Write ``app/``, ``packages.txt`` and ``Containerfile`` into ``folder``, which must be empty or absent.

    ``app`` holds the packaged files and their manifest, so that whoever pulls the image can tell what it is.
    """
    app = folder / "app"
    for name in image.files:
        _put(app / name, (image.app / name).read_bytes())
    _put(app / MANIFEST, (image.app.parent / "manifest.json").read_bytes())
    _put(folder / "packages.txt", "".join(f"{package}\n" for package in image.packages).encode())
    _put(folder / "Containerfile", containerfile(image).encode())


def containerfile(image: Image) -> str:
    """The Containerfile of a packaged model, for the Python that it was measured with."""
    given = variables(image)
    return _CONTAINERFILE.format(
        base=BASE.format(image.python),
        app=APP,
        variables=" ".join(f'{name}="{_quoted(value)}"' for name, value in sorted(given.items())),
        user=_USER,
        wrapper=image.wrapper_class,
        service=given["SERVICE_TYPE"],
        persistence=given["PERSISTENCE"],
    )


def variables(image: Image) -> dict[str, str]:
    """What the server reads: the folder's deploy/environment over what seldon-core's own builder assumes."""
    assumed = {"MODEL_NAME": image.wrapper_class, "API_TYPE": "REST", "SERVICE_TYPE": "MODEL", "PERSISTENCE": "0"}
    return {**assumed, **environment(image.app / "deploy" / "environment")}


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
