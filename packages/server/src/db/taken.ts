/** What every user has alone, by the index that sees to it: SQLite names the column, PostgreSQL the index. */
const TAKEN: Readonly<Record<string, 'name' | 'email'>> = {
  'users.name': 'name',
  users_name_key: 'name',
  'users.email': 'email',
  users_by_email: 'email',
}

/** Which field of a user somebody else has already, where a statement failed for that. */
export function takenField(error: unknown): 'name' | 'email' | undefined {
  if (!(error instanceof Error)) return undefined
  // https://www.postgresql.org/docs/current/errcodes-appendix.html: unique_violation
  if ('code' in error && error.code === '23505') {
    return 'constraint' in error && typeof error.constraint === 'string' ? TAKEN[error.constraint] : undefined
  }
  const column = /^UNIQUE constraint failed: (\S+)$/.exec(error.message)?.[1]
  return column === undefined ? undefined : TAKEN[column]
}
