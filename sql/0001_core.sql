-- The nouns of the platform: data sets, models, runs, samples, judgements.
-- Times are milliseconds since 1970. Blobs hold UTF-8 text, zstd-compressed when that is shorter.

CREATE TABLE workspace (
    id ID_COLUMN,
    name TEXT NOT NULL UNIQUE,              -- a business line
    created BIGINT NOT NULL
);
INSERT INTO workspace (id, name, created) VALUES (1, 'default', 0);

CREATE TABLE dataset (
    id ID_COLUMN,
    workspace_id BIGINT NOT NULL REFERENCES workspace (id),
    name TEXT NOT NULL,                     -- "gsm8k/main"
    split TEXT NOT NULL,                    -- "test", "train"
    created BIGINT NOT NULL,
    UNIQUE (workspace_id, name, split)
);

CREATE TABLE dataset_version (
    id ID_COLUMN,
    dataset_id BIGINT NOT NULL REFERENCES dataset (id),
    number BIGINT NOT NULL,                 -- 1, 2, ... within the data set
    content_hash TEXT NOT NULL,             -- XXH3-128 of the source's bytes
    n_items BIGINT NOT NULL,
    columns TEXT NOT NULL,                  -- JSON array of column names
    source TEXT NOT NULL,                   -- file it came from
    created BIGINT NOT NULL,
    UNIQUE (dataset_id, number)
);
CREATE INDEX dataset_version_content ON dataset_version (dataset_id, content_hash);

CREATE TABLE item (
    version_id BIGINT NOT NULL REFERENCES dataset_version (id),
    position BIGINT NOT NULL,               -- 0, 1, ... in file order
    key TEXT NOT NULL,                      -- stable across versions: the id column, or a content hash
    data BLOB_COLUMN NOT NULL,              -- the record as JSON
    PRIMARY KEY (version_id, position)
) WITHOUT_ROWID;

CREATE TABLE model (
    id ID_COLUMN,
    workspace_id BIGINT NOT NULL REFERENCES workspace (id),
    name TEXT NOT NULL,                     -- as shown and as named on the command line
    provider TEXT NOT NULL,                 -- "openai", "local", "recorded"
    address TEXT NOT NULL,                  -- base URL or file
    model TEXT NOT NULL,                    -- name sent to the server
    key_env TEXT NOT NULL,                  -- environment variable that holds the key, never the key
    settings TEXT NOT NULL,                 -- JSON object: price_in, price_out, rpm, tpm, timeout ...
    added BIGINT NOT NULL,                  -- 1: by `model add`; 0: named inline by a run
    created BIGINT NOT NULL,
    UNIQUE (workspace_id, name)
);

CREATE TABLE batch (
    id ID_COLUMN,
    workspace_id BIGINT NOT NULL REFERENCES workspace (id),
    command TEXT NOT NULL,                  -- what the user asked for, without secrets
    tree TEXT NOT NULL,                     -- JSON: groups, tags and tasks as they were asked for
    created BIGINT NOT NULL
);

CREATE TABLE run (
    id ID_COLUMN,
    workspace_id BIGINT NOT NULL REFERENCES workspace (id),
    batch_id BIGINT NOT NULL REFERENCES batch (id),
    model_id BIGINT NOT NULL REFERENCES model (id),
    version_id BIGINT NOT NULL REFERENCES dataset_version (id),
    fewshot_version_id BIGINT REFERENCES dataset_version (id),
    task TEXT NOT NULL,                     -- task name
    config TEXT NOT NULL,                   -- the resolved task as JSON
    protocol TEXT NOT NULL,                 -- JSON object: everything the number depends on
    protocol_hash TEXT NOT NULL,            -- equal hashes are comparable
    identity TEXT NOT NULL,                 -- same model, protocol and options: what a rerun resumes
    settings TEXT NOT NULL,                 -- JSON: limit, repeats, chat mode, cluster column ...
    n_items BIGINT NOT NULL,                -- items asked for
    n_repeats BIGINT NOT NULL,              -- samples of each item
    state TEXT NOT NULL,                    -- running, finished, stopped
    stop_reason TEXT NOT NULL,              -- "" or why it is not finished
    owner TEXT NOT NULL,                    -- host:pid:start of the process at work, "" when none
    program TEXT NOT NULL,                  -- version and commit
    created BIGINT NOT NULL,
    finished BIGINT NOT NULL                -- 0 until all is done
);
CREATE INDEX run_identity ON run (identity);
CREATE INDEX run_batch ON run (batch_id);

