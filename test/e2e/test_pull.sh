#!/bin/sh
# Pulling data sets from a hub: a loopback replica with pages, redirects, cuts and a gate.
. "$(dirname "$0")/lib.sh"

free_port() { python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
port=$(free_port) cdn=$(free_port)
python3 "$root/test/tool/fake_hub.py" "$port" "$cdn" hub.log > ready &
hub=$!
trap 'kill $hub 2> /dev/null; chmod -R u+w "$work"; rm -rf "$work"' EXIT
until grep -q ready ready 2> /dev/null; do kill -0 $hub || exit 2; sleep 0.05; done
export HF_ENDPOINT=http://127.0.0.1:$port
unset HF_TOKEN

title "small files, pages, shards, a folder with a blank"
expect_ok assay dataset pull org/plain --data DATA
expect_out '^DATA/org/plain/default/train\.jsonl$'
expect_out '^DATA/org/plain/default/dev\.jsonl$'
expect_same shards "$(wc -l < DATA/org/plain/default/dev.jsonl)" 4
expect_same table "$(cat 'DATA/org/plain/sub set/test.csv')" "$(printf 'a,b\n1,2')"
expect_no_file DATA/org/plain/default/README.md
expect_ok python3 -c 'import json; o=json.load(open("DATA/org/plain/.hub/source.json")); assert o["commit"][:4] == "0123" and o["revision"] == "main" and len(o["files"]) == 5, o'
expect_ok assay dataset import DATA/org/plain/default/dev.jsonl
lines=$(wc -l < hub.log)
expect_ok assay dataset pull org/plain --data DATA --split train
expect_same "nothing fetched twice" "$(wc -l < hub.log)" "$lines"

title "configs of the README say what is what"
expect_ok assay dataset pull org/configs --data DATA
expect_same "shards in the order that is declared" "$(cut -c7 DATA/org/configs/main/train.jsonl | tr -d '\n')" 012
expect_file DATA/org/configs/main/dev.csv
expect_same "the default, for tasks that name none" "$(cat DATA/org/configs/default/dev.csv)" "$(printf 'a,b\n1,2')"
expect_same other "$(cut -c8 DATA/org/configs/other/train.jsonl)" 2
expect_file DATA/org/configs/folder/deeper.jsonl
expect_same "nothing else" "$(find DATA/org/configs -name 'unused*' | wc -l)" 0
expect_ok python3 -c 'import json; o=json.load(open("DATA/org/configs/.hub/source.json")); assert len(o["files"]) == 6, o'
expect_status 1 assay dataset pull org/configs --config none --data DATA
expect_err 'its configs are main, other, folder'
expect_status 1 assay dataset pull org/badname --data DATA
expect_err '"\.\./\.\./evil" is no name of a config'

title "a list of files that goes on elsewhere is not taken for all of it"
expect_status 1 assay dataset pull org/astray --data DATA
expect_err 'list of files goes on at "http://127\.0\.0\.1:[0-9]+/.*which is not on the hub'
expect_no_file DATA/org/astray

title "a large file leads elsewhere, is cut, and is whole in the end"
export HF_TOKEN=secret
expect_ok assay dataset pull org/large --data DATA --json
expect_json 'len(o["files"][0]["sha256"])' 64
expect_same whole "$(wc -l < DATA/org/large/main/test.jsonl)" 160000
expect_same "the token goes to the hub alone" "$(grep "^$cdn " hub.log | grep -c secret)" 0
expect_same "the token is in no file" "$(grep -rl secret DATA out/stdout out/stderr | wc -l)" 0

title "a part that was left behind is gone on with"
mkdir -p DATA2/org/large/.hub/0123456789abcdef0123456789abcdef01234567
head -c 10000000 DATA/org/large/main/test.jsonl > DATA2/org/large/.hub/0123456789abcdef0123456789abcdef01234567/main+test.jsonl.part
: > hub.log
expect_ok assay dataset pull org/large --data DATA2
expect_same "not from the start" "$(grep -c ' range 0-' hub.log)" 0
expect_ok cmp DATA/org/large/main/test.jsonl DATA2/org/large/main/test.jsonl

title "gates, revisions, damage, hostile names"
expect_ok assay dataset pull org/gated --data DATA
unset HF_TOKEN
expect_status 1 assay dataset pull org/gated --data DATA
expect_err 'refuses .* \(status 401\): Access to this data set is restricted; .*HF_TOKEN'
expect_status 1 assay dataset pull org/plain --revision v9 --data DATA
expect_err 'the hub has no data set "org/plain" at revision "v9": Invalid rev id'
expect_status 1 assay dataset pull org/none --data DATA
expect_err 'Repository not found'
expect_status 1 assay dataset pull org/damaged --data DATA
expect_err '"test\.jsonl" is damaged: its checksum is not the hub.s'
expect_no_file DATA/org/damaged/default/test.jsonl
expect_status 1 timeout 20 assay dataset pull org/short --data DATA
expect_err 'sends another amount of "test\.jsonl" than it says'
expect_ok assay dataset pull org/alike --data DATA
expect_same "names that look alike" "$(cut -c8 DATA/org/alike/x/a+b.jsonl DATA/org/alike/x+a/b.jsonl | tr -d '\n')" 05
expect_status 1 assay dataset pull org/hostile --data DATA
expect_err 'has no such data files'
expect_same "nothing outside" "$(find . -name 'evil*' | wc -l)" 0
expect_status 1 assay dataset pull org/plain --split none --data DATA
expect_status 2 assay dataset pull ../x --data DATA
expect_status 2 assay dataset pull org/plain --endpoint ftp://x
HF_ENDPOINT=http://127.0.0.1:1 expect_status 1 assay dataset pull org/plain --data DATA
expect_err 'could not fetch'

finish
