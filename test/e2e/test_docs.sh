#!/bin/sh
# Runs what the documentation says: every fenced block of shell in README and docs, in the order
# of each file, in a fresh folder, with the program on the path. A block after the comment
# "not run: REASON" is skipped; what is skipped is printed.
. "$(dirname "$0")/lib.sh"

blocks() { # FILE: writes block-N.sh; prints the line of each that is to be run
    awk -v folder="$PWD" '
    /^<!-- not run: .+ -->$/ { skip = 1; next }
    /^```(sh|bash|shell)$/ { inside = 1; n++; start = NR; next }
    /^```/ && inside { inside = 0; print n, start, skip + 0; skip = 0; next }
    inside { print > (folder "/block-" n ".sh"); next }
    NF { skip = 0 }
    END { if (inside) print n, start, "unclosed" }' "$1"
}

run_blocks() { # FILE
    mkdir -p "$work/blocks" "$work/folder"
    rm -rf "$work/blocks/"* "$work/folder/"*
    (cd "$work/blocks" && blocks "$1") > "$work/list"
    while read -r n line skipped; do
        title "$(basename "$1"):$line"
        if [ "$skipped" = 1 ]; then
            echo "not run: $(basename "$1"):$line"
            continue
        fi
        expect_same "the end of the block" "$skipped" 0
        cp "$work/blocks/block-$n.sh" "$work/folder/block.sh"
        expect_ok run_in_folder
    done < "$work/list"
}

run_in_folder() { (cd "$work/folder" && bash -euo pipefail block.sh); }

for page in "$root/README.md" "$root/README.zh-CN.md" "$root/CONTRIBUTING.md" "$root"/docs/*.md; do
    [ -e "$page" ] && run_blocks "$page"
done

# Links to files and headings that exist.
for page in "$root/README.md" "$root/README.zh-CN.md" "$root/CONTRIBUTING.md" "$root"/docs/*.md; do
    [ -e "$page" ] || continue
    title "links of $(basename "$page")"
    grep -oE '\]\([^)#]+' "$page" | sed 's/^](//' | grep -v '^https\?:' > "$work/links"
    while read -r target; do
        last="link $target"
        expect_file "$(dirname "$page")/$target"
    done < "$work/links"
done
finish
