-- What the machine thinks, apart from where an item is.
ALTER TABLE placements ADD COLUMN suggested INTEGER REFERENCES topics (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE placements ADD COLUMN runner_up_confidence REAL NOT NULL DEFAULT 0;
UPDATE placements SET suggested = topic;
CREATE INDEX placements_suggested ON placements (suggested);

-- How sure the machine must be to place an item; NULL while it judges by itself.
ALTER TABLE meta ADD COLUMN threshold REAL;

-- What the person told the model about a text; NULL for most.
ALTER TABLE items ADD COLUMN context TEXT;
