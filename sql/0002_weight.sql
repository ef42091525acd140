-- Values that are spread over words or bytes: perplexity, bits per byte.
ALTER TABLE judgement ADD COLUMN weight DOUBLE PRECISION; -- what the value is divided by in sums; NULL: nothing
