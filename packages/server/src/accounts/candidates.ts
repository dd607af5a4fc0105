import { type RawBuilder, sql } from 'kysely'
import type { AccountFlag, PresentState } from '../contract/index.ts'
import { jsonOf } from '../db/json.ts'
import type { Asked } from './account-page.ts'
import { SOON } from './state.ts'

type Ids = RawBuilder<unknown>

/**
 * Accounts among which all are that are in one of these states and have this flag, found by indexes: what it costs grows with
 * what does not work. Whether they are is for their condition to say. Undefined: any account may be, as most work.
 */
export function candidates(
  asked: Asked,
  states: ReadonlySet<PresentState> | undefined,
  flag: AccountFlag | undefined,
): RawBuilder<unknown> | undefined {
  const flagged = flag === undefined ? undefined : [FLAGGED[flag](asked)]
  const sources = [...(states ?? [])].map((state) => IN_STATE[state](asked))
  const some = sources.every((ids): ids is readonly Ids[] => ids !== undefined) ? sources.flat() : undefined
  const found = states === undefined ? flagged : (some ?? flagged)
  if (found === undefined || found.length === 0) return undefined
  return sql`a.id IN (${sql.join(found, sql` UNION `)})`
}

const paused = () => sql`SELECT id FROM accounts WHERE paused = 1`
const unconfirmed = () => sql`SELECT id FROM accounts WHERE unconfirmed = 1`
const consentFailed = () => sql`SELECT id FROM accounts WHERE consent_trouble IS NOT NULL`
const asked = () => sql`SELECT account_id FROM pending_authorizations`
const failing = () => sql`SELECT id FROM evergrant_grants WHERE state = 'failing'`
const revoked = () => sql`SELECT id FROM evergrant_grants WHERE state = 'revoked'`
/** Of connections whose settings are refused. */
const refused = () =>
  sql`SELECT id FROM accounts WHERE connection_id IN (SELECT id FROM connections WHERE trouble IS NOT NULL)`
/** Of connections that had another client once, or of which nobody knows: their grants may be of that one. */
const otherClient = () =>
  sql`SELECT id FROM accounts WHERE connection_id IN (
    SELECT id FROM connections WHERE first_client_id IS NULL OR first_client_id <> client_id)`
const without = () => sql`SELECT w.id FROM accounts w LEFT JOIN evergrant_grants h ON h.id = w.id WHERE h.id IS NULL`
/** Their token is over, and nothing renews it. */
const ended = ({ db, now }: Asked) => sql`SELECT h.id FROM evergrant_grants h
  WHERE h.state = 'active' AND h.due <= ${now} AND NOT (${jsonOf(db).has('h.record', 'refresh_token')})`
const checking = ({ checking }: Asked): Ids[] =>
  [...checking].map((id) => sql`SELECT id FROM accounts WHERE id = ${id}`)

/** As `condition` decides: each state with all that may lead to it. */
const IN_STATE: Readonly<Record<PresentState, (of: Asked) => readonly Ids[] | undefined>> = {
  ok: () => undefined,
  new: () => [without()],
  awaiting_consent: () => [asked()],
  checking: (of) => [unconfirmed(), ...checking(of)],
  delayed: () => [failing()],
  degraded: () => [failing()],
  needs_consent: (of) => [failing(), revoked(), consentFailed(), otherClient(), ended(of)],
  blocked_by_admin: () => [failing(), revoked(), consentFailed()],
  connection_error: () => [failing(), revoked(), consentFailed(), refused()],
  paused: () => [paused()],
}

const FLAGGED: Readonly<Record<AccountFlag, (of: Asked) => Ids>> = {
  awaiting_consent: asked,
  expiring_soon: ({ now }) => sql`SELECT id FROM accounts WHERE ends_at < ${now + SOON}`,
  look_up_failed: () => sql`SELECT id FROM accounts WHERE look_up_failed = 1`,
}
