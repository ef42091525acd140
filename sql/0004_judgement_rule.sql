-- How a rule read the answer out of a text.
ALTER TABLE judgement ADD COLUMN rule TEXT NOT NULL DEFAULT '';  -- extraction rule that fired, or why none did; '' when nothing was extracted
ALTER TABLE judgement ADD COLUMN steps TEXT NOT NULL DEFAULT ''; -- steps before it that changed the text: "thinking nfkc"
