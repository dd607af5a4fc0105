import type { Clock } from '@evergrant/core'
import type { Kysely, Selectable, Transaction } from 'kysely'
import type { AccessNews, OtherOwner } from '../accounts/access-news.ts'
import type { Changes } from '../changes/changes.ts'
import type { ApiKey, NewApiKey } from '../contract/index.ts'
import type { ApiKeyTable, Tables } from '../db/tables.ts'
import type { Outbox } from '../outbox/outbox.ts'
import { Refusal } from '../problem.ts'
import { maySee } from './permissions.ts'
import { hashed, randomId, randomSecret } from './secret.ts'
import type { SignedIn } from './sessions.ts'

const PREFIX = 'egk_'
/** For so long a key is taken from memory, should another server not get to tell that it deleted it. */
const REMEMBERED = 5
const MOST_REMEMBERED = 10_000
/** Accounts in one question to the database. */
const MOST_ASKED = 5_000

/** A key that a request came with. */
export interface KnownKey {
  readonly id: string
  /** As it was called when it was read. */
  readonly name: string
  readonly hash: string
  readonly expires_at: number | undefined
  /** Undefined: all. */
  readonly accounts: ReadonlySet<string> | undefined
  /** Space separated. Undefined: whatever the grant has. */
  readonly scopes: string | undefined
}

/** A key as it is made; it is nowhere else. */
export interface MadeKey {
  readonly api_key: ApiKey
  readonly key: string
  /** Whose accounts it is for beside the maker's own. */
  readonly others: readonly OtherOwner[]
}

/** A key that ended with what its maker lost. */
export interface EndedKey {
  readonly id: string
  readonly name: string
  readonly key_hash: string
}

interface Remembered {
  readonly key: KnownKey
  until: number
}

/** Programs' keys. Only their hashes are stored. */
export class ApiKeys {
  readonly #db: Kysely<Tables>
  readonly #clock: Clock
  readonly #changes: Pick<Changes, 'tell'> | undefined
  readonly #outbox: Outbox
  readonly #news: AccessNews
  /** Counts what was forgotten: a key that was read before is not remembered after. */
  #forgotten = 0
  /** By hash. */
  readonly #remembered = new Map<string, Remembered>()
  /** The same by the whole header, so that not every request hashes it. */
  readonly #headers = new Map<string, Remembered>()
  readonly #onForgotten: (hash: string) => void

  /** @param onForgotten called with the hash of a key that may have been deleted */
  constructor(
    db: Kysely<Tables>,
    clock: Clock,
    changes: Pick<Changes, 'tell'> | undefined,
    outbox: Outbox,
    news: AccessNews,
    onForgotten: (hash: string) => void,
  ) {
    this.#db = db
    this.#clock = clock
    this.#changes = changes
    this.#outbox = outbox
    this.#news = news
    this.#onForgotten = onForgotten
  }

  /** All keys, or those that a user made. */
  async list(owner?: string): Promise<ApiKey[]> {
    const all = this.#db.selectFrom('api_keys').selectAll().orderBy('created_at').orderBy('id')
    const rows = await (owner === undefined ? all : all.where('owner', '=', owner)).execute()
    const beyond = await keysBeyond(this.#db, rows)
    return rows.map((row) => view(row, beyond.has(row.id)))
  }

  /**
   * Makes a key; it is returned here and nowhere else. Members make keys for accounts of their own. A key for accounts of other people is
   * access to what is theirs: it needs a reason, which they are told with it. Returns them too.
   *
   * @param prove - Throws unless the maker is who they seem to be: a key has tokens, and outlives a session.
   */
  async create(wanted: NewApiKey, maker: SignedIn['user'], prove: () => Promise<void>): Promise<MadeKey> {
    const { name, accounts = null, scopes, expires_at, reason = '' } = wanted
    const now = this.#clock.now()
    if (expires_at !== undefined && expires_at <= now) {
      throw new Refusal('INVALID_REQUEST', 'The key would be expired already.', { field: 'expires_at' })
    }
    await this.#assertAccounts(accounts, maker)
    const others = await this.#news.otherOwners(accounts, maker.id)
    if (others.length > 0 && reason.trim() === '') {
      const message = 'This key is for accounts of other people. Give a reason, which they read, and your own password.'
      throw new Refusal('REASON_REQUIRED', message)
    }
    await prove()
    const key = PREFIX + randomSecret()
    const reach = accounts === null ? null : [...new Set(accounts)]
    const row = {
      id: randomId(),
      name: name.trim(),
      hint: key.slice(0, PREFIX.length + 4),
      key_hash: hashed(key),
      accounts: reach === null ? null : JSON.stringify(reach),
      created_at: now,
      expires_at: expires_at ?? null,
      last_used_at: null,
      owner: maker.id,
      scopes: scopes === undefined ? null : scopes.join(' '),
    }
    await this.#outbox.change(async (db) => {
      // Held to the end: whoever takes that role away at the same moment waits, and then ends this key too, or was first.
      const { id, role } = maker
      const still = db.updateTable('users').set({ role }).where('id', '=', id).where('role', '=', role)
      if ((await still.returning('id').execute()).length === 0) {
        throw new Refusal('FORBIDDEN', 'Your role was changed at this moment. Try again.')
      }
      await db.insertInto('api_keys').values(row).execute()
      await this.#news.keyMade(db, { id: row.id, name: row.name, accounts: reach }, maker, reason.trim())
    })
    if (others.length > 0) await this.#news.shown(reach)
    const beyond = await keysBeyond(this.#db, [row])
    return { api_key: view(row, beyond.has(row.id)), key, others }
  }

