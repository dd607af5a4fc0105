import { type Kysely, sql, type Transaction } from 'kysely'
import type { Account, AccountEventData, WebhookEventType } from '../contract/index.ts'
import type { Tables } from '../db/tables.ts'
import type { Deps } from '../deps.ts'
import type { NewNotice, Notices } from '../notices/notices.ts'
import type { Outbox } from '../outbox/outbox.ts'
import { Refusal } from '../problem.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import type { Accounts } from './accounts.ts'
import { ENDED, isConsent, type Told, toldOf } from './told.ts'

/** Accounts that a sweep looks at in one go. */
const MOST_IN_SWEEP = 500
/** As many accounts that ended at once, and more than half of a connection's, have one cause. */
const MANY = 3

/**
 * Tells outside how accounts are doing. What was last told is kept with each account and compared with its state: a
 * difference is told in the transaction that notes it. So nothing is told twice, whichever server notices it, and nothing
 * is lost with a process that was killed after a grant changed and before that was told: the next look finds it.
 */
export class Standings {
  readonly #db: Kysely<Tables>
  readonly #publicUrl: string
  readonly #accounts: Accounts
  readonly #outbox: Outbox
  readonly #webhooks: Webhooks
  readonly #notices: Notices

  constructor(
    { db, publicUrl }: Pick<Deps, 'db' | 'publicUrl'>,
    accounts: Accounts,
    outbox: Outbox,
    webhooks: Webhooks,
    notices: Notices,
  ) {
    this.#db = db
    this.#publicUrl = publicUrl
    this.#accounts = accounts
    this.#outbox = outbox
    this.#webhooks = webhooks
    this.#notices = notices
  }

