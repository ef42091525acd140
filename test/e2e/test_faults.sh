#!/bin/sh
# A model server that limits, breaks, hangs up, drips and lies: every outcome is counted right.
. "$(dirname "$0")/lib.sh"
. "$root/test/e2e/model_server.sh"
met() { # FAULT: questions that met it, by their numbers
    awk -v fault="$1" '$2 == "asked" && $4 == fault { print $5 }' log | sort -n
}

title "all faults at once"
write_questions 1000
faults="status429=0.10 status500=0.08 cut=0.05 slow=0.05 wrong=0.05 huge=0.004 permanent=0.03"
# shellcheck disable=SC2086
start_model seed=5 arrivals=1 $faults
expect_status 4 ask --retry-wait 0.005 --max-attempts 12 --json
for fault in status429 status500 cut slow wrong huge permanent; do
    expect_true "there was $fault" "$(met $fault | wc -l)" -gt 0
done
refused=$(met permanent | wc -l)
expect_true "about 3 % are refused for ever" "$refused" -ge 15 -a "$refused" -le 50
# A reply over the limit is an error at once, too. The request was carried out and paid for, and the
# same question at the same temperature gives as long a reply again; no protocol says otherwise, and
# RFC 9110 (9.2.2) lets a POST be sent again only where it is known not to have been carried out, or
# to do no harm. The next command asks it again, as it does all errors (below).
{ met permanent; met huge; } | sort -n > wrong.txt
wrong=$(wc -l < wrong.txt)
sql "SELECT position FROM sample WHERE outcome = 'error' ORDER BY 1" > errors.txt
expect_ok cmp wrong.txt errors.txt
expect_same "samples" "$(sql "SELECT count(*), count(DISTINCT position) FROM sample")" "1000|1000"
expect_same "right" "$(sql "SELECT count(*) FROM judgement WHERE value = 1")" $((1000 - wrong))
expect_same "replies" "$(sql "SELECT count(*) FROM response")" $((1000 - wrong))
expect_same "errors in the server's words" "$(sql "SELECT count(*) FROM sample
    WHERE outcome = 'error' AND error LIKE '%this prompt is not accepted%'")" "$refused"
expect_same "a refused prompt is asked once" "$(met permanent | uniq -d | wc -l)" 0

title "a second command asks the errors again, and nothing else"
before=$(wc -l < log)
expect_status 4 ask --max-attempts 1
tail -n +$((before + 1)) log | awk '$2 == "asked" { print $5 }' | sort -nu > again.txt
expect_ok cmp wrong.txt again.txt
refused=$(sql "SELECT count(*) FROM sample WHERE outcome = 'error'")
stop_model
start_model port="$port" arrivals=1
expect_ok ask
expect_same "requests to the repaired model" "$(asked)" "$refused"
expect_same "right" "$(sql "SELECT count(*) FROM judgement WHERE value = 1")" 1000
expect_same "errors" "$(sql "SELECT count(*) FROM sample WHERE outcome = 'error'")" 0
stop_model

title "streamed replies under the same faults"
rm assay.db
write_questions 300
start_model seed=6 arrivals=1 status429=0.1 status500=0.05 cut=0.05 slow=0.05 permanent=0.03
expect_status 4 ask --stream --retry-wait 0.005 --max-attempts 12
refused=$(met permanent | wc -l)
expect_same "right" "$(sql "SELECT count(*) FROM judgement WHERE value = 1")" $((300 - refused))
expect_same "errors" "$(sql "SELECT count(*) FROM sample WHERE outcome = 'error'")" "$refused"
expect_same "times to the first token" \
    "$(sql "SELECT count(*) FROM response WHERE first_token > 0")" $((300 - refused))
stop_model

title "a limit of requests stops the run and the next command goes on"
rm assay.db
write_questions 200
start_model arrivals=1 delay=2
expect_status 4 ask --max-requests 50
expect_err 'limit of 50 requests'
expect_same "requests" "$(asked)" 50
expect_same "samples" "$(sql "SELECT count(*) FROM sample")" 50
expect_same "state" "$(sql "SELECT state FROM run")" stopped
expect_ok ask
expect_same "requests of both" "$(asked)" 200
expect_same "state" "$(sql "SELECT state FROM run")" finished
stop_model

