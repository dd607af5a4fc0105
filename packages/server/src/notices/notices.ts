import type { Clock } from '@evergrant/core'
import type { Kysely, Selectable, Transaction } from 'kysely'
import type { Notice, NoticeKind, NoticeList } from '../contract/index.ts'
import type { NoticeTable, Tables } from '../db/tables.ts'
import type { Deps } from '../deps.ts'
import type { EventHub } from '../events/event-hub.ts'
import { MAIL_SERVER, type NoticeMail } from '../notices/notice-mail.ts'
import type { Outbox } from '../outbox/outbox.ts'
import { Refusal } from '../problem.ts'
import { randomId } from '../security/secret.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import { affectedAccounts } from './affected-accounts.ts'
import { eventOf } from './notice-events.ts'
import { isRecord, records } from './notice-records.ts'

export type NoticeRow = Selectable<NoticeTable>

/** Seconds for which mail waits: what is mended at once is no mail, and what breaks together is told with its number. */
const MAIL_AFTER = 60
/** Notices shown to one person. */
const SHOWN = 100
/** Seconds for which a person can read what somebody else did. */
const KEPT = 90 * 86_400

/** What somebody has to hear of. */
export interface NewNotice {
  /** What it is about: as long as a notice with this key is open, there is no other. */
  readonly key: string
  readonly kind: NoticeKind
  /** Id of the connection that it is about. */
  readonly connection?: string | undefined
  /** Id of the account that it is about. */
  readonly account?: string | undefined
  /** Id of the only user whom it is for. Default: all administrators. */
  readonly owner?: string | null | undefined
  /** Further facts, such as `expires_at`. Never a secret. */
  readonly detail?: Readonly<Record<string, unknown>> | undefined
}

/**
 * What people have to hear of: on the page, by mail, and as webhook events where the kind has one. A notice is open from
 * when it is raised until it is cleared.
 */
export class Notices {
  readonly #db: Kysely<Tables>
  readonly #clock: Clock
  readonly #deps: Deps
  readonly #outbox: Outbox
  readonly #webhooks: Webhooks
  readonly #hub: EventHub

  constructor(deps: Deps, outbox: Outbox, webhooks: Webhooks, hub: EventHub) {
    this.#db = deps.db
    this.#clock = deps.clock
    this.#deps = deps
    this.#outbox = outbox
    this.#webhooks = webhooks
    this.#hub = hub
  }

  /**
   * Raises a notice, unless one with this key is open: true when it is news. Mail and events are written with it, so they go
   * out once, whichever server raises it how often. Within a transaction of the caller when one is given, whose commit
   * `told` has to follow.
   */
  async raise(notice: NewNotice, within?: Transaction<Tables>): Promise<boolean> {
    if (within !== undefined) return this.#raise(notice, within)
    const news = await this.#outbox.change((db) => this.#raise(notice, db))
    if (news) this.told()
    return news
  }

  /** What it was about is mended: true when a notice with this key was open. The same about transactions. */
  async clear(key: string, within?: Transaction<Tables>): Promise<boolean> {
    if (within !== undefined) return this.#clear(key, within)
    const open = await this.#outbox.change((db) => this.#clear(key, db))
    if (open) this.told()
    return open
  }

  /** Notices have changed: browsers here and on other servers look again. */
  told(): void {
    this.#deps.changes?.tell({ of: 'notices', id: '' })
    this.#hub.publish('notices', {})
  }

  /** Those that are for a person and that they have not put away, newest first. */
  async of(user: { readonly id: string; readonly role: 'admin' | 'member' }): Promise<NoticeList> {
    const rows = await this.#for(user)
      .leftJoin('notice_marks as m', (join) => join.onRef('m.notice_id', '=', 'n.id').on('m.user_id', '=', user.id))
      .selectAll('n')
      .select('m.seen_at')
      .where('m.dismissed_at', 'is', null)
      .orderBy('n.created_at', 'desc')
      .orderBy('n.id')
      .limit(SHOWN)
      .execute()
    const notices = await Promise.all(rows.map((row) => this.view(row, row.seen_at !== null)))
    return { notices, unseen: notices.filter(({ seen }) => !seen).length }
  }

