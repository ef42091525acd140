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

# What a page shows as the output of a command: every line is in that output.
shown_lines() { # FILE: the command of each such block, then its lines after "> "
    awk '
    /^<!-- output of: .+ -->$/ { sub(/^<!-- output of: /, ""); sub(/ -->$/, ""); print "$ " $0; next_block = 1; next }
    /^```/ && inside { inside = 0; next }
    /^```/ && next_block { inside = 1; next_block = 0; next }
    inside { print "> " $0 }' "$1"
}
for page in "$root/README.md" "$root/README.zh-CN.md"; do
    title "output shown in $(basename "$page")"
    shown_lines "$page" > "$work/shown"
    expect_in "$work/shown" '^[$] '
    rm -rf "$work/folder/"*
    while IFS= read -r line; do
        case $line in
        '$ '*) printf '%s\n' "${line#??}" > "$work/folder/block.sh"; expect_ok run_in_folder ;;
        *) last="line ${line#??}"
           if sed 's/ *$//' out/stdout | grep -qxF -e "${line#??}"; then good; else bad "not in the output"; fi ;;
        esac
    done < "$work/shown"
done

# Links to files that exist.
for page in "$root/README.md" "$root/README.zh-CN.md" "$root/CONTRIBUTING.md" "$root"/docs/*.md; do
    [ -e "$page" ] || continue
    title "links of $(basename "$page")"
    grep -oE '\]\([^)#]+' "$page" | sed 's/^](//' | grep -v '^https\?:' > "$work/links"
    while read -r target; do
        last="link $target"
        expect_file "$(dirname "$page")/$target"
    done < "$work/links"
done

# Tests, source files and folders that the pages name.
for page in "$root/CONTRIBUTING.md" "$root"/docs/METHODS.md "$root"/docs/ARCHITECTURE.md "$root"/docs/DECISIONS.md; do
    title "names in $(basename "$page")"
    grep -oE '`[a-z_]{25,}`' "$page" | tr -d '`' | sort -u > "$work/names"
    while read -r name; do
        last="test $name"
        if grep -rqF "TEST($name)" "$root/test/unit"; then good; else bad "there is no such test"; fi
    done < "$work/names"
    grep -oE '`[a-z0-9_/]+\.(c|h|js|sh|sql)`' "$page" | tr -d '`' | sort -u > "$work/names"
    while read -r name; do
        last="file $name"
        case $name in room/name.*) continue ;; esac
        if [ -n "$(find "$root/src" "$root/test" "$root/bench" "$root/sql" "$root/web" -path "*/$name" | head -1)" ] || [ -e "$root/$name" ]; then
            good
        else
            bad "there is no such file"
        fi
    done < "$work/names"
done
finish
