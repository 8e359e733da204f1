#!/bin/sh
# Validates the folder that it is called in, by the clone that it stands in: for pre-commit and for the GitHub Action.
set -eu
home=$(cd "$(dirname "$0")/.." && pwd)
make --silent -C "$home" setup >&2
exec "$home/.venv/bin/mlgate" validate "$@" .
