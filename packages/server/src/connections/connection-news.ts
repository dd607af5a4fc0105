import type { OAuthError } from '@evergrant/core'
import type { Kysely, Transaction } from 'kysely'
import type { Tables } from '../db/tables.ts'
import type { Deps } from '../deps.ts'
import type { NewNotice, Notices } from '../notices/notices.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { SecretTaken } from './connection-clients.ts'
import { type ConnectionRow, type ConnectionTrouble, troubleOf } from './connection-row.ts'

/** What providers are found to say about connections: it is noted with them, and told once, whichever server meets it. */
export class ConnectionNews {
  readonly #deps: Deps
  readonly #db: Kysely<Tables>
  readonly #outbox: Outbox
  readonly #notices: Notices

  constructor(deps: Deps, outbox: Outbox, notices: Notices) {
    this.#deps = deps
    this.#db = deps.db
    this.#outbox = outbox
    this.#notices = notices
  }

  /** Notes what a provider said about the settings; undefined: all is well. True when that is news. */
  async note(row: ConnectionRow, error: OAuthError | undefined): Promise<boolean> {
    const before = troubleOf(row)
    if (before?.code === error?.code) return false
    const trouble: ConnectionTrouble | null =
      error === undefined
        ? null
        : {
            code: error.code,
            message: error.message,
            ...(error.guidance === undefined ? {} : { guidance: error.guidance }),
            at: this.#deps.clock.now(),
          }
    const news = await this.#outbox.change(async (db) => {
      const changed = await db
        .updateTable('connections')
        .set({ trouble: trouble === null ? null : JSON.stringify(trouble) })
        .where('id', '=', row.id)
        .where('revision', '=', row.revision)
        // Of many accounts that meet it at once, one tells.
        .where('trouble', row.trouble === null ? 'is' : '=', row.trouble)
        .returning('id')
        .execute()
      if (changed.length === 0) return false
      if (trouble === null) await this.#notices.clear(brokenKey(row.id), db)
      else await this.#notices.raise(broken(row.id, trouble.code), db)
      return true
    })
    if (news) this.#notices.told()
    return news
  }

  /** Tells of connections in trouble that nobody told of, and takes back what is over: an older server tells nothing. */
  async tellTroubles(): Promise<void> {
    const open = this.#db.selectFrom('notices').select('connection_id').where('kind', '=', 'connection_broken')
    const found = await this.#db
      .selectFrom('connections')
      .select(['id', 'trouble'])
      .where((of) =>
        of.or([
          of.and([of('trouble', 'is not', null), of('id', 'not in', open)]),
          of.and([of('trouble', 'is', null), of('id', 'in', open)]),
        ]),
      )
      .execute()
    for (const row of found) {
      const code = troubleOf(row)?.code
      if (code === undefined) await this.#notices.clear(brokenKey(row.id))
      else await this.#notices.raise(broken(row.id, code))
    }
  }

  /** Notes which of two secrets the provider takes. The row as it is then when that is news, undefined when it is not. */
  async noteTaken({ id, revision, taken }: SecretTaken): Promise<ConnectionRow | undefined> {
    const now = this.#deps.clock.now()
    const { row, cleared } = await this.#outbox.change(async (db) => {
      const known = db
        .updateTable('connections')
        .where('id', '=', id)
        .where('revision', '=', revision)
        .where('former_secret', 'is not', null)
      const [row] = await (taken === 'older'
        ? known.set({ secret_refused_at: now, secret_told: null }).where('secret_refused_at', 'is', null)
        : known
            .set({ secret_taken_at: now, secret_refused_at: null, secret_told: null })
            .where((of) => of.or([of('secret_taken_at', 'is', null), of('secret_refused_at', 'is not', null)]))
      )
        .returningAll()
        .execute()
      return { row, cleared: row !== undefined && (await this.#notices.clear(endKey(id), db)) }
    })
    if (cleared) this.#notices.told()
    return row
  }

  /** Tells that a connection's secret ends in so many days, or less; false: somebody was first, or it was changed. */
  async tellEnd({ id, revision, secret_told }: ConnectionRow, expires_at: number, days: number): Promise<boolean> {
    const news = await this.#outbox.change(async (db) => {
      const [told] = await db
        .updateTable('connections')
        .set({ secret_told: days })
        .where('id', '=', id)
        .where('revision', '=', revision)
        .where('secret_told', secret_told === null ? 'is' : '=', secret_told)
        .returning('id')
        .execute()
      if (told === undefined) return false
      // Each of them is told anew, also to those who put the one before away.
      await this.#notices.clear(endKey(id), db)
      return this.#notices.raise(
        { key: endKey(id), kind: 'secret_expiring', connection: id, detail: { expires_at } },
        db,
      )
    })
    if (news) this.#notices.told()
    return news
  }

  /** Settings that were told to be wrong are others now. True when that was told. */
  settingsChanged(id: string, db: Transaction<Tables>): Promise<boolean> {
    return this.#notices.clear(brokenKey(id), db)
  }

  /** The secret whose end was told is another now. True when it was told. */
  secretChanged(id: string, db: Transaction<Tables>): Promise<boolean> {
    return this.#notices.clear(endKey(id), db)
  }

  /** What was changed in a transaction that is over now is to be shown and sent. */
  told(): void {
    this.#notices.told()
  }
}

const brokenKey = (id: string): string => `connection/${id}`
const endKey = (id: string): string => `secret/${id}`

const broken = (id: string, code: string): NewNotice => ({
  key: brokenKey(id),
  kind: 'connection_broken',
  connection: id,
  detail: { code },
})
