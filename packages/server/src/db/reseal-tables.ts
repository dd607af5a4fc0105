import { isOAuthError, type Keyring, type OAuthError, sealedBy } from '@evergrant/core'
import type { Kysely } from 'kysely'
import { readMeta } from './meta.ts'
import { sealedMeta, sealedPlaces } from './sealed-places.ts'
import type { Tables } from './tables.ts'

/** A sealed value of the server's own tables. */
interface SealedValue {
  /** For people: `connection <id>`. */
  readonly name: string
  /** What it is bound to. */
  readonly place: string
  read(): Promise<string | null | undefined>
  /** Replaces it if it still is the one that was read; says whether it was. */
  replace(before: string, after: string): Promise<boolean>
}

/** What became of the server's own sealed values. */
export interface ResealedTables {
  readonly total: number
  readonly resealed: number
  /** Values that did not open. They are as they were. */
  readonly unreadable: readonly { readonly id: string; readonly error: OAuthError }[]
}

/**
 * Seals the secrets of clients and webhooks, consents under way and the server's own values anew with the current key, while servers run:
 * a value is replaced only if it is still the one that was read. May be stopped at any point and begun again.
 */
export async function resealTables(db: Kysely<Tables>, ring: Keyring): Promise<ResealedTables> {
  const values = await sealedValues(db)
  const unreadable: { id: string; error: OAuthError }[] = []
  let resealed = 0
  for (const value of values) {
    try {
      if (await sealedAnew(value, ring)) resealed += 1
    } catch (error) {
      if (!isOAuthError(error) || error.code !== 'UNSEAL_FAILED') throw error
      unreadable.push({ id: value.name, error })
    }
  }
  return { total: values.length, resealed, unreadable }
}

/** How many of the server's own values need which key. */
export async function tableKeys(db: Kysely<Tables>): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  for (const value of await sealedValues(db)) {
    const kid = sealedBy((await value.read()) ?? '')
    if (kid !== undefined) counts.set(kid, (counts.get(kid) ?? 0) + 1)
  }
  return counts
}

async function sealedAnew({ place, read, replace }: SealedValue, ring: Keyring): Promise<boolean> {
  for (;;) {
    const before = await read()
    if (before === undefined || before === null || ring.isCurrent(before)) return false
    if (await replace(before, await ring.seal(await ring.open(before, place), place))) return true
  }
}

async function sealedValues(db: Kysely<Tables>): Promise<SealedValue[]> {
  const connections = await db.selectFrom('connections').select('id').where('client_secret', 'is not', null).execute()
  const overlapping = await db.selectFrom('connections').select('id').where('former_secret', 'is not', null).execute()
  const pending = await db.selectFrom('pending_authorizations').select('state_hash').execute()
  const signIns = await db.selectFrom('pending_sign_ins').select('state_hash').execute()
  const webhooks = await db.selectFrom('webhooks').select('id').execute()
  const meta = await db.selectFrom('meta').select('name').where('name', 'in', Object.values(sealedMeta)).execute()
  return [
    ...connections.map(({ id }) => connectionSecret(db, id, 'client_secret')),
    ...overlapping.map(({ id }) => connectionSecret(db, id, 'former_secret')),
    ...pending.map(({ state_hash }) => waiting(db, 'pending_authorizations', state_hash)),
    ...signIns.map(({ state_hash }) => waiting(db, 'pending_sign_ins', state_hash)),
    ...webhooks.flatMap(({ id }) => [webhookSecret(db, id, 'secret'), webhookSecret(db, id, 'former_secret')]),
    ...meta.map(({ name }) => metaValue(db, name)),
  ]
}

function connectionSecret(db: Kysely<Tables>, id: string, column: 'client_secret' | 'former_secret'): SealedValue {
  const newest = column === 'client_secret'
  return {
    name: `the ${newest ? '' : 'former '}client secret of connection ${id}`,
    place: newest ? sealedPlaces.connectionSecret(id) : sealedPlaces.formerSecret(id),
    async read() {
      const row = await db.selectFrom('connections').select(column).where('id', '=', id).executeTakeFirst()
      return row?.[column]
    },
    async replace(before, after) {
      // A change of the settings that is under way has read the former text, and would write it back.
      const changed = await db
        .updateTable('connections')
        .set(({ eb }) => ({ [column]: after, revision: eb('revision', '+', 1) }))
        .where('id', '=', id)
        .where(column, '=', before)
        .returning('id')
        .execute()
      return changed.length > 0
    },
  }
}

function waiting(db: Kysely<Tables>, table: 'pending_authorizations' | 'pending_sign_ins', hash: string): SealedValue {
  const place = table === 'pending_sign_ins' ? sealedPlaces.pendingSignIn : sealedPlaces.pendingAuthorization
  return {
    name: `the consent or sign-in under way ${hash}`,
    place: place(hash),
    async read() {
      const query = db.selectFrom(table).select('pending').where('state_hash', '=', hash)
      return (await query.executeTakeFirst())?.pending
    },
    async replace(before, after) {
      const changed = await db
        .updateTable(table)
        .set({ pending: after })
        .where('state_hash', '=', hash)
        .where('pending', '=', before)
        .returning('state_hash')
        .execute()
      return changed.length > 0
    },
  }
}

function webhookSecret(db: Kysely<Tables>, id: string, column: 'secret' | 'former_secret'): SealedValue {
  return {
    name: `the ${column === 'secret' ? 'secret' : 'former secret'} of webhook ${id}`,
    place: column === 'secret' ? sealedPlaces.webhookSecret(id) : sealedPlaces.formerWebhookSecret(id),
    async read() {
      const row = await db
        .selectFrom('webhooks')
        .select(['secret', 'former_secret'])
        .where('id', '=', id)
        .executeTakeFirst()
      return row?.[column]
    },
    async replace(before, after) {
      const changed = await db
        .updateTable('webhooks')
        .set({ [column]: after })
        .where('id', '=', id)
        .where(column, '=', before)
        .returning('id')
        .execute()
      return changed.length > 0
    },
  }
}

function metaValue(db: Kysely<Tables>, name: string): SealedValue {
  return {
    name: `the server's value ${name}`,
    place: sealedPlaces.meta(name),
    read: () => readMeta(db, name),
    async replace(before, after) {
      const changed = await db
        .updateTable('meta')
        .set({ value: after })
        .where('name', '=', name)
        .where('value', '=', before)
        .returning('name')
        .execute()
      return changed.length > 0
    },
  }
}
