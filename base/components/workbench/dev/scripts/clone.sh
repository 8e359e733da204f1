#!/bin/sh
# Once: what somebody changed in the clone is never replaced. A clone that was cut off is.
set -eu
mkdir -p "$HOME/data"
if [ ! -e "$HOME/repository" ]; then
  rm -rf "$HOME/.clone"
  git clone --quiet --branch "$REVISION" -- "$REPO_URL" "$HOME/.clone"
  mv "$HOME/.clone" "$HOME/repository"
fi
# The notebook reads what lies beside it. What is there already, somebody's or the repository's own, is never replaced.
link() {
  [ -e "$2" ] || [ -L "$2" ] || ln -s "$1" "$2"
}
model="$HOME/repository/$MODEL_PATH"
if [ -d "$model" ]; then
  link "$HOME/data" "$model/data"
  link "$HOME/jdbc" "$model/jdbc"
  if [ ! -L "$model/jdbc" ]; then
    link "$HOME/jdbc" "$model/jdbc/connection"
  fi
  exclude="$HOME/repository/.git/info/exclude"
  mkdir -p "${exclude%/*}"
  for path in data jdbc jdbc/connection; do  # so that nobody commits a link that leads nowhere elsewhere
    [ ! -L "$model/$path" ] || grep -qxF "/$MODEL_PATH/$path" "$exclude" 2> /dev/null || echo "/$MODEL_PATH/$path" >> "$exclude"
  done
fi
