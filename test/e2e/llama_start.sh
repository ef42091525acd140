#!/bin/sh
# Starts llama.cpp on a free loopback port to compare with: installs the npm packages into
# build/node once, waits until the server listens, prints "URL PID". The caller ends PID.
# usage: llama_start.sh NAME=FILE.gguf ...        exit 77: node or npm cannot be used here
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 2
packages=$root/build/node
version=3.22.1
skip() { echo "llama_start: $1" >&2; exit 77; }

[ $# -gt 0 ] || { echo "usage: llama_start.sh NAME=FILE.gguf ..." >&2; exit 2; }
command -v npm > /dev/null || skip "npm is not installed"
major=$(node -p 'process.versions.node.split(".")[0]' 2> /dev/null) || skip "node is not installed"
[ "$major" -ge 20 ] || skip "node $major is too old, 20 is needed"
[ "$(uname -sm)" = "Linux x86_64" ] || skip "the packages are for Linux on x86-64"

mkdir -p "$packages" || exit 2
if [ ! -e "$packages/installed-$version" ]; then
    echo '{"private":true}' > "$packages/package.json"
    (cd "$packages" && npm i --ignore-scripts --omit=optional --no-audit --no-fund \
        node-llama-cpp@$version @node-llama-cpp/linux-x64@$version) > "$packages/npm.log" 2>&1 ||
        skip "npm could not install node-llama-cpp, see $packages/npm.log"
    : > "$packages/installed-$version"
fi

log=$(mktemp "$packages/serve-XXXXXX.log") || exit 2
NODE_PACKAGES=$packages nohup node "$root/test/e2e/serve_llama.mjs" 0 "$@" \
    > "$log" 2>&1 < /dev/null &
pid=$!
# Loading takes about a second a model; the bound is 60 seconds in all.
for _ in $(seq 600); do
    port=$(sed -n 's/^listening \([0-9]*\)$/\1/p' "$log")
    [ -n "$port" ] && break
    kill -0 "$pid" 2> /dev/null || break
    sleep 0.1
done
if [ -z "$port" ] || ! kill -0 "$pid" 2> /dev/null; then
    kill "$pid" 2> /dev/null
    echo "llama_start: the server did not start:" >&2
    tail -5 "$log" >&2
    exit 1
fi
echo "http://127.0.0.1:$port/v1 $pid"
