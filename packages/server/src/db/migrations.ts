/**
 * The oldest program that works on the newest schema, by the number of steps it knows: older replicas go on while newer
 * ones are started beside them. Raise it only with a step that an older program cannot live with, and say so in the
 * changelog: all replicas have to be stopped for it.
 */
export const OLDEST_COMPATIBLE = 1

/**
 * The schema, step by step; forward only. A step that was released is never changed: what comes later is a new step.
 * Only SQL that SQLite and PostgreSQL both understand, and only what leaves older programs working: a new table, a new
 * index, a new column that may be null or has a default.
 */
export const migrations: readonly (readonly string[])[] = [
  [
    `CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)`,
    `CREATE TABLE users (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      password_hash TEXT NOT NULL,
      role TEXT NOT NULL,
      created_at DOUBLE PRECISION NOT NULL
    )`,
    `CREATE TABLE setup_tokens (token_hash TEXT PRIMARY KEY, created_at DOUBLE PRECISION NOT NULL)`,
    `CREATE TABLE sessions (
      session_hash TEXT PRIMARY KEY,
      user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      created_at DOUBLE PRECISION NOT NULL,
      last_seen_at DOUBLE PRECISION NOT NULL,
      expires_at DOUBLE PRECISION NOT NULL
    )`,
    `CREATE TABLE connections (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      provider TEXT NOT NULL,
      client_id TEXT NOT NULL,
      client_auth TEXT,
      client_secret TEXT,
      secret_hint TEXT,
      secret_set_at DOUBLE PRECISION,
      parameters TEXT NOT NULL,
      scope TEXT NOT NULL,
      issuer TEXT,
      authorization_endpoint TEXT,
      token_endpoint TEXT,
      trouble TEXT,
      revision INTEGER NOT NULL,
      created_at DOUBLE PRECISION NOT NULL,
      updated_at DOUBLE PRECISION NOT NULL
    )`,
    `CREATE TABLE accounts (
      id TEXT PRIMARY KEY,
      connection_id TEXT NOT NULL REFERENCES connections (id),
      name TEXT NOT NULL,
      login_hint TEXT,
      paused INTEGER NOT NULL,
      refreshes INTEGER NOT NULL,
      last_success_at DOUBLE PRECISION,
      last_used_at DOUBLE PRECISION,
      consent_trouble TEXT,
      created_at DOUBLE PRECISION NOT NULL,
      updated_at DOUBLE PRECISION NOT NULL
    )`,
    `CREATE INDEX accounts_by_connection ON accounts (connection_id)`,
    `CREATE INDEX accounts_by_use ON accounts (last_used_at)`,
    `CREATE TABLE pending_authorizations (
      state_hash TEXT PRIMARY KEY,
      browser_hash TEXT NOT NULL,
      connection_id TEXT NOT NULL,
      account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      pending TEXT NOT NULL,
      created_at DOUBLE PRECISION NOT NULL,
      expires_at DOUBLE PRECISION NOT NULL
    )`,
    `CREATE INDEX pending_by_account ON pending_authorizations (account_id)`,
    `CREATE TABLE api_keys (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      hint TEXT NOT NULL,
      key_hash TEXT NOT NULL UNIQUE,
      accounts TEXT,
      created_at DOUBLE PRECISION NOT NULL,
      expires_at DOUBLE PRECISION,
      last_used_at DOUBLE PRECISION
    )`,
    `CREATE TABLE history (
      id TEXT PRIMARY KEY,
      account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      at DOUBLE PRECISION NOT NULL,
      type TEXT NOT NULL,
      code TEXT,
      detail TEXT,
      seconds DOUBLE PRECISION
    )`,
    `CREATE INDEX history_by_account ON history (account_id, at)`,
  ],
  [
    // Renewals that follow one another closely are one line: how many, and since when.
    `ALTER TABLE history ADD COLUMN times INTEGER NOT NULL DEFAULT 1`,
    `ALTER TABLE history ADD COLUMN since DOUBLE PRECISION`,
  ],
  [
    // What one server tells the others, where the database notifies nobody.
    `CREATE TABLE changes (id TEXT PRIMARY KEY, at DOUBLE PRECISION NOT NULL, message TEXT NOT NULL)`,
    `CREATE INDEX changes_by_time ON changes (at)`,
  ],
  [
    // Whose an account or a key is. Those of before are nobody's: administrators look after them.
    `ALTER TABLE accounts ADD COLUMN owner TEXT REFERENCES users (id) ON DELETE SET NULL`,
    `CREATE INDEX accounts_by_owner ON accounts (owner)`,
    `ALTER TABLE api_keys ADD COLUMN owner TEXT REFERENCES users (id) ON DELETE CASCADE`,
    `ALTER TABLE api_keys ADD COLUMN scopes TEXT`,
    `ALTER TABLE users ADD COLUMN email TEXT`,
    `CREATE UNIQUE INDEX users_by_email ON users (email)`,
    `CREATE TABLE invitations (
      token_hash TEXT PRIMARY KEY,
      user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      created_at DOUBLE PRECISION NOT NULL,
      expires_at DOUBLE PRECISION NOT NULL
    )`,
    `CREATE TABLE audit (
      seq INTEGER PRIMARY KEY,
      at DOUBLE PRECISION NOT NULL,
      actor TEXT NOT NULL,
      source TEXT,
      action TEXT NOT NULL,
      subject TEXT,
      detail TEXT,
      link TEXT NOT NULL
    )`,
  ],
  [
    // Sign-in with an OpenID provider.
    `ALTER TABLE connections ADD COLUMN sign_in TEXT`,
    `CREATE TABLE user_identities (
      iss TEXT NOT NULL,
      sub TEXT NOT NULL,
      user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      created_at DOUBLE PRECISION NOT NULL,
      PRIMARY KEY (iss, sub)
    )`,
    `CREATE TABLE pending_sign_ins (
      state_hash TEXT PRIMARY KEY,
      browser_hash TEXT NOT NULL,
      connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
      pending TEXT NOT NULL,
      created_at DOUBLE PRECISION NOT NULL,
      expires_at DOUBLE PRECISION NOT NULL
    )`,
  ],
  [
    // When refresh-ahead has to look at an account; at first at all, so that it learns of them.
    `ALTER TABLE accounts ADD COLUMN look_at DOUBLE PRECISION DEFAULT 0`,
    `CREATE INDEX accounts_by_look ON accounts (look_at)`,
    // What lists are in order of. Older servers leave it empty; it is filled when the account is listed.
    `ALTER TABLE accounts ADD COLUMN sort_name TEXT NOT NULL DEFAULT ''`,
    `UPDATE accounts SET sort_name = LOWER(SUBSTR(COALESCE(NULLIF(name, ''), login_hint, ''), 1, 200))`,
    `CREATE INDEX accounts_by_name ON accounts (sort_name, id)`,
  ],
  [
    // Renewals by hour and connection, for the overview; and what ends when.
    `CREATE TABLE activity (
      hour INTEGER NOT NULL,
      connection_id TEXT NOT NULL,
      refreshed INTEGER NOT NULL,
      failed INTEGER NOT NULL,
      seconds DOUBLE PRECISION NOT NULL,
      slowest DOUBLE PRECISION NOT NULL,
      PRIMARY KEY (hour, connection_id)
    )`,
    `ALTER TABLE connections ADD COLUMN secret_expires_at DOUBLE PRECISION`,
    `ALTER TABLE accounts ADD COLUMN ends_at DOUBLE PRECISION`,
    `CREATE INDEX accounts_by_end ON accounts (ends_at)`,
  ],
  [
    // Links by which people without a user here connect an account.
    `CREATE TABLE connect_links (
      token_hash TEXT PRIMARY KEY,
      account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      created_by TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      note TEXT,
      browser_hash TEXT,
      created_at DOUBLE PRECISION NOT NULL,
      expires_at DOUBLE PRECISION NOT NULL
    )`,
    `CREATE INDEX connect_links_by_account ON connect_links (account_id)`,
    `ALTER TABLE pending_authorizations ADD COLUMN link_hash TEXT`,
    `ALTER TABLE accounts ADD COLUMN unconfirmed INTEGER NOT NULL DEFAULT 0`,
  ],
  [
    // Mailboxes of accounts: settings by hand, what the domain told, how the newest test went, when to look again.
    `CREATE TABLE mail_accounts (
      account_id TEXT PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
      address TEXT,
      own TEXT,
      found TEXT,
      tested TEXT,
      probe_at DOUBLE PRECISION,
      failures INTEGER NOT NULL DEFAULT 0,
      told INTEGER NOT NULL DEFAULT 0
    )`,
    `CREATE INDEX mail_accounts_by_address ON mail_accounts (address)`,
    `CREATE INDEX mail_accounts_by_probe ON mail_accounts (probe_at)`,
  ],
  [
    // Where webhooks go.
    `CREATE TABLE webhooks (
      id TEXT PRIMARY KEY,
      url TEXT NOT NULL,
      description TEXT,
      events TEXT,
      secret TEXT NOT NULL,
      secret_set_at DOUBLE PRECISION NOT NULL,
      former_secret TEXT,
      former_until DOUBLE PRECISION,
      switched_off TEXT,
      failing_since DOUBLE PRECISION,
      created_at DOUBLE PRECISION NOT NULL,
      updated_at DOUBLE PRECISION NOT NULL
    )`,
    // What is to be told outside: written in the transaction of the change that it tells of.
    `CREATE TABLE outbox (
      id TEXT PRIMARY KEY,
      channel TEXT NOT NULL,
      target TEXT NOT NULL,
      event_id TEXT NOT NULL,
      type TEXT NOT NULL,
      payload TEXT NOT NULL,
      state TEXT NOT NULL,
      attempts INTEGER NOT NULL,
      next_at DOUBLE PRECISION,
      taken_by TEXT,
      created_at DOUBLE PRECISION NOT NULL,
      settled_at DOUBLE PRECISION
    )`,
    `CREATE INDEX outbox_by_next ON outbox (next_at)`,
    `CREATE INDEX outbox_by_time ON outbox (created_at)`,
    `CREATE INDEX outbox_by_target ON outbox (target, created_at, id)`,
    `CREATE TABLE outbox_attempts (
      id TEXT PRIMARY KEY,
      message_id TEXT NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
      at DOUBLE PRECISION NOT NULL,
      seconds DOUBLE PRECISION NOT NULL,
      status INTEGER,
      code TEXT,
      detail TEXT
    )`,
    `CREATE INDEX outbox_attempts_by_message ON outbox_attempts (message_id, at)`,
    // What people have to hear of, and who has seen it or put it away.
    `CREATE TABLE notices (
      id TEXT PRIMARY KEY,
      key TEXT NOT NULL UNIQUE,
      kind TEXT NOT NULL,
      owner TEXT REFERENCES users (id) ON DELETE CASCADE,
      connection_id TEXT REFERENCES connections (id) ON DELETE CASCADE,
      account_id TEXT REFERENCES accounts (id) ON DELETE CASCADE,
      detail TEXT,
      created_at DOUBLE PRECISION NOT NULL
    )`,
    `CREATE INDEX notices_by_owner ON notices (owner)`,
    `CREATE INDEX notices_by_connection ON notices (connection_id)`,
    `CREATE INDEX notices_by_account ON notices (account_id)`,
    `CREATE TABLE notice_marks (
      notice_id TEXT NOT NULL REFERENCES notices (id) ON DELETE CASCADE,
      user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      seen_at DOUBLE PRECISION NOT NULL,
      dismissed_at DOUBLE PRECISION,
      PRIMARY KEY (notice_id, user_id)
    )`,
    `CREATE INDEX notice_marks_by_user ON notice_marks (user_id)`,
    // What was last told of an account; null: that it never worked. Those of before are taken to work, so that what is
    // broken is told once.
    `ALTER TABLE accounts ADD COLUMN told TEXT`,
    `UPDATE accounts SET told = 'working' WHERE last_success_at IS NOT NULL`,
    `CREATE INDEX accounts_by_told ON accounts (told, connection_id)`,
    `CREATE INDEX accounts_by_connection_told ON accounts (connection_id, told)`,
    // In which language somebody gets mail: the one that they signed in with.
    `ALTER TABLE users ADD COLUMN language TEXT`,
  ],
  [
    // The former client secret beside the new one, which of them the provider takes, and what was told about their end.
    `ALTER TABLE connections ADD COLUMN former_secret TEXT`,
    `ALTER TABLE connections ADD COLUMN former_secret_hint TEXT`,
    `ALTER TABLE connections ADD COLUMN former_secret_set_at DOUBLE PRECISION`,
    `ALTER TABLE connections ADD COLUMN former_secret_expires_at DOUBLE PRECISION`,
    `ALTER TABLE connections ADD COLUMN former_secret_ends_at DOUBLE PRECISION`,
    `ALTER TABLE connections ADD COLUMN secret_taken_at DOUBLE PRECISION`,
    `ALTER TABLE connections ADD COLUMN secret_refused_at DOUBLE PRECISION`,
    `ALTER TABLE connections ADD COLUMN secret_told INTEGER`,
  ],
  [
    // Whose an account is at the provider, and what is to become of a second consent of the same person.
    `ALTER TABLE accounts ADD COLUMN subject TEXT`,
    `CREATE INDEX accounts_by_subject ON accounts (connection_id, subject)`,
    `CREATE TABLE consent_choices (
      token_hash TEXT PRIMARY KEY,
      browser_hash TEXT NOT NULL,
      account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      other_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      replacing_since DOUBLE PRECISION,
      created_at DOUBLE PRECISION NOT NULL,
      expires_at DOUBLE PRECISION NOT NULL
    )`,
  ],
  [
    // Failed sign-ins by where they come from, counted by all servers together.
    `CREATE TABLE sign_in_attempts (
      source TEXT PRIMARY KEY,
      failures INTEGER NOT NULL,
      last DOUBLE PRECISION NOT NULL
    )`,
    `CREATE INDEX sign_in_attempts_by_age ON sign_in_attempts (last)`,
  ],
  [
    // What lists are searched by: all names of an account. Older servers leave it; it is filled in when it is listed.
    `ALTER TABLE accounts ADD COLUMN search_text TEXT NOT NULL DEFAULT ''`,
    `UPDATE accounts SET search_text = LOWER(name || ' ' || COALESCE(login_hint, ''))`,
    // Whether something about it could not be asked for after consent: counted without reading its grant.
    `ALTER TABLE accounts ADD COLUMN look_up_failed INTEGER NOT NULL DEFAULT 0`,
  ],
  [
    // When and from where programs used accounts last. Without references: it is written for many at once, and one that is
    // gone must not stop the others.
    `CREATE TABLE program_uses (
      account_id TEXT NOT NULL,
      key_id TEXT NOT NULL,
      at DOUBLE PRECISION NOT NULL,
      source TEXT NOT NULL,
      via TEXT NOT NULL,
      PRIMARY KEY (account_id, key_id)
    )`,
  ],
  [
    // Which replicas are there, by the database's clock, and since when somebody's beat came without a gap.
    `CREATE TABLE replicas (
      id TEXT PRIMARY KEY,
      seen_at DOUBLE PRECISION NOT NULL,
      unbroken_since DOUBLE PRECISION NOT NULL
    )`,
  ],
  [
    // Accounts that do not simply work are few, and looked for among many.
    `CREATE INDEX accounts_paused ON accounts (id) WHERE paused = 1`,
    `CREATE INDEX accounts_unconfirmed ON accounts (id) WHERE unconfirmed = 1`,
    `CREATE INDEX accounts_look_up_failed ON accounts (id) WHERE look_up_failed = 1`,
    `CREATE INDEX accounts_consent_failed ON accounts (id) WHERE consent_trouble IS NOT NULL`,
    // The client that a connection began with, until it gets another: then grants of its accounts may be of either. Older
    // servers leave it empty, which says that nobody knows.
    `ALTER TABLE connections ADD COLUMN first_client_id TEXT`,
    `UPDATE connections SET first_client_id = client_id WHERE revision = 1`,
  ],
  [
    // Whose an account was before that person was removed, and how they were called then. Without a reference: they are gone.
    // Older servers leave it empty.
    `ALTER TABLE accounts ADD COLUMN former_owner TEXT`,
    `ALTER TABLE accounts ADD COLUMN former_owner_name TEXT`,
  ],
]
