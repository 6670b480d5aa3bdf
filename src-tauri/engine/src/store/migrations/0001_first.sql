-- What a workbook is made of. One row, id 1.
CREATE TABLE meta (
    id              INTEGER PRIMARY KEY CHECK (id = 1),
    name            TEXT NOT NULL,
    source_name     TEXT NOT NULL,
    seed            INTEGER NOT NULL,
    created_at_secs INTEGER NOT NULL,
    -- The window's own memory; only the window understands it.
    view            TEXT NOT NULL,
    is_paused       INTEGER NOT NULL
) STRICT;

-- What reading the list gave. One row, id 1.
CREATE TABLE import_report (
    id            INTEGER PRIMARY KEY CHECK (id = 1),
    row_count     INTEGER NOT NULL,
    kept          INTEGER NOT NULL,
    blank         INTEGER NOT NULL,
    duplicates    INTEGER NOT NULL,
    problem_count INTEGER NOT NULL
) STRICT;

CREATE TABLE import_problems (
    position INTEGER PRIMARY KEY,
    line     INTEGER NOT NULL,
    message  TEXT NOT NULL
) STRICT;

-- Items are numbered from 0 without gaps.
CREATE TABLE items (
    id          INTEGER PRIMARY KEY,
    text        TEXT NOT NULL,
    category    TEXT,
    occurrences INTEGER NOT NULL
) STRICT;

CREATE TABLE models (
    id         INTEGER PRIMARY KEY,
    model      TEXT NOT NULL,
    revision   TEXT NOT NULL,
    prefix     TEXT NOT NULL,
    max_length INTEGER NOT NULL,
    dim        INTEGER NOT NULL,
    UNIQUE (model, revision, prefix, max_length)
) STRICT;

-- Keyed by what was embedded and what embedded it, so a text is never embedded twice.
CREATE TABLE vectors (
    id        INTEGER PRIMARY KEY,
    model     INTEGER NOT NULL REFERENCES models (id),
    -- SHA-256 of the text.
    text_hash BLOB NOT NULL,
    -- f32, little-endian, as many as the model's dim.
    vector    BLOB NOT NULL,
    UNIQUE (model, text_hash)
) STRICT;

CREATE TABLE topics (
    id              INTEGER PRIMARY KEY,
    position        INTEGER NOT NULL,
    name            TEXT NOT NULL,
    named_by_person INTEGER NOT NULL,
    -- A JSON array of names, best first.
    alternates      TEXT NOT NULL,
    colour          INTEGER NOT NULL,
    stability       REAL NOT NULL
) STRICT;

-- Checked at the end of a transaction, because topics and places change together.
CREATE TABLE placements (
    item       INTEGER PRIMARY KEY REFERENCES items (id),
    topic      INTEGER REFERENCES topics (id) DEFERRABLE INITIALLY DEFERRED,
    pinned     INTEGER NOT NULL,
    confidence REAL NOT NULL,
    runner_up  INTEGER REFERENCES topics (id) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- Deleting a topic looks for what still refers to it.
CREATE INDEX placements_topic ON placements (topic);
CREATE INDEX placements_runner_up ON placements (runner_up);

-- The history: what is done comes first, what was undone after it.
CREATE TABLE edits (
    id        INTEGER PRIMARY KEY,
    label     TEXT NOT NULL,
    -- Edits as JSON: one that does it, one that takes it back.
    edit      TEXT NOT NULL,
    inverse   TEXT NOT NULL,
    is_undone INTEGER NOT NULL
) STRICT;
