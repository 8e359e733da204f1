# Shell functions and completion: `source tools/shell.sh` in bash or zsh. They act on the prefix in MLGATE_PREFIX.
#   pr         runs of the pipeline, newest last          tskr       runs of its tasks
#   cpr        remove pipeline runs that have ended       ctr        remove task runs that have ended
#   prlogs [RUN]    follow the log of a run               prcancel [RUN]  stop a run; default of both: the newest
# Through tkn where it is installed, else through kubectl.

_mlgate_space() {
  if [ -z "${MLGATE_PREFIX:-}" ]; then
    echo "set MLGATE_PREFIX first, for example: export MLGATE_PREFIX=fraud-demo" >&2
    return 2
  fi
  echo "$MLGATE_PREFIX-cicd"
}

_mlgate_newest() {
  kubectl --namespace="$1" get pipelineruns.tekton.dev --sort-by=.metadata.creationTimestamp --output=name | tail -n 1 |
    sed 's|.*/||'
}

_mlgate_run() { # the named run, or the newest one
  if [ -n "${2:-}" ]; then echo "$2"; else _mlgate_newest "$1"; fi
}

_mlgate_list() { # pipelinerun or taskrun
  local space
  space=$(_mlgate_space) || return
  if command -v tkn >/dev/null; then
    tkn "$1" list --namespace="$space" --reverse
  else
    kubectl --namespace="$space" get "$1s.tekton.dev" --sort-by=.metadata.creationTimestamp
  fi
}

pr() { _mlgate_list pipelinerun; }

tskr() { _mlgate_list taskrun; }

_mlgate_clear() {
  local space name ended
  space=$(_mlgate_space) || return
  # What has no end time still works, and is not touched.
  ended='{range .items[?(@.status.completionTime)]}{.metadata.name}{"\n"}{end}'
  kubectl --namespace="$space" get "$1" --output="jsonpath=$ended" |
    while read -r name; do
      kubectl --namespace="$space" delete "$1" "$name"
    done
}

cpr() { _mlgate_clear pipelineruns.tekton.dev; }

ctr() { _mlgate_clear taskruns.tekton.dev; }

prcancel() {
  local space run
  space=$(_mlgate_space) || return
  run=$(_mlgate_run "$space" "${1:-}")
  [ -n "$run" ] || { echo "no run in $space" >&2; return 1; }
  kubectl --namespace="$space" patch pipelineruns.tekton.dev "$run" --type=merge -p '{"spec":{"status":"Cancelled"}}'
}

prlogs() {
  local space run
  space=$(_mlgate_space) || return
  run=$(_mlgate_run "$space" "${1:-}")
  [ -n "$run" ] || { echo "no run in $space" >&2; return 1; }
  if command -v tkn >/dev/null; then
    tkn pipelinerun logs --follow --namespace="$space" "$run"
  else
    kubectl --namespace="$space" logs --follow --all-containers --prefix --max-log-requests=20 \
      --selector="tekton.dev/pipelineRun=$run"
  fi
}

if ! command -v mlgate >/dev/null; then
  echo "mlgate is not on the PATH, so there is no completion; first: source .venv/bin/activate" >&2
elif [ -n "${BASH_VERSION:-}" ]; then
  eval "$(_MLGATE_COMPLETE=bash_source mlgate)"
elif [ -n "${ZSH_VERSION:-}" ]; then
  eval "$(_MLGATE_COMPLETE=zsh_source mlgate)"
fi