  /** `own`: only if they made it. */
  async remove(id: string, by: SignedIn['user'], own: boolean): Promise<{ readonly name: string }> {
    const gone = await this.#outbox.change(async (db) => {
      const key = db.deleteFrom('api_keys').where('id', '=', id).returning(['key_hash', 'name', 'accounts'])
      const [row] = await (own ? key.where('owner', '=', by.id) : key).execute()
      if (row === undefined) throw new Refusal('NOT_FOUND', 'There is no such API key.')
      await this.#news.keyEnded(db, { name: row.name, accounts: reachOf(row.accounts) }, by)
      return row
    })
    this.ended([gone])
    return { name: gone.name }
  }

  /**
   * Deletes keys of somebody, within the transaction that removes them (`all`) or makes them a member (`beyond`: those for accounts that are
   * not theirs), which has changed their row before. {@link ended} has to be called after it.
   */
  async endOf(
    db: Transaction<Tables>,
    owner: string,
    which: 'all' | 'beyond',
    by: SignedIn['user'],
  ): Promise<EndedKey[]> {
    const rows = await db
      .selectFrom('api_keys')
      .select(['id', 'name', 'key_hash', 'accounts', 'owner'])
      .where('owner', '=', owner)
      .orderBy('name')
      .orderBy('id')
      .execute()
    const beyond = which === 'all' ? undefined : await keysBeyond(db, rows)
    const ending = rows.filter(({ id }) => beyond?.has(id) ?? true)
    for (const { id, name, accounts } of ending) {
      await db.deleteFrom('api_keys').where('id', '=', id).execute()
      await this.#news.keyEnded(db, { name, accounts: reachOf(accounts) }, by)
    }
    return ending.map(({ id, name, key_hash }) => ({ id, name, key_hash }))
  }

  /** Forgets keys that were deleted, here and on the other servers. */
  ended(keys: readonly Pick<EndedKey, 'key_hash'>[]): void {
    for (const { key_hash } of keys) {
      this.forget(key_hash)
      this.#changes?.tell({ of: 'api_key', id: key_hash })
    }
  }

  /** Takes an account away from a key that names it. A key that names no other is deleted. */
  async withdraw(
    id: string,
    account: string,
    by: SignedIn['user'],
  ): Promise<{ readonly name: string; readonly deleted: boolean }> {
    for (;;) {
      const row = await this.#db.selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirst()
      const accounts = row?.accounts == null ? [] : (JSON.parse(row.accounts) as string[])
      if (row !== undefined && row.accounts === null) {
        throw new Refusal('KEY_FOR_ALL_ACCOUNTS', 'This API key is for all accounts: none can be taken away from it.')
      }
      if (row === undefined || !accounts.includes(account)) {
        throw new Refusal('NOT_FOUND', 'There is no such API key for this account.')
      }
      const left = accounts.filter((one) => one !== account)
      // Of two at once one is first, and the other takes its account away from what that left.
      const same = { id, accounts: row.accounts }
      const changed = await this.#outbox.change(async (db) => {
        const done = await (left.length === 0 ? deleteSame(db, same) : nameSame(db, same, left))
        if (done) await this.#news.keyEnded(db, { name: row.name, accounts: [account] }, by, true)
        return done
      })
      if (!changed) continue
      this.ended([row])
      return { name: row.name, deleted: left.length === 0 }
    }
  }

  /** Forgets a key, by its hash: the next request with it reads the database. */
  forget(hash: string): void {
    this.#forgotten++
    const remembered = this.#remembered.get(hash)
    // Whichever headers lead to it.
    if (remembered !== undefined) remembered.until = 0
    this.#remembered.delete(hash)
    this.#onForgotten(hash)
  }

  /** Forgets all keys. */
  forgetAll(): void {
    this.#forgotten++
    this.#remembered.clear()
    this.#headers.clear()
  }

  /** The key of an `Authorization: Bearer …` header, from memory alone: undefined when {@link find} has to be asked. */
  peek(header: string | undefined): KnownKey | undefined {
    const remembered = this.#headers.get(header ?? '')
    const now = this.#clock.now()
    if (remembered === undefined || now >= remembered.until) return undefined
    const { key } = remembered
    return key.expires_at !== undefined && key.expires_at <= now ? undefined : key
  }

  /** The key of an `Authorization: Bearer …` header. */
  async find(header: string | undefined): Promise<KnownKey> {
    const given = bearer(header)
    if (given === undefined) throw new Refusal('API_KEY_REQUIRED', 'This needs an API key, and none was sent.')
    const now = this.#clock.now()
    const hash = hashed(given)
    const key = await this.#load(hash, now)
    const remembered = this.#remembered.get(hash)
    if (remembered !== undefined) this.#headers.set(header ?? '', remembered)
    if (key === undefined) throw new Refusal('API_KEY_INVALID', 'This API key is not known here, or was deleted.')
    if (key.expires_at !== undefined && key.expires_at <= now) {
      throw new Refusal('API_KEY_INVALID', 'This API key has expired.')
    }
    return key
  }

  async #load(hash: string, now: number): Promise<KnownKey | undefined> {
    const before = this.#forgotten
    const row = await this.#db.selectFrom('api_keys').selectAll().where('key_hash', '=', hash).executeTakeFirst()
    if (row === undefined) {
      this.forget(hash)
      return undefined
    }
    const accounts = row.accounts === null ? undefined : new Set(JSON.parse(row.accounts) as string[])
    const scopes = row.scopes ?? undefined
    const key: KnownKey = {
      id: row.id,
      name: row.name,
      hash,
      expires_at: row.expires_at ?? undefined,
      accounts,
      scopes,
    }
    if (Math.max(this.#remembered.size, this.#headers.size) >= MOST_REMEMBERED) this.forgetAll()
    if (before === this.#forgotten) this.#remembered.set(hash, { key, until: now + REMEMBERED })
    return key
  }

  async #assertAccounts(ids: readonly string[] | null, maker: SignedIn['user']): Promise<void> {
    if (ids === null) {
      if (maker.role === 'admin') return
      throw new Refusal('FORBIDDEN', 'Only an administrator makes keys for all accounts. Name those that it is for.')
    }
    if (ids.length === 0) {
      throw new Refusal('INVALID_REQUEST', 'Name at least one account, or leave accounts out for all.', {
        field: 'accounts',
      })
    }
    const found = await this.#db.selectFrom('accounts').select(['id', 'owner']).where('id', 'in', ids).execute()
    const known = new Set(found.filter(({ owner }) => maySee(maker, owner)).map(({ id }) => id))
    const unknown = ids.find((id) => !known.has(id))
    if (unknown !== undefined) {
      throw new Refusal('INVALID_REQUEST', `There is no account ${unknown}.`, { field: 'accounts' })
    }
  }
}

