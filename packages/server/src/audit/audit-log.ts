import { randomBytes } from 'node:crypto'
import type { Cipher, Clock } from '@evergrant/core'
import type { Kysely } from 'kysely'
import type { AuditAction, AuditActor, AuditEntry, AuditLog as AuditPage } from '../contract/index.ts'
import { readMeta, swapMeta } from '../db/meta.ts'
import { sealedMeta, sealedPlaces } from '../db/sealed-places.ts'
import type { Tables } from '../db/tables.ts'
import { type AuditRow, BEGINNING, type ChainFinding, linkOf, type NotedEntry, verifiedChain } from './audit-chain.ts'

const SHOWN = 100
const READ_AT_ONCE = 1000
const KEY = sealedMeta.auditKey

/** What is to be written down. */
export interface Deed {
  readonly actor: AuditActor
  readonly source?: string | undefined
  readonly action: AuditAction
  readonly subject?: string | undefined
  readonly detail?: Readonly<Record<string, unknown>> | undefined
}

/** Who did what, in a chain that shows when somebody changed it. Entries are only ever added. */
export class AuditLog {
  readonly #db: Kysely<Tables>
  readonly #cipher: Cipher
  readonly #clock: Clock
  readonly #onHead: (entry: string) => void
  #key: Promise<Uint8Array> | undefined
  /** One after the other in this process; between processes the number decides. */
  #last: Promise<unknown> = Promise.resolve()

  /** @param onHead hears of each entry that was written here, as `evergrant audit verify --expect` takes it: `number:link` */
  constructor(db: Kysely<Tables>, cipher: Cipher, clock: Clock, onHead: (entry: string) => void = () => undefined) {
    this.#onHead = onHead
    this.#db = db
    this.#cipher = cipher
    this.#clock = clock
  }

  /** Writes it down; when this resolves it is kept. */
  add(deed: Deed): Promise<AuditEntry> {
    const work = this.#last.then(() => this.#append(deed))
    this.#last = work.catch(() => undefined)
    return work
  }

  /** Newest first; `before`: only what is older. */
  async page(before?: number): Promise<AuditPage> {
    let query = this.#db.selectFrom('audit').selectAll().orderBy('seq', 'desc').limit(SHOWN)
    if (before !== undefined) query = query.where('seq', '<', before)
    const entries = (await query.execute()).map(view)
    const oldest = entries.at(-1)?.seq
    return { entries, ...(oldest === undefined || oldest === 1 ? {} : { before: oldest }) }
  }

  /**
   * Follows the whole chain. It shows entries that were changed, removed or put in between; that the newest were cut off
   * shows only against an entry that was noted elsewhere.
   */
  async verify(noted?: NotedEntry): Promise<ChainFinding> {
    return verifiedChain(await this.#chainKey(), this.#rows(), noted)
  }

  async #append({ actor, source, action, subject, detail }: Deed): Promise<AuditEntry> {
    const key = await this.#chainKey()
    for (;;) {
      const last = await this.#db
        .selectFrom('audit')
        .select(['seq', 'link'])
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst()
      const entry = {
        seq: (last?.seq ?? 0) + 1,
        at: this.#clock.now(),
        actor: JSON.stringify(actor),
        source: source ?? null,
        action,
        subject: subject ?? null,
        detail: detail === undefined ? null : JSON.stringify(detail),
      }
      const row = { ...entry, link: linkOf(key, entry, last?.link ?? BEGINNING) }
      const written = await this.#db
        .insertInto('audit')
        .values(row)
        .onConflict((conflict) => conflict.column('seq').doNothing())
        .returning('seq')
        .execute()
      // Another process has taken the number.
      if (written.length === 0) continue
      this.#onHead(`${row.seq}:${row.link}`)
      return view(row)
    }
  }

  async *#rows(): AsyncGenerator<AuditRow> {
    for (let after = 0; ; ) {
      const rows = await this.#db
        .selectFrom('audit')
        .selectAll()
        .where('seq', '>', after)
        .orderBy('seq')
        .limit(READ_AT_ONCE)
        .execute()
      yield* rows
      const last = rows.at(-1)
      if (last === undefined) return
      after = last.seq
    }
  }

  #chainKey(): Promise<Uint8Array> {
    this.#key ??= this.#openKey().catch((error: unknown) => {
      this.#key = undefined
      throw error
    })
    return this.#key
  }

  async #openKey(): Promise<Uint8Array> {
    const place = sealedPlaces.meta(KEY)
    const made = randomBytes(32).toString('base64url')
    if ((await readMeta(this.#db, KEY)) === undefined) {
      // Of two that begin at once, one makes it.
      await swapMeta(this.#db, KEY, undefined, await this.#cipher.seal(made, place))
    }
    const sealed = await readMeta(this.#db, KEY)
    return Buffer.from(await this.#cipher.open(sealed ?? '', place), 'base64url')
  }
}

function view({ seq, at, actor, source, action, subject, detail, link }: AuditRow): AuditEntry {
  return {
    seq,
    at,
    actor: JSON.parse(actor) as AuditActor,
    ...(source === null ? {} : { source }),
    action: action as AuditAction,
    ...(subject === null ? {} : { subject }),
    ...(detail === null ? {} : { detail: JSON.parse(detail) as Record<string, unknown> }),
    link,
  }
}
