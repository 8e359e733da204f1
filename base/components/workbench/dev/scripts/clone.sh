#!/bin/sh
# Once: what somebody changed in the clone is never replaced. A clone that was cut off is.
set -eu
mkdir -p "$HOME/data"
if [ ! -e "$HOME/repository" ]; then
  rm -rf "$HOME/.clone"
  git clone --quiet --branch "$REVISION" -- "$REPO_URL" "$HOME/.clone"
  mv "$HOME/.clone" "$HOME/repository"
fi