  /** The person has had them before their eyes. */
  async seen(user: { readonly id: string; readonly role: 'admin' | 'member' }): Promise<void> {
    const rows = await this.#for(user).select('n.id').limit(SHOWN).execute()
    await this.#mark(
      rows.map(({ id }) => id),
      user.id,
      null,
    )
  }

  /** The person does not want to see it any more. It comes back when it is raised anew. */
  async dismiss(id: string, user: { readonly id: string; readonly role: 'admin' | 'member' }): Promise<void> {
    const found = await this.#for(user).select('n.id').where('n.id', '=', id).executeTakeFirst()
    if (found === undefined) throw new Refusal('NOT_FOUND', 'There is no such notice.')
    await this.#mark([id], user.id, this.#clock.now())
  }

  /** An open notice, and what its mail needs; undefined when it was cleared. */
  async open(id: string): Promise<NoticeRow | undefined> {
    return this.#db.selectFrom('notices').selectAll().where('id', '=', id).executeTakeFirst()
  }

  /** Whether a person put a notice away. */
  async isDismissed(id: string, user: string): Promise<boolean> {
    const mark = await this.#db
      .selectFrom('notice_marks')
      .select('dismissed_at')
      .where('notice_id', '=', id)
      .where('user_id', '=', user)
      .executeTakeFirst()
    return mark?.dismissed_at != null
  }

  /** A notice as the API shows it, with the names and numbers of this moment. */
  async view(row: NoticeRow, seen: boolean): Promise<Notice> {
    const { id, connection_id, account_id, created_at } = row
    const kind = row.kind as NoticeKind
    const detail = row.detail === null ? {} : (JSON.parse(row.detail) as Record<string, unknown>)
    const [connection, account, accounts] = await Promise.all([
      connection_id === null ? undefined : this.#connection(connection_id),
      account_id === null ? undefined : this.#account(account_id),
      connection_id === null || account_id !== null
        ? undefined
        : affectedAccounts(this.#db, kind, connection_id, this.#clock.now()),
    ])
    const expires = detail['expires_at']
    const webhook = detail['webhook'] as Notice['webhook']
    const by = detail['by'] as Notice['by']
    const program = detail['program'] as Notice['program']
    const { reason, accounts: many } = detail
    return {
      id,
      kind,
      created_at,
      seen,
      ...(connection && { connection }),
      ...(account && { account }),
      ...(accounts && { accounts }),
      ...(typeof many === 'number' ? { accounts: { total: many, affected: many } } : {}),
      ...(webhook && { webhook }),
      ...(by && { by }),
      ...(program && { program }),
      ...(typeof reason === 'string' ? { reason } : {}),
      ...(typeof expires === 'number' ? { expires_at: Math.floor(expires) } : {}),
      url: `${this.#deps.publicUrl}${pathOf(row)}`,
    }
  }

  /** What somebody did is told for a while; what is to be mended stays until it is. */
  async reap(): Promise<void> {
    const before = this.#clock.now() - KEPT
    await this.#db
      .deleteFrom('notices')
      .where('kind', 'in', [...records])
      .where('created_at', '<', before)
      .execute()
  }

  #for({ id, role }: { readonly id: string; readonly role: 'admin' | 'member' }) {
    return this.#db
      .selectFrom('notices as n')
      .where((of) =>
        role === 'admin' ? of.or([of('n.owner', '=', id), of('n.owner', 'is', null)]) : of('n.owner', '=', id),
      )
  }

  async #raise(notice: NewNotice, db: Transaction<Tables>): Promise<boolean> {
    const { key, kind, connection, account, owner = null, detail } = notice
    const row: NoticeRow = {
      id: randomId(),
      key,
      kind,
      owner,
      connection_id: connection ?? null,
      account_id: account ?? null,
      detail: detail === undefined ? null : JSON.stringify(detail),
      created_at: this.#clock.now(),
    }
    const made = await db
      .insertInto('notices')
      .values(row)
      .onConflict((taken) => taken.column('key').doNothing())
      .returning('id')
      .execute()
    if (made.length === 0) return false
    await this.#addMail(row, db)
    await this.#announce(row, db, 'raised')
    return true
  }

  async #clear(key: string, db: Transaction<Tables>): Promise<boolean> {
    const [row] = await db.deleteFrom('notices').where('key', '=', key).returningAll().execute()
    if (row === undefined) return false
    await this.#announce(row, db, 'cleared')
    return true
  }

  async #addMail({ id, owner, kind }: NoticeRow, db: Transaction<Tables>): Promise<void> {
    if (this.#deps.mail === undefined) return
    const users = await db
      .selectFrom('users')
      .select(['id', 'email'])
      .where('email', 'is not', null)
      .$if(owner === null, (query) => query.where('role', '=', 'admin'))
      .$if(owner !== null, (query) => query.where('id', '=', owner ?? ''))
      .execute()
    await this.#outbox.add(
      db,
      users.map((user) => ({
        channel: 'mail',
        target: MAIL_SERVER,
        event_id: id,
        type: 'notice',
        payload: JSON.stringify({
          notice: id,
          user: user.id,
          ...(isRecord(kind as NoticeKind) && user.email !== null ? { to: user.email } : {}),
        } satisfies NoticeMail),
        delay: MAIL_AFTER,
      })),
    )
  }

  async #announce(row: NoticeRow, db: Transaction<Tables>, what: 'raised' | 'cleared'): Promise<void> {
    const kind = row.kind as NoticeKind
    const event = eventOf(kind, what)
    if (event === undefined || row.connection_id === null) return
    const connection = await db
      .selectFrom('connections')
      .select(['id', 'name', 'provider'])
      .where('id', '=', row.connection_id)
      .executeTakeFirst()
    if (connection === undefined) return
    const detail = row.detail === null ? {} : (JSON.parse(row.detail) as Record<string, unknown>)
    const { type, cause } = event
    const { expires_at, code } = detail
    await this.#webhooks.announce(db, type, {
      connection,
      ...(cause && { cause }),
      ...(what === 'raised' && typeof code === 'string' ? { code } : {}),
      ...(what === 'raised' && cause
        ? { accounts: await affectedAccounts(db, kind, row.connection_id, row.created_at) }
        : {}),
      ...(typeof expires_at === 'number' ? { expires_at: Math.floor(expires_at) } : {}),
      url: `${this.#deps.publicUrl}${pathOf(row)}`,
    })
  }

  #connection(id: string) {
    return this.#db.selectFrom('connections').select(['id', 'name']).where('id', '=', id).executeTakeFirst()
  }

  async #account(id: string) {
    const row = await this.#db
      .selectFrom('accounts')
      .select(['id', 'name', 'login_hint', 'sort_name'])
      .where('id', '=', id)
      .executeTakeFirst()
    // What lists are in order of is the name at the provider where nobody gave another.
    return row && { id, name: row.name || row.sort_name || row.login_hint || '' }
  }

  async #mark(ids: readonly string[], user_id: string, dismissed_at: number | null): Promise<void> {
    if (ids.length === 0) return
    const seen_at = this.#clock.now()
    const insert = this.#db
      .insertInto('notice_marks')
      .values(ids.map((notice_id) => ({ notice_id, user_id, seen_at, dismissed_at })))
    await insert
      .onConflict((marked) => {
        const of = marked.columns(['notice_id', 'user_id'])
        return dismissed_at === null ? of.doNothing() : of.doUpdateSet({ dismissed_at })
      })
      .execute()
  }
}

/** Where on the page it is mended. */
function pathOf({ kind, connection_id, account_id }: NoticeRow): string {
  if (isRecord(kind as NoticeKind))
    return isAboutAccounts(kind) ? `/accounts${account_id === null ? '' : `/${account_id}`}` : '/'
  if (account_id !== null) return `/accounts/${account_id}/connect`
  if (kind === 'webhook_off') return '/settings/webhooks'
  return connection_id === null ? '/' : `/settings/connections/${connection_id}`
}

const isAboutAccounts = (kind: string): boolean =>
  kind === 'api_key_made' || kind === 'token_revealed' || kind === 'mail_servers_set'
