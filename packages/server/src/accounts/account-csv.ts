import type { Account } from '../contract/index.ts'

const COLUMNS: Readonly<Record<string, (of: Account) => string | number | undefined>> = {
  id: ({ id }) => id,
  name: ({ name }) => name,
  username: ({ subject }) => subject?.username,
  login_hint: ({ login_hint }) => login_hint,
  connection: ({ connection }) => connection.name,
  provider: ({ connection }) => connection.provider_name,
  owner: ({ owner }) => owner?.name,
  state: ({ state }) => state,
  flags: (of) =>
    [
      of.awaiting_consent && 'awaiting_consent',
      of.expiring_soon && 'expiring_soon',
      of.look_up_failed && 'look_up_failed',
    ]
      .filter(Boolean)
      .join(' '),
  reason: ({ reason }) => reason,
  who: ({ who }) => who,
  sentence: ({ sentence }) => sentence,
  granted_scope: ({ granted_scope }) => granted_scope,
  missing_scopes: ({ missing_scopes }) => missing_scopes.join(' '),
  predicted_end: ({ predicted_end }) => moment(predicted_end?.at),
  last_success: ({ last_success_at }) => moment(last_success_at),
  last_used: ({ last_used_at }) => moment(last_used_at),
  refreshes: ({ refreshes }) => refreshes,
  added: ({ created_at }) => moment(created_at),
}

/** The first line: what the columns are. Begins with the mark by which spreadsheets know the encoding. */
export const CSV_HEAD: string = `\uFEFF${line(Object.keys(COLUMNS))}`

/** An account as a line (RFC 4180). */
export function csvLine(account: Account): string {
  return line(Object.values(COLUMNS).map((value) => value(account)))
}

function line(cells: readonly (string | number | undefined)[]): string {
  return `${cells.map((cell) => quoted(String(cell ?? ''))).join(',')}\r\n`
}

/** A cell that begins like a formula would be worked out by a spreadsheet, and names are other people's words. */
function quoted(cell: string): string {
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

function moment(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(Math.floor(at) * 1000).toISOString().replace('.000Z', 'Z')
}