CREATE TABLE response (
    id ID_COLUMN,
    key TEXT,                               -- request key of the cache; NULL when not reusable
    model_id BIGINT NOT NULL REFERENCES model (id),
    prompt BLOB_COLUMN,                     -- what was asked: text, or messages as JSON
    text BLOB_COLUMN,                       -- what the model wrote; NULL for likelihoods
    reasoning BLOB_COLUMN,                  -- thinking that the server kept apart
    finish TEXT NOT NULL,                   -- stop, length, refused, filtered, other
    finish_raw TEXT NOT NULL,               -- in the server's words
    logprob DOUBLE PRECISION,               -- log-likelihood, for scoring requests
    greedy BIGINT,                          -- 1 when the continuation was the most likely one
    prompt_tokens BIGINT,                   -- NULL: not told
    completion_tokens BIGINT,
    seconds DOUBLE PRECISION,               -- request to end of reply
    first_token DOUBLE PRECISION,           -- request to first token, when streamed
    cost DOUBLE PRECISION,                  -- in the price's currency; NULL: no price
    attempts BIGINT NOT NULL,               -- requests sent, retries included
    served_model TEXT NOT NULL,             -- model named in the reply
    created BIGINT NOT NULL
);

-- In the order of arrival, so that adding stays cheap: keys are random, and an index sorted by
-- them would write a page for every row. A run reads its model's keys from here at the start.
CREATE INDEX response_keys ON response (model_id, id, key);

CREATE TABLE sample (
    id ID_COLUMN,
    run_id BIGINT NOT NULL REFERENCES run (id),
    position BIGINT NOT NULL,               -- of the item in its version
    repeat_index BIGINT NOT NULL,           -- 0 .. n_repeats - 1
    item_key TEXT NOT NULL,
    cluster TEXT,                           -- items that share a source share this
    outcome TEXT NOT NULL,                  -- scored, no_answer, truncated, refused, filtered, error
    response_id BIGINT REFERENCES response (id), -- its first response; NULL for errors
    cached BIGINT NOT NULL,                 -- 1 when the reply came from the cache
    prompt BLOB_COLUMN,                     -- only when no response holds it
    target TEXT NOT NULL,                   -- as shown
    detail TEXT NOT NULL,                   -- JSON: choices, log-likelihoods
    prompt_tokens BIGINT,                   -- these five: summed over the sample's requests
    completion_tokens BIGINT,
    seconds DOUBLE PRECISION,
    cost DOUBLE PRECISION,
    attempts BIGINT NOT NULL,
    first_token DOUBLE PRECISION,           -- of its only request, when streamed
    error TEXT NOT NULL,                    -- "" or what went wrong
    created BIGINT NOT NULL,
    UNIQUE (run_id, position, repeat_index)
);

CREATE TABLE judgement (
    id ID_COLUMN,
    sample_id BIGINT NOT NULL REFERENCES sample (id),
    other_sample_id BIGINT REFERENCES sample (id), -- second side of a comparison
    criterion TEXT NOT NULL,                -- metric or dimension: "exact_match"
    filter TEXT NOT NULL,                   -- extraction pipeline: "strict-match", "none"
    judge TEXT NOT NULL,                    -- "rule:1", a model, a person
    value DOUBLE PRECISION,                 -- NULL when there is none
    label TEXT NOT NULL,                    -- extracted answer, or a label
    outcome TEXT NOT NULL,                  -- scored, no_answer, truncated, refused, filtered
    why TEXT NOT NULL,
    created BIGINT NOT NULL
);
CREATE INDEX judgement_sample ON judgement (sample_id);
