import type { Kysely, Transaction } from 'kysely'
import type { MailHost } from '../contract/index.ts'
import type { Tables } from '../db/tables.ts'
import type { Notices } from '../notices/notices.ts'
import { randomId } from '../security/secret.ts'
import type { History } from './history.ts'

/** Lines for accounts beyond this number do not bring browsers to look again at once. */
const MOST_SHOWN = 20

/** Who did it. */
interface Person {
  readonly id: string
  readonly name: string
}

/** Which accounts a key is for; null: all. */
type Reach = readonly string[] | null

/** Somebody whose accounts a key of another person is for. */
export interface OtherOwner extends Person {
  /** How many of their accounts. */
  readonly accounts: number
  /** One of them. */
  readonly account: string
  /** They were removed: the accounts are nobody's now, and there is nobody to tell. */
  readonly former?: true
}

/**
 * Tells owners what somebody else has done to the access to their accounts: in the history of each account, and those who have to
 * know of it by a notice and by mail. Written in the transaction of the deed, so that there is none without it.
 */
export class AccessNews {
  readonly #db: Kysely<Tables>
  readonly #history: History
  readonly #notices: Notices
  readonly #show: (account: string) => Promise<void>

  /** @param show tells browsers that an account has changed */
  constructor(db: Kysely<Tables>, history: History, notices: Notices, show: (account: string) => Promise<void>) {
    this.#db = db
    this.#history = history
    this.#notices = notices
    this.#show = show
  }

  /** The other people whose accounts these are, or were until they were removed, with how many of them. */
  async otherOwners(accounts: Reach, but: string, within: Kysely<Tables> = this.#db): Promise<OtherOwner[]> {
    const rows = await within
      .selectFrom('accounts')
      .innerJoin('users', 'users.id', 'accounts.owner')
      .select((of) => [
        'users.id',
        'users.name',
        of.fn.countAll().as('accounts'),
        of.fn.min<string>('accounts.id').as('account'),
      ])
      .where('users.id', '!=', but)
      .$if(accounts !== null, (query) => query.where('accounts.id', 'in', [...(accounts ?? [])]))
      .groupBy(['users.id', 'users.name'])
      .orderBy('users.name')
      .execute()
    const left = await within
      .selectFrom('accounts')
      .select((of) => [
        'former_owner as id',
        of.fn.min<string | null>('former_owner_name').as('name'),
        of.fn.countAll().as('accounts'),
        of.fn.min<string>('accounts.id').as('account'),
      ])
      .where('owner', 'is', null)
      .where('former_owner', 'is not', null)
      .where('former_owner', '!=', but)
      .$if(accounts !== null, (query) => query.where('accounts.id', 'in', [...(accounts ?? [])]))
      .groupBy('former_owner')
      .orderBy('name')
      .execute()
    return [
      ...rows.map((row) => ({ ...row, accounts: Number(row.accounts) })),
      ...left.map(({ id, name, accounts, account }) => ({
        id: id ?? '',
        name: name ?? '',
        accounts: Number(accounts),
        account,
        former: true as const,
      })),
    ]
  }

  /** Somebody made a key for accounts of others, within the transaction that makes it. */
  async keyMade(
    db: Transaction<Tables>,
    key: { readonly id: string; readonly name: string; readonly accounts: Reach },
    by: Person,
    reason: string,
  ): Promise<void> {
    const detail = `${by.name} made the API key “${key.name}”. Reason: ${reason}`
    await this.#history.addToOthers(db, key.accounts, by.id, { type: 'key_made', detail })
    // As they are now: an account may have come since the key was asked for.
    for (const { id, account, accounts, former } of await this.otherOwners(key.accounts, by.id, db)) {
      if (former) continue
      const program = { id: key.id, name: key.name }
      await this.#notices.raise(
        {
          key: `api_key/${key.id}/${id}`,
          kind: 'api_key_made',
          owner: id,
          ...(accounts === 1 ? { account } : {}),
          detail: { by: { id: by.id, name: by.name }, program, reason, accounts },
        },
        db,
      )
    }
  }

  /** Somebody deleted a key, or took an account away from it. */
  async keyEnded(
    db: Transaction<Tables>,
    key: { readonly name: string; readonly accounts: Reach },
    by: Person,
    withdrawn = false,
  ): Promise<void> {
    const detail = withdrawn
      ? `${by.name} took this account away from the API key “${key.name}”.`
      : `${by.name} deleted the API key “${key.name}”.`
    await this.#history.addToOthers(db, key.accounts, by.id, { type: 'key_removed', detail })
  }

  /** An account has come to be: keys of others for all accounts are for it too. */
  async accountMade(account: string, owner: string | null): Promise<void> {
    if (owner === null) return
    const keys = await this.#db
      .selectFrom('api_keys')
      .leftJoin('users', 'users.id', 'api_keys.owner')
      .select(['api_keys.name', 'users.name as maker'])
      .where('accounts', 'is', null)
      .where((of) => of.or([of('api_keys.owner', 'is', null), of('api_keys.owner', '!=', owner)]))
      .orderBy('api_keys.created_at')
      .execute()
    for (const { name, maker } of keys) {
      const detail =
        maker === null
          ? `The API key “${name}” is for all accounts, and so for this one.`
          : `The API key “${name}”, made by ${maker}, is for all accounts, and so for this one.`
      await this.#history.add(account, { type: 'key_made', detail })
    }
  }

  /** An administrator looked at a token of an account. */
  async revealed(account: string, owner: string | null, by: Person, reason: string): Promise<void> {
    await this.#history.add(account, { type: 'revealed', detail: `${by.name}: ${reason}` })
    if (owner === null || owner === by.id) return
    const detail = { by: { id: by.id, name: by.name }, reason }
    await this.#notices.raise({ key: `revealed/${randomId()}`, kind: 'token_revealed', owner, account, detail })
  }

  /** Somebody named servers that tokens of an account go to from now on: its owner hears of it, also of what was done in their name. */
  async mailServersSet(
    db: Transaction<Tables>,
    account: string,
    owner: string | null,
    by: Person,
    servers: readonly (readonly [string, MailHost])[],
  ): Promise<void> {
    const named = servers.map(([protocol, { host, port }]) => `${protocol.toUpperCase()} ${host}:${port}`)
    await this.#history.add(account, { type: 'mail_servers_set', detail: `${by.name}: ${named.join(', ')}` }, db)
    if (owner === null) return
    const detail = { by: { id: by.id, name: by.name } }
    await this.#notices.raise({ key: `mail/${randomId()}`, kind: 'mail_servers_set', owner, account, detail }, db)
  }

  /** After the transaction: browsers look again. */
  async shown(accounts: Reach): Promise<void> {
    this.#notices.told()
    for (const account of (accounts ?? []).slice(0, MOST_SHOWN)) await this.#show(account)
  }
}
