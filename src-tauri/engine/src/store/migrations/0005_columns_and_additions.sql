-- How long the list is. Items and columns beyond were added and taken back: a new edit forgets them.
ALTER TABLE meta ADD COLUMN item_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE meta ADD COLUMN column_count INTEGER NOT NULL DEFAULT 0;
UPDATE meta SET item_count = (SELECT count(*) FROM items);

-- Other columns of the list, kept to be exported again.
CREATE TABLE columns (
    position INTEGER PRIMARY KEY,
    name     TEXT NOT NULL
) STRICT;

-- One row per item that has something in them.
CREATE TABLE cells (
    item  INTEGER PRIMARY KEY,
    -- A JSON array of texts, by column; those after its end are empty.
    cells TEXT NOT NULL
) STRICT;

-- Texts that became part of another one.
ALTER TABLE import_report ADD COLUMN merged INTEGER NOT NULL DEFAULT 0;
CREATE TABLE import_merges (
    position    INTEGER PRIMARY KEY,
    line        INTEGER NOT NULL,
    text        TEXT NOT NULL,
    merged_into TEXT NOT NULL
) STRICT;
