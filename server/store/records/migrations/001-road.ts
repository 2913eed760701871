/** Times are UTC milliseconds. `watched` columns are milliseconds of a gateway's cumulative watch clock. */
export const road001 = `
CREATE TABLE tenant (id TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT;

CREATE TABLE site (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenant(id),
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (tenant_id, number)
) STRICT;

CREATE TABLE account (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenant(id),
  username TEXT NOT NULL COLLATE NOCASE UNIQUE,
  password_hash TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  language TEXT NOT NULL,
  disabled INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE account_site (
  account_id TEXT NOT NULL REFERENCES account(id) ON DELETE CASCADE,
  site_id TEXT NOT NULL REFERENCES site(id) ON DELETE CASCADE,
  PRIMARY KEY (account_id, site_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
  token_hash TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account(id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE gateway (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenant(id),
  site_id TEXT NOT NULL REFERENCES site(id),
  name TEXT NOT NULL,
  secret_hash TEXT,
  public_key TEXT,
  epoch INTEGER NOT NULL DEFAULT 0,
  last_applied INTEGER NOT NULL DEFAULT 0,
  last_hash TEXT,
  link TEXT NOT NULL DEFAULT 'not_enrolled',
  link_since INTEGER,
  config_version INTEGER NOT NULL DEFAULT 0,
  applied_generation INTEGER,
  applied_version INTEGER,
  software TEXT,
  refused TEXT NOT NULL DEFAULT '{}',
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE enrolment_code (
  code_hash TEXT PRIMARY KEY,
  gateway_id TEXT NOT NULL REFERENCES gateway(id) ON DELETE CASCADE,
  expires_at INTEGER NOT NULL,
  used_at INTEGER,
  used_secret_hash TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE device (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenant(id),
  site_id TEXT NOT NULL REFERENCES site(id),
  gateway_id TEXT NOT NULL REFERENCES gateway(id),
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  profile TEXT,
  address TEXT NOT NULL,
  drivers_sealed BLOB NOT NULL,
  drivers_public TEXT NOT NULL,
  listened_only INTEGER NOT NULL,
  interval_s REAL NOT NULL,
  silence_window_s REAL NOT NULL,
  recovery_hold_s REAL,
  limits TEXT NOT NULL DEFAULT '[]',
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX device_by_site ON device (site_id, name);
CREATE INDEX device_by_name ON device (tenant_id, name COLLATE NOCASE, id);
CREATE INDEX device_by_gateway ON device (gateway_id);

CREATE TABLE depends_on (
  device_id TEXT NOT NULL REFERENCES device(id) ON DELETE CASCADE,
  ancestor_id TEXT NOT NULL REFERENCES device(id) ON DELETE CASCADE,
  PRIMARY KEY (device_id, ancestor_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX depends_on_ancestor ON depends_on (ancestor_id);

-- Which gateway owned a device, by configuration version: [from_version, to_version).
CREATE TABLE assignment (
  device_id TEXT NOT NULL,
  gateway_id TEXT NOT NULL,
  from_version INTEGER NOT NULL,
  to_version INTEGER,
  PRIMARY KEY (device_id, from_version)
) STRICT, WITHOUT ROWID;

CREATE TABLE device_state (
  device_id TEXT PRIMARY KEY REFERENCES device(id) ON DELETE CASCADE,
  state TEXT NOT NULL,
  since INTEGER NOT NULL,
  reason TEXT NOT NULL,
  -- Evidence older than this watch time no longer counts against the device: its ancestor came back, or a new gateway adopted it.
  restarted_watched INTEGER,
  limit_tracks TEXT NOT NULL DEFAULT '[]'
) STRICT;

CREATE TABLE device_fact (
  device_id TEXT NOT NULL REFERENCES device(id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  since INTEGER NOT NULL,
  until INTEGER,
  PRIMARY KEY (device_id, name, since)
) STRICT, WITHOUT ROWID;

CREATE TABLE timeline (
  id INTEGER PRIMARY KEY,
  device_id TEXT NOT NULL REFERENCES device(id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  code TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT;
CREATE INDEX timeline_by_device ON timeline (device_id, at);

-- The subject is a device or a gateway. Active while until is null; recovering while clears_watched is set.
CREATE TABLE condition (
  id TEXT PRIMARY KEY,
  subject_id TEXT NOT NULL,
  code TEXT NOT NULL,
  level INTEGER NOT NULL,
  since INTEGER NOT NULL,
  recovered_at INTEGER,
  clears_watched INTEGER,
  until INTEGER,
  -- A sentence, as JSON.
  evidence TEXT NOT NULL,
  ticket_id TEXT
) STRICT;
CREATE UNIQUE INDEX condition_active ON condition (subject_id, code) WHERE until IS NULL;
CREATE INDEX condition_by_subject ON condition (subject_id, since);

CREATE TABLE ticket (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenant(id),
  number INTEGER NOT NULL,
  dedup_key TEXT NOT NULL,
  title TEXT NOT NULL,
  -- The same with its key and parameters, as JSON.
  title_sentence TEXT NOT NULL,
  cause TEXT NOT NULL,
  level INTEGER NOT NULL,
  state TEXT NOT NULL,
  site_id TEXT NOT NULL REFERENCES site(id),
  device_id TEXT,
  gateway_id TEXT,
  subject TEXT NOT NULL,
  fault_since INTEGER NOT NULL,
  opened_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  resolved_at INTEGER,
  resolves_itself_at INTEGER,
  -- Where a list puts it: open ones by level, then all that are closed.
  list_rank INTEGER GENERATED ALWAYS AS (CASE WHEN state IN ('resolved', 'confirmed', 'archived', 'cancelled') THEN 9 ELSE level END) VIRTUAL,
  UNIQUE (tenant_id, number)
) STRICT;
CREATE INDEX ticket_listed ON ticket (tenant_id, list_rank, opened_at DESC, id DESC);
-- At most one open ticket per fault, whatever the code above believes.
CREATE UNIQUE INDEX ticket_open ON ticket (dedup_key) WHERE state NOT IN ('resolved', 'confirmed', 'archived', 'cancelled');
CREATE INDEX ticket_by_state ON ticket (state, level, opened_at);
CREATE INDEX ticket_by_device ON ticket (device_id, opened_at);

CREATE TABLE ticket_event (
  ticket_id TEXT NOT NULL REFERENCES ticket(id),
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  actor TEXT NOT NULL,
  by_account TEXT,
  from_state TEXT,
  to_state TEXT,
  text TEXT NOT NULL,
  -- What the machine said with its key and parameters, as JSON; null for the words of people.
  sentence TEXT,
  PRIMARY KEY (ticket_id, seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER ticket_event_is_append_only BEFORE UPDATE ON ticket_event BEGIN SELECT RAISE(ABORT, 'ticket events are append-only'); END;
CREATE TRIGGER ticket_event_is_kept BEFORE DELETE ON ticket_event BEGIN SELECT RAISE(ABORT, 'ticket events are kept'); END;

CREATE TABLE ticket_affected (
  ticket_id TEXT NOT NULL REFERENCES ticket(id),
  device_id TEXT NOT NULL,
  name TEXT NOT NULL,
  since INTEGER NOT NULL,
  until INTEGER,
  PRIMARY KEY (ticket_id, device_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ticket_affected_now ON ticket_affected (device_id) WHERE until IS NULL;

-- What the world is to be told, written in the transaction of its cause: kind is live or notice.
CREATE TABLE outgoing (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  topic TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE journal (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  gateway_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;

CREATE TABLE gateway_checkpoint (
  gateway_id TEXT PRIMARY KEY REFERENCES gateway(id) ON DELETE CASCADE,
  upto INTEGER NOT NULL,
  state BLOB NOT NULL
) STRICT;

CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  gateway_id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  reason TEXT NOT NULL,
  body BLOB NOT NULL
) STRICT;

-- What a list of devices shows as state: nobody can tell what is behind a gateway that is not heard.
CREATE VIEW device_view AS
  SELECT d.*,
    CASE WHEN g.link IN ('connected', 'catching_up') THEN coalesce(s.state, 'unknown') ELSE 'unknown' END AS state,
    CASE WHEN g.link IN ('connected', 'catching_up') THEN coalesce(s.since, d.created_at)
         ELSE coalesce(g.link_since, d.created_at) END AS state_since,
    CASE WHEN g.link IN ('connected', 'catching_up')
         THEN coalesce(s.reason, '{"key":"state.never_seen","params":{},"text":"No sign of life yet."}')
         WHEN g.link = 'not_enrolled' THEN '{"key":"state.gateway_not_enrolled","params":{},"text":"Its gateway has not been enrolled yet."}'
         ELSE '{"key":"state.gateway_lost","params":{},"text":"Its gateway is not heard, so nobody can tell."}' END AS reason,
    (SELECT count(*) FROM condition c WHERE c.subject_id = d.id AND c.until IS NULL) AS open_conditions
  FROM device d JOIN gateway g ON g.id = d.gateway_id LEFT JOIN device_state s ON s.device_id = d.id;
`
