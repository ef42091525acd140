#!/bin/sh
# Opens a report in a real browser: numbers, languages, filters, links, hostile texts.
# Needs Debian's chromium and node; says why and passes nothing when they cannot be had.
set -u
cd "$(dirname "$0")/../.." || exit 2

skip() {
    echo "browser test skipped: $1"
    echo "0 passed, 0 failed"
    exit 0
}

missing=
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
command -v node >/dev/null 2>&1 || missing="$missing nodejs"
command -v npm >/dev/null 2>&1 || missing="$missing npm"
fc-list :lang=zh 2>/dev/null | grep -q . || missing="$missing fontconfig fonts-noto-cjk"
if [ -n "$missing" ]; then
    [ "$(id -u)" = 0 ] || skip "not installed:$missing (and only root can install them)"
    # shellcheck disable=SC2086
    install_missing() {
        DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >/dev/null 2>&1
    }
    install_missing || { apt-get update -q >/dev/null 2>&1; install_missing; } ||
        skip "could not install:$missing"
fi

mkdir -p build/browser build/screens
cp package.json package-lock.json build/browser/
if [ ! -d build/browser/node_modules/playwright-core ]; then
    (cd build/browser && npm ci --no-audit --no-fund --silent >/dev/null 2>&1) ||
        skip "could not install playwright-core with npm"
fi

make -s MODE=release build/release/tool_report_page >&2 || { echo "0 passed, 1 failed"; exit 1; }
for kind in 120 4000 some empty one corpus; do
    node test/e2e/report_document.mjs "$kind" > "build/screens/document-$kind.json" &&
        build/release/tool_report_page html "build/screens/document-$kind.json" \
            > "build/screens/report-$kind.html" || { echo "0 passed, 1 failed"; exit 1; }
done
node test/e2e/report_browser.mjs build/screens
