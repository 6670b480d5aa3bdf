-- Places are written by the ten thousand: what they refer to is looked at when they are read.
CREATE TABLE placements_unchecked (
    item                 INTEGER PRIMARY KEY,
    topic                INTEGER,
    pinned               INTEGER NOT NULL,
    suggested            INTEGER,
    confidence           REAL NOT NULL,
    runner_up            INTEGER,
    runner_up_confidence REAL NOT NULL
) STRICT;
INSERT INTO placements_unchecked (item, topic, pinned, suggested, confidence, runner_up, runner_up_confidence)
    SELECT item, topic, pinned, suggested, confidence, runner_up, runner_up_confidence FROM placements;
DROP TABLE placements;
ALTER TABLE placements_unchecked RENAME TO placements;

-- Positions of all items, one map per way, model and number of dimensions.
CREATE TABLE maps (
    model           INTEGER NOT NULL REFERENCES models (id) ON DELETE CASCADE,
    method          TEXT NOT NULL,
    dims            INTEGER NOT NULL,
    -- SHA-256 over the hashes of what was laid out, in item order.
    laid_out        BLOB NOT NULL,
    trustworthiness REAL NOT NULL,
    -- f32, little-endian, `dims` for every item.
    positions       BLOB NOT NULL,
    PRIMARY KEY (model, method, dims)
) STRICT;
