#!/usr/bin/env bash
# Real editors with the packages and a built server: `editors/test.sh target/debug/iamx`, from any folder.
# Needs Neovim (0.7.2 or later) and Emacs (28.2 or later) with eglot: on Debian `apt-get install neovim emacs-nox elpa-eglot`.
# One that isn't there fails. $NVIM and $EMACS name other binaries.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: editors/test.sh IAMX-BINARY" >&2; exit 2; }
server=$(realpath "$1")
cd "$(dirname "${BASH_SOURCE[0]}")"
editors=$PWD

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/bin" "$scratch/home"

# What the editors find on the path: the server, whose process is noted.
cat > "$scratch/bin/iamx" <<END
#!/bin/sh
echo \$\$ >> "$scratch/servers"
exec "$server" "\$@"
END
chmod +x "$scratch/bin/iamx"

# `session PACKAGE COMMAND…`: the command in a fresh copy of the workspace; afterwards one server has run, and has ended.
session() {
  local package=$1
  shift
  rm -rf "$scratch/workspace" "$scratch/servers"
  cp -r test/workspace "$scratch/workspace"
  (
    cd "$scratch/workspace"
    env -u XDG_CONFIG_HOME -u XDG_DATA_HOME -u XDG_STATE_HOME HOME="$scratch/home" PATH="$scratch/bin:$PATH" \
      PACKAGE="$editors/$package" timeout 120 "$@" < /dev/null
  ) || { echo "$package: failed" >&2; return 1; }
  local servers=0
  [ ! -e "$scratch/servers" ] || servers=$(wc -l < "$scratch/servers")
  [ "$servers" -eq 1 ] || { echo "$package: $servers servers were started, and not one" >&2; return 1; }
  if ! timeout 10 tail -f --pid="$(cat "$scratch/servers")" /dev/null; then
    echo "$package: the server goes on without its editor" >&2
    return 1
  fi
  "$server" --quiet fmt --check "$scratch/workspace"
  "$server" --quiet check --deny-warnings "$scratch/workspace"
  echo "$package: passed"
}

emacs=${EMACS:-emacs}
"$emacs" --batch -q --eval '(setq byte-compile-error-on-warn t)' \
  --eval "(setq byte-compile-dest-file-function (lambda (_) \"$scratch/iamx-mode.elc\"))" \
  -f batch-byte-compile emacs/iamx-mode.el

session neovim "${NVIM:-nvim}" --headless -u "$editors/test/neovim.lua"
session emacs "$emacs" --batch -q -l "$editors/test/emacs.el"
