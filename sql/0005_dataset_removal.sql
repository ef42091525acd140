-- What cleaning left out of a data set: the old version stays, the new one knows why it is smaller.

CREATE TABLE dataset_removal (
    version_id BIGINT NOT NULL REFERENCES dataset_version (id), -- the cleaned version
    parent_id BIGINT NOT NULL REFERENCES dataset_version (id),  -- the version that holds the item
    position BIGINT NOT NULL,               -- of the item in the parent
    key TEXT NOT NULL,                      -- of the item
    reason TEXT NOT NULL,                   -- empty, encoding, language, conflict, duplicate, near_duplicate, length
    detail TEXT NOT NULL,                   -- the item it repeats, the labels that differ ...
    PRIMARY KEY (version_id, position)
) WITHOUT_ROWID;