title "a limit of cost too"
rm assay.db
start_model arrivals=1 delay=2
expect_status 4 ask --price-in 1000 --price-out 1000 --max-cost 1
expect_err 'budget of 1 is reached'
expect_same "not more is spent" "$(sql "SELECT sum(cost) <= 1.0 FROM response")" 1
expect_same "nor much less" "$(sql "SELECT sum(cost) > 0.8 FROM response")" 1
expect_ok ask --price-in 1000 --price-out 1000
expect_same "requests of both" "$(asked)" 200
stop_model

title "nobody listens"
rm assay.db
expect_status 1 ask --retry-wait 0.01
expect_err "127.0.0.1:$port"
expect_same "state" "$(sql "SELECT state FROM run")" stopped
expect_same "samples" "$(sql "SELECT count(*) FROM sample")" 0
start_model port="$port" arrivals=1
expect_ok ask
expect_same "samples" "$(sql "SELECT count(*) FROM sample")" 200
stop_model

title "a wrong key"
rm assay.db
start_model arrivals=1 key=sk-the-right-one
export ASSAY_API_KEY=sk-secret-31415926 OPENAI_API_KEY=sk-secret-31415926
expect_status 1 ask
expect_err 'Incorrect API key.*ASSAY_API_KEY' 
if grep -r -a -q 31415926 assay.db* out/stdout out/stderr; then bad "the key was told"; else good; fi
expect_same "samples" "$(sql "SELECT count(*) FROM sample")" 0
export ASSAY_API_KEY=sk-the-right-one OPENAI_API_KEY=sk-the-right-one
expect_ok ask --json
if grep -r -a -q the-right-one assay.db* out/stdout out/stderr; then bad "the key was told"; else good; fi
unset ASSAY_API_KEY OPENAI_API_KEY
stop_model

title "requests a minute"
rm assay.db
write_questions 60
start_model arrivals=1
expect_ok ask --rpm 1200 # 20 a second, with a burst of one second
# In every stretch of time no more than its share and the burst.
most=$(awk '$2 == "asked" { t[++n] = $3 }
    END { for (i = 1; i <= n; i++) for (j = i; j <= n; j++) {
              over = (j - i + 1) - 20 * (t[j] - t[i])
              if (over > most) most = over }
          printf "%d", most }' log)
expect_true "the burst" "$most" -le 24
span=$(awk '$2 == "asked" { if (!first) first = $3; last = $3 } END { printf "%d", (last - first) * 1000 }' log)
expect_true "40 requests after the burst take 2 seconds" "$span" -ge 1800 -a "$span" -le 6000
stop_model

title "concurrency adapts to a server that takes 8 at once"
rm assay.db
write_questions 2000
start_model arrivals=1 limit=8 delay=3
expect_ok ask --concurrency 64 --retry-wait 0.01
limited=$(grep -c ' status429$' log)
expect_true "the limit was felt" "$limited" -gt 0
# With 64 in flight all the time, seven of eight requests would be refused.
expect_true "few were refused: $limited" "$limited" -lt 500
expect_same "right" "$(sql "SELECT count(*) FROM judgement WHERE value = 1")" 2000
stop_model
start_model arrivals=1 delay=20
rm assay.db
expect_ok ask --concurrency 64
expect_ok curl -s "http://127.0.0.1:$port/stats"
expect_out '"most_busy":64'
stop_model

title "libcurl is loaded for a server that needs it, and named when it is not there"
rm assay.db
write_questions 3
start_model arrivals=1
numeric() { LD_DEBUG=files LD_DEBUG_OUTPUT=loaded ask --fresh; }
named() { LD_DEBUG=files LD_DEBUG_OUTPUT=loaded assay run -q -m "http://localhost:$port/v1#m" \
    --data questions.csv --prompt '{{question}}' --target '{{answer}}' --fresh; }
expect_ok numeric
expect_same "libcurl for a numeric address" "$(cat loaded.* | grep -c 'libcurl.so')" 0
expect_ok named
expect_true "libcurl for a name" "$(cat loaded.* | grep -c 'libcurl.so')" -gt 0
mkdir broken
: > broken/libcurl.so.4
without() { LD_LIBRARY_PATH=$PWD/broken named; }
expect_status 1 without
expect_err 'could not load libcurl.*install the Debian package "libcurl4"'
stop_model
finish
