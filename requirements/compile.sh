#!/bin/sh
# Makes the lock files anew. They name no host: pip asks whatever index this machine is set up for.
# Needs uv (pip install uv) and network access to a package index.
set -eu
cd "$(dirname "$0")/.."
lock() {
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
    --no-emit-find-links --no-header --no-annotate "$@"
}
lock pyproject.toml -o requirements/runtime.lock
lock pyproject.toml --extra demo --extra sftp --extra postgresql --extra api --group dev -o requirements/dev.lock
# The same versions for Windows' own Python of the tests (tests/hosts/windows).
uv pip compile --quiet --python-platform windows --python-version 3.12 --generate-hashes --no-emit-index-url \
  --no-emit-find-links --no-header --no-annotate pyproject.toml --extra demo --extra sftp --extra postgresql --extra api \
  --group test -c requirements/dev.lock -o requirements/windows.lock
# The same versions as dev.lock, for what users install with a pip command of their own: pip install -c constraints.txt ...
uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links --no-header \
  --no-annotate pyproject.toml --extra demo --extra sftp --extra postgresql --extra api -c requirements/dev.lock \
  -o requirements/constraints.txt
lock --group bench -o requirements/bench.lock
lock requirements/bench-duckdb.in -o requirements/bench-duckdb.lock
lock requirements/producers.in -o requirements/producers.lock