  /** Tells how an account is doing, if that is not what was last told. */
  async settle(id: string): Promise<void> {
    // Read first: whatever happens after it makes the comparison below fail, or is told by a look of its own.
    const { told: before } = await this.#accounts.get(id)
    const account = await this.#accounts.view(id)
    const told = toldOf(account, before)
    if (told === undefined || told === before) return
    const news = await this.#outbox.change(async (db) => {
      const changed = await db
        .updateTable('accounts')
        .set({ told })
        .where('id', '=', id)
        .where('told', before === null ? 'is' : '=', before)
        .returning('id')
        .execute()
      if (changed.length === 0) return false
      await this.#tell(account, before, told, db)
      return true
    })
    if (news) this.#notices.told()
  }

  /** The same for an account that may be gone by now. */
  async settleIfThere(id: string): Promise<void> {
    await this.settle(id).catch((error: unknown) => {
      if (!(error instanceof Refusal)) throw error
    })
  }

  /** Looks for accounts that are not as was told, without reading those that are. Returns how many it looked at. */
  async sweep(): Promise<number> {
    const ids = await this.#differing()
    for (const id of ids) await this.settleIfThere(id)
    return ids.length
  }

  /** Tells that an account is gone, within the transaction that removed it. */
  async removed(
    account: Pick<Account, 'id' | 'name' | 'connection' | 'owner'>,
    told: string | null,
    db: Transaction<Tables>,
  ) {
    await this.#webhooks.announce(db, 'account.removed', { account: named(account) })
    await this.#without(account.connection.id, told, db)
  }

  async #tell(account: Account, before: string | null, told: Told, db: Transaction<Tables>): Promise<void> {
    const type = eventFor(before, told)
    if (type !== undefined) await this.#webhooks.announce(db, type, this.#data(account))
    const connection = account.connection.id
    if (told === 'blocked') await this.#notices.raise(blocked(connection), db)
    else if (isConsent(told) && account.reason !== 'revoked_here') await this.#consentNeeded(account, told, db)
    else await this.#notices.clear(ofAccount(account.id), db)
    await this.#without(connection, before, db)
  }

  async #consentNeeded({ id, connection, owner }: Account, told: Told, db: Transaction<Tables>): Promise<void> {
    const ended = { key: `ended/${connection.id}`, kind: 'accounts_ended' as const, connection: connection.id }
    if (told === ENDED && (await this.#isMost(connection.id, told, db))) {
      if (await this.#notices.raise(ended, db)) {
        // One alarm: those about single accounts that nobody but administrators got are in it.
        await db
          .deleteFrom('notices')
          .where('connection_id', '=', connection.id)
          .where('kind', '=', 'account_needs_consent')
          .where('owner', 'is', null)
          .execute()
      }
    }
    if (owner === undefined && (await isOpen(ended.key, db))) return
    const notice: NewNotice = {
      key: ofAccount(id),
      kind: 'account_needs_consent',
      connection: connection.id,
      account: id,
      owner: owner?.id,
    }
    await this.#notices.raise(notice, db)
  }

  /** An account is not as it was told before: alarms about many such accounts may be over. */
  async #without(connection: string, before: string | null, db: Transaction<Tables>): Promise<void> {
    if (before === 'blocked') {
      const left = await count(connection, 'blocked', db)
      if (left === 0) await this.#notices.clear(blocked(connection).key, db)
    }
    if (before === ENDED && !(await this.#isMost(connection, ENDED, db))) {
      await this.#notices.clear(`ended/${connection}`, db)
    }
  }

  async #isMost(connection: string, told: Told, db: Transaction<Tables>): Promise<boolean> {
    const affected = await count(connection, told, db)
    return affected >= MANY && affected * 2 > (await count(connection, undefined, db))
  }

  #data(account: Account): AccountEventData {
    const { state, reason, who } = account
    const mends = state === 'needs_consent' ? `/accounts/${account.id}/connect` : `/accounts/${account.id}`
    return {
      account: { ...named(account), state, ...(reason && { reason }), ...(who && { who }) },
      url: this.#publicUrl + mends,
    }
  }

  /** By the indexes on what was told and on the state of grants: what it costs grows with what does not work. */
  async #differing(): Promise<string[]> {
    const { rows } = await sql<{ id: string }>`
      SELECT a.id FROM accounts a JOIN evergrant_grants g ON g.id = a.id
      WHERE a.told IS NULL AND a.paused = 0 AND a.unconfirmed = 0 AND g.state = 'active'
      UNION
      SELECT a.id FROM accounts a JOIN evergrant_grants g ON g.id = a.id JOIN connections c ON c.id = a.connection_id
      WHERE a.told <> 'working' AND a.paused = 0 AND a.unconfirmed = 0 AND c.trouble IS NULL AND g.state = 'active'
      UNION
      SELECT a.id FROM evergrant_grants g JOIN accounts a ON a.id = g.id JOIN connections c ON c.id = a.connection_id
      WHERE g.state IN ('failing', 'revoked') AND a.paused = 0 AND a.unconfirmed = 0 AND c.trouble IS NULL
        AND (a.told = 'working' OR a.told = 'paused' OR (g.state = 'revoked' AND a.told = 'unavailable'))
      LIMIT ${MOST_IN_SWEEP}`.execute(this.#db)
    return rows.map(({ id }) => id)
  }
}

function eventFor(before: string | null, told: Told): WebhookEventType | undefined {
  if (told === 'working') return before === null ? 'account.connected' : 'account.restored'
  if (told === 'unavailable') return 'account.unavailable'
  if (told === 'paused') return 'account.paused'
  const waited = before === 'blocked' || isConsent(before)
  return waited ? undefined : 'account.needs_consent'
}

function named({ id, name, connection, owner }: Pick<Account, 'id' | 'name' | 'connection' | 'owner'>) {
  const of = { id: connection.id, name: connection.name, provider: connection.provider }
  return { id, name, connection: of, ...(owner && { owner: owner.id }) }
}

const ofAccount = (id: string): string => `account/${id}`

const blocked = (connection: string) => ({
  key: `blocked/${connection}`,
  kind: 'accounts_blocked' as const,
  connection,
})

async function isOpen(key: string, db: Transaction<Tables>): Promise<boolean> {
  return (await db.selectFrom('notices').select('id').where('key', '=', key).executeTakeFirst()) !== undefined
}

async function count(connection: string, told: Told | undefined, db: Transaction<Tables>): Promise<number> {
  const found = await db
    .selectFrom('accounts')
    .select((of) => of.fn.countAll().as('accounts'))
    .where('connection_id', '=', connection)
    .$if(told !== undefined, (query) => query.where('told', '=', told ?? ''))
    .executeTakeFirst()
  return Number(found?.accounts ?? 0)
}
