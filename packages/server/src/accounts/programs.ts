import type { Kysely, Selectable } from 'kysely'
import type { Program } from '../contract/index.ts'
import type { ApiKeyTable, Tables } from '../db/tables.ts'
import { type KeyReach, keyReaches, namedBy } from '../security/key-reach.ts'
import type { SignedIn } from '../security/sessions.ts'
import type { ProgramUse, ProgramUses } from './program-uses.ts'

/**
 * The programs that may use an account, the one that used it last first. How many accounts a key is for is told to administrators and to
 * whoever made it: to the others it would tell how many accounts other people have here.
 */
export async function programsOf(
  db: Kysely<Tables>,
  uses: ProgramUses,
  account: string,
  viewer: SignedIn['user'],
): Promise<Program[]> {
  const [keys, used] = await Promise.all([keysFor(db, account), uses.of(account)])
  const reaches = await keyReaches(
    db,
    keys.filter(({ owner }) => viewer.role === 'admin' || owner === viewer.id),
  )
  const by = new Map(used.map((use) => [use.key_id, use]))
  return keys
    .map((key) => program(key, by.get(key.id), reaches.get(key.id)))
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
  return rows.filter(({ accounts }) => namedBy(accounts)?.includes(account) ?? true)
}

function program(key: Key, use: ProgramUse | undefined, reach: KeyReach | undefined): Program {
  const { id, name, hint, owner, maker, accounts, scopes, created_at, expires_at } = key
  return {
    id,
    name,
    hint,
    ...(owner === null || maker === null ? {} : { made_by: { id: owner, name: maker } }),
    all_accounts: accounts === null,
    ...(reach === undefined ? {} : { accounts: reach.accounts }),
    ...(scopes === null ? {} : { scopes: scopes.split(' ') }),
    opens_mailbox: accounts !== null && scopes === null,
    created_at,
    ...(expires_at === null ? {} : { expires_at: Math.floor(expires_at) }),
    ...(use === undefined ? {} : { last_use: { at: use.at, source: use.source, via: use.via } }),
  }
}
