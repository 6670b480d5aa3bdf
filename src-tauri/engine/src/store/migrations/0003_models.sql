-- Whose vectors are used, as JSON; NULL in workbooks that are older than the choice.
ALTER TABLE meta ADD COLUMN model TEXT;

-- What takes over once it has embedded everything, as JSON; NULL for most.
ALTER TABLE meta ADD COLUMN next_model TEXT;

-- How a pair compares with all pairs when it counts as related; NULL as usual.
ALTER TABLE meta ADD COLUMN related_percentile REAL;

-- What the person said about pairs of items.
CREATE TABLE answers (
    first      INTEGER NOT NULL REFERENCES items (id),
    second     INTEGER NOT NULL REFERENCES items (id),
    is_related INTEGER NOT NULL,
    PRIMARY KEY (first, second)
) STRICT;