/** Of these keys the ids of those for accounts that their makers could not name as members. */
async function keysBeyond(
  db: Kysely<Tables>,
  keys: readonly Pick<Selectable<ApiKeyTable>, 'id' | 'owner' | 'accounts'>[],
): Promise<Set<string>> {
  const made = keys.flatMap(({ id, owner, accounts }) =>
    owner === null ? [] : [{ id, owner, reach: reachOf(accounts) }],
  )
  const named = [...new Set(made.flatMap(({ reach }) => reach ?? []))]
  const owners = new Map<string, string | null>()
  for (let from = 0; from < named.length; from += MOST_ASKED) {
    const some = named.slice(from, from + MOST_ASKED)
    const rows = await db.selectFrom('accounts').select(['id', 'owner']).where('id', 'in', some).execute()
    for (const { id, owner } of rows) owners.set(id, owner)
  }
  // What was removed reaches nothing.
  const foreign = (account: string, owner: string) => owners.has(account) && owners.get(account) !== owner
  const beyond = made.filter(({ owner, reach }) => reach?.some((account) => foreign(account, owner)) ?? true)
  return new Set(beyond.map(({ id }) => id))
}

const reachOf = (accounts: string | null): string[] | null =>
  accounts === null ? null : (JSON.parse(accounts) as string[])

type Same = Pick<Selectable<ApiKeyTable>, 'id' | 'accounts'>

/** False when somebody has changed it meanwhile. */
async function deleteSame(db: Transaction<Tables>, { id, accounts }: Same): Promise<boolean> {
  const gone = db.deleteFrom('api_keys').where('id', '=', id).where('accounts', '=', accounts)
  return (await gone.returning('id').execute()).length > 0
}

async function nameSame(db: Transaction<Tables>, { id, accounts }: Same, left: readonly string[]): Promise<boolean> {
  const values = { accounts: JSON.stringify(left) }
  const changed = db.updateTable('api_keys').set(values).where('id', '=', id).where('accounts', '=', accounts)
  return (await changed.returning('id').execute()).length > 0
}

function bearer(header = ''): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(header)?.[1]
}

function view(row: Selectable<ApiKeyTable>, beyond: boolean): ApiKey {
  return {
    id: row.id,
    name: row.name,
    hint: row.hint,
    accounts: reachOf(row.accounts),
    created_at: row.created_at,
    ...(row.expires_at === null ? {} : { expires_at: Math.floor(row.expires_at) }),
    ...(row.owner === null ? {} : { owner: row.owner }),
    ...(beyond ? { beyond_own: true } : {}),
    ...(row.scopes === null ? {} : { scopes: row.scopes.split(' ') }),
    ...(row.last_used_at === null ? {} : { last_used_at: row.last_used_at }),
  }
}
