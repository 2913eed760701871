/**
 * Tables of the embedded metric store; part of the records file, so they are made by the records' first migration.
 *
 * `chunk` is a rowid table with a not unique index: ids ascend, so inserting stays as fast on the billionth row as on the first.
 * The index holds a chunk's whole span, so that a read over roll-ups never touches the chunks themselves. Ids also order
 * what was said twice: of two samples of one time, the one in the higher chunk is the later one. `series.id` is never used
 * again: chunks of a dropped series outlive it for a while. Times are UTC milliseconds.
 */
export const embeddedMetricsSchema = `
CREATE TABLE series (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  device TEXT NOT NULL,
  metric TEXT NOT NULL,
  UNIQUE (device, metric)
) STRICT;

CREATE TABLE chunk (
  id INTEGER PRIMARY KEY,
  series INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  blob BLOB NOT NULL
) STRICT;
CREATE INDEX chunk_of_series ON chunk (series, first_at, last_at);
CREATE INDEX chunk_by_age ON chunk (last_at);

CREATE TABLE rollup (
  chunk INTEGER PRIMARY KEY,
  blob BLOB NOT NULL
) STRICT;

-- Every sample of a series from journal rows up to \`upto\` is in its chunks or in this blob, and none of a later row is.
CREATE TABLE head (
  series INTEGER PRIMARY KEY,
  upto INTEGER NOT NULL,
  opened_at INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  last REAL NOT NULL,
  sealed_through INTEGER,
  blob BLOB NOT NULL
) STRICT;

-- One row: what durableThrough() was when the last checkpoint ended.
CREATE TABLE metric_cursor (durable_through INTEGER NOT NULL) STRICT;
INSERT INTO metric_cursor VALUES (0);

-- Journal rows up to \`upto\` of a dropped device must not bring it back when they are replayed.
CREATE TABLE metric_dropped (
  device TEXT PRIMARY KEY,
  upto INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`
