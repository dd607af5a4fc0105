import { isOAuthError, type OAuthError } from '@evergrant/core'
import { verifyMail } from '@evergrant/mail/sign-in'
import { type Kysely, sql } from 'kysely'
import { isPostgres } from '../db/dialect.ts'
import type { Tables } from '../db/tables.ts'
import { PROBE_EVERY } from '../mail/mail-accounts.ts'
import { Refusal } from '../problem.ts'
import type { Services } from '../services.ts'
import { Lanes } from './lanes.ts'

/** Mailboxes of one host that are looked at at a time. */
const PER_HOST = 2
/** Mailboxes looked at in one round; the rest come in the next. */
const MOST_IN_ROUND = 200
/** Seconds for which what one server took is left alone by the others. */
const TAKEN_FOR = 900
/** Seconds until a mailbox that failed is looked at again; doubled with each failure, up to the usual wait. */
const FIRST_AGAIN = 600
/** Seconds until an account without consent is thought of again; no mail server hears of it. */
const UNFINISHED = 3600
/** Failures in a row that are told: of a server that cannot be reached, and of one that refuses. */
const TELL_AWAY = 6
const TELL_REFUSED = 2

interface Taken {
  readonly account_id: string
  readonly failures: number
  readonly told: number
  readonly paused: number
  readonly unconfirmed: number
  readonly state: string | null
}

/**
 * Looks whether mailboxes that once worked still do: one sign-in each, some times a day, only so many at one host. Accounts
 * that are paused, unconfirmed or whose grant does not work are left alone: their own state tells that. A failure that comes once
 * is no news; one that stays is a line in the account's history, and so is its end. Returns how many were looked at.
 */
export async function probeMail(services: Services, signal: AbortSignal): Promise<number> {
  const { deps, mail } = services
  const lanes = new Lanes(PER_HOST)
  let probed = 0
  for (const taken of await takeDue(deps.db, deps.clock.now())) {
    const { account_id: id, paused, unconfirmed, state } = taken
    if (paused === 1 || unconfirmed === 1 || state !== 'active') {
      await again(services, id, { probe_at: mail.nextProbe(UNFINISHED) })
      continue
    }
    const settings = await mail.settings(id).catch(unlessGone)
    if (settings === undefined) continue
    const { imap, smtp, pop, mailbox, mechanism } = settings
    const server = imap ?? pop ?? smtp
    if (mailbox === undefined || server === undefined) {
      await again(services, id, { probe_at: mail.nextProbe(PROBE_EVERY) })
      continue
    }
    lanes.add(server.host, async () => {
      if (signal.aborted) return
      // Asking keeps no token warm that nobody uses: it is not noted as a program's use.
      const source = services.tokens.sources.get(id)
      const only = imap !== undefined ? { imap } : pop !== undefined ? { pop } : { smtp }
      const refused = await mail.assertReachable(id, only).then(() => undefined, known)
      const [check] =
        refused === undefined
          ? await verifyMail(source, { mailbox, mechanism, ...only }, await mail.connecting(id, 15))
          : []
      probed++
      await note(services, taken, refused ?? check?.error)
    })
  }
  await lanes.done()
  return probed
}

/** Takes those whose time has come; of several servers each takes others. */
async function takeDue(db: Kysely<Tables>, now: number): Promise<readonly Taken[]> {
  const others = isPostgres(db) ? sql`FOR UPDATE SKIP LOCKED` : sql``
  const due = await sql<{ account_id: string }>`
    UPDATE mail_accounts SET probe_at = ${now + TAKEN_FOR}
    WHERE account_id IN (SELECT account_id FROM mail_accounts WHERE probe_at <= ${now} ORDER BY probe_at LIMIT ${MOST_IN_ROUND} ${others})
    RETURNING account_id`.execute(db)
  if (due.rows.length === 0) return []
  const { rows } = await sql<Taken>`
    SELECT m.account_id, m.failures, m.told, a.paused, a.unconfirmed, g.state
    FROM mail_accounts m JOIN accounts a ON a.id = m.account_id LEFT JOIN evergrant_grants g ON g.id = m.account_id
    WHERE m.account_id IN (${sql.join(due.rows.map(({ account_id }) => account_id))})`.execute(db)
  return rows
}

async function note(
  services: Services,
  { account_id: id, failures, told }: Taken,
  error: OAuthError | undefined,
): Promise<void> {
  const { mail, history, accounts } = services
  if (error === undefined) {
    await again(services, id, { probe_at: mail.nextProbe(PROBE_EVERY), failures: 0, told: 0 })
    if (told === 0) return
    await history.add(id, { type: 'mail_restored' })
    return accounts.publish(id)
  }
  // What is wrong with the grant is told where grants are.
  const ours = error.code.startsWith('MAIL_') || error.code === 'PRIVATE_ADDRESS'
  if (!ours) return again(services, id, { probe_at: mail.nextProbe(FIRST_AGAIN) })
  const count = failures + 1
  const tell = told === 0 && count >= (error.class === 'transient' ? TELL_AWAY : TELL_REFUSED)
  const wait = Math.min(PROBE_EVERY, FIRST_AGAIN * 2 ** Math.min(failures, 10))
  await again(services, id, { probe_at: mail.nextProbe(wait), failures: count, told: tell ? 1 : told })
  if (!tell) return
  await history.add(id, { type: 'mail_failed', code: error.code, detail: error.message })
  await accounts.publish(id)
}

async function again(
  { deps }: Services,
  id: string,
  change: { readonly probe_at: number; readonly failures?: number; readonly told?: number },
): Promise<void> {
  await deps.db.updateTable('mail_accounts').set(change).where('account_id', '=', id).execute()
}

function known(error: unknown): OAuthError {
  if (isOAuthError(error)) return error
  throw error
}

/** An account may be removed at any moment. */
function unlessGone(error: unknown): undefined {
  if (!(error instanceof Refusal)) throw error
}
