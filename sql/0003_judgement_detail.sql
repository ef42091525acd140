-- What an aggregation needs of one item when its value alone is not enough: counts, labels.

ALTER TABLE judgement ADD COLUMN detail TEXT NOT NULL DEFAULT ''; -- JSON array, or empty
