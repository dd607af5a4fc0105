import type { Kysely, Selectable } from 'kysely'
import type { Program } from '../contract/index.ts'
import type { ApiKeyTable, Tables } from '../db/tables.ts'
import type { ProgramUse, ProgramUses } from './program-uses.ts'

/** The programs that may use an account, the one that used it last first. */
export async function programsOf(db: Kysely<Tables>, uses: ProgramUses, account: string): Promise<Program[]> {
  const [keys, used] = await Promise.all([keysFor(db, account), uses.of(account)])
  const by = new Map(used.map((use) => [use.key_id, use]))
  return keys
    .map((key) => program(key, by.get(key.id)))
    .sort((one, other) => (other.last_use?.at ?? 0) - (one.last_use?.at ?? 0) || (one.name < other.name ? -1 : 1))
}

type Key = Selectable<ApiKeyTable> & { readonly maker: string | null }

/** Keys that are for all accounts, or name this one. */
async function keysFor(db: Kysely<Tables>, account: string): Promise<Key[]> {
  const rows = await db
    .selectFrom('api_keys')
    .leftJoin('users', 'users.id', 'api_keys.owner')
    .selectAll('api_keys')
    .select('users.name as maker')
    .where((where) =>
      // An underscore in an id is any letter here; what is found is looked at again below.
      where.or([where('accounts', 'is', null), where('accounts', 'like', `%"${account}"%`)]),
    )
    .execute()
  return rows.filter(({ accounts }) => accounts === null || named(accounts).includes(account))
}

/** The accounts that a key names. */
export function named(accounts: string): string[] {
  return JSON.parse(accounts) as string[]
}

function program(key: Key, use: ProgramUse | undefined): Program {
  const { id, name, hint, owner, maker, accounts, scopes, created_at, expires_at } = key
  return {
    id,
    name,
    hint,
    ...(owner === null || maker === null ? {} : { made_by: { id: owner, name: maker } }),
    all_accounts: accounts === null,
    ...(accounts === null ? {} : { accounts: named(accounts).length }),
    ...(scopes === null ? {} : { scopes: scopes.split(' ') }),
    opens_mailbox: accounts !== null && scopes === null,
    created_at,
    ...(expires_at === null ? {} : { expires_at: Math.floor(expires_at) }),
    ...(use === undefined ? {} : { last_use: { at: use.at, source: use.source, via: use.via } }),
  }
}
