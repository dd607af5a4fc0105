import {
  type Abortable,
  type Grant,
  type GrantStore,
  type GrantSummary,
  grant,
  isOAuthError,
  matches,
  OAuthError,
  type Stored,
  summary,
  versionAfter,
} from '@evergrant/core'
import { driverError, wordsOf } from './driver-error.ts'
import { assertWanted } from './given-up.ts'
import { grantFromText } from './record-text.ts'

/** What the two columns of a row hold. */
export interface GrantFields {
  /** A text column without a limit of its length; null while there is no grant. */
  readonly token: string | null
  /** An integer column; 0 while there is no grant. */
  readonly version: number | bigint
}

/** A row of a table, by the key that is the id of its grant. */
export interface GrantRow extends GrantFields {
  readonly id: string
}

/**
 * How to reach a row that somebody else's ORM owns. What they throw becomes `STORE_UNAVAILABLE`, with the database's own
 * words and without the tokens that some ORMs repeat in their errors.
 */
export interface GrantModel {
  /** The two columns of the row; undefined or null when there is no such row. */
  read(id: string): Promise<GrantFields | null | undefined>
  /**
   * Sets the two columns where the row has this key and its version still is `expected`, in one statement:
   * `UPDATE … SET token, version WHERE id = … AND version = expected`. Resolves with how many rows that were.
   */
  update(id: string, fields: GrantFields, expected: number): Promise<number | bigint>
  /** Makes a row with these columns unless there is one; how many were made. Leave out when the application makes them. */
  insert?(id: string, fields: GrantFields): Promise<number | bigint>
  /** All rows that have a grant. Leave out when nobody lists. */
  rows?(): AsyncIterable<GrantRow> | Promise<Iterable<GrantRow>>
}

/**
 * Keeps a grant in two columns of a row that the application's own ORM owns: of a user, a mailbox, a tenant. The key of
 * the row is the id of the grant. A put updates the row and never adds one, unless `insert` is given.
 *
 * Atomic between processes, as one conditional `UPDATE` is. Durable as the database is; say so with `durable`.
 * `INVALID_ARGUMENT`: there is no row of that key. `STORE_CORRUPT`: the columns hold no grant, or the version was changed
 * by somebody else; nothing is written over. `STORE_UNAVAILABLE`: a function of the model threw.
 *
 * @example
 * ```ts
 * import { type GrantModel, modelStore } from '@evergrant/stores/model'
 *
 * const users = new Map([['alice', { token: null as string | null, version: 0 as number | bigint }]])
 * const model: GrantModel = {
 *   read: async (id) => users.get(id),
 *   async update(id, fields, expected) {
 *     if (users.get(id)?.version !== expected) return 0
 *     users.set(id, fields)
 *     return 1
 *   },
 * }
 * console.log(await modelStore(model, { durable: false }).get('alice'))
 * ```
 */
export function modelStore(model: GrantModel, options: { readonly durable?: boolean } = {}): GrantStore {
  const { durable = true } = options

  const look = async (id: string): Promise<{ grant: Grant | undefined; version: number } | undefined> => {
    const found = await asked(() => model.read(id), `The row of ${JSON.stringify(id)} could not be read`)
    return found === undefined || found === null ? undefined : { ...held(id, found) }
  }

  return {
    traits: { durable, cas: 'native', list: model.rows !== undefined },
    async get(id, given) {
      assertWanted(given?.signal)
      return (await look(id))?.grant
    },
    async put(next, expected, given): Promise<Stored> {
      assertWanted(given?.signal)
      const { id } = next
      const after = grant({ ...next, version: versionAfter(next, expected) })
      const fields = { token: JSON.stringify(after), version: after.version }
      const secrets = secretsOf(after, fields.token)
      const write = (work: () => Promise<number | bigint>): Promise<number | bigint> =>
        asked(work, `The row of ${JSON.stringify(id)} could not be written`, secrets)
      for (let tries = 0; tries < 20; tries++) {
        if (Number(await write(() => model.update(id, fields, expected))) > 0) return { ok: true, grant: after }
        const row = await look(id)
        if (row !== undefined && row.version !== expected) return { ok: false, current: row.grant }
        if (row !== undefined) continue
        if (expected > 0) return { ok: false, current: undefined }
        const { insert } = model
        if (insert === undefined) throw noRow(id)
        if (Number(await write(() => insert.call(model, id, fields))) > 0) return { ok: true, grant: after }
      }
      throw new OAuthError(
        'STORE_UNAVAILABLE',
        `The row of ${id} is not updated although its version is the expected one.`,
      )
    },
    async delete(id, given) {
      assertWanted(given?.signal)
      for (let row = await look(id); row !== undefined && row.version > 0; row = await look(id))
        if (Number(await asked(() => model.update(id, NOTHING, row.version), `${id} could not be deleted`)) > 0) return
    },
    async *list(query = {}, given?: Abortable): AsyncIterable<GrantSummary> {
      assertWanted(given?.signal)
      const found: GrantSummary[] = []
      await asked(async () => {
        for await (const row of (await model.rows?.()) ?? []) {
          const { grant: one } = held(row.id, row)
          if (one !== undefined) found.push(summary(one))
        }
      }, 'The rows could not be listed')
      yield* matches(found, query)
    },
  }
}

const NOTHING: GrantFields = { token: null, version: 0 }

/** What a function of the model brings. What it throws is told in the database's words, and without these secrets. */
async function asked<T>(work: () => Promise<T>, failed: string, secrets: readonly string[] = []): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isOAuthError(error)) throw error
    // ORMs wrap what the database said, some of them with all that was to be written.
    const said = innermost(error)
    const message = `${failed}: ${wordsOf(said, secrets)}.`
    throw new OAuthError('STORE_UNAVAILABLE', message, { cause: driverError(said, secrets) })
  }
}

function innermost(error: unknown): unknown {
  let said = error
  for (let depth = 0; depth < 10 && said instanceof Error && said.cause instanceof Error; depth++) said = said.cause
  return said
}

/** The record and its tokens, as they are and as they stand in a text that was quoted once more. */
function secretsOf({ refresh_token = '', access, sealed = '' }: Grant, record: string): string[] {
  const tokens = Object.values(access).flatMap(({ access_token, id_token = '' }) => [access_token, id_token])
  const all = [record, refresh_token, sealed, ...tokens].filter((one) => one !== '')
  const quoted = all.map((one) => JSON.stringify(one).slice(1, -1))
  // The longest first: what is taken out of a longer one would hide it from being found.
  return [...all, ...quoted].sort((a, b) => b.length - a.length)
}

/** The grant in a row. The version stands in the column, for the update, and in the record; both must be ours. */
function held(id: string, { token, version }: GrantFields): { grant: Grant | undefined; version: number } {
  const number = Number(version)
  if (token === null || token === '') {
    if (number === 0) return { grant: undefined, version: 0 }
    throw corrupt(id, `has version ${number} and no grant`)
  }
  const found = grantFromText(token, id, 'its row')
  if (found.version !== number) throw corrupt(id, `has version ${number}, and its grant ${found.version}`)
  return { grant: found, version: number }
}

function corrupt(id: string, what: string): OAuthError {
  return new OAuthError('STORE_CORRUPT', `The row of grant ${JSON.stringify(id)} ${what}: somebody else wrote it.`, {
    grant: id,
  })
}

function noRow(id: string): OAuthError {
  const message = `There is no row ${JSON.stringify(id)} that could keep the grant. Make it first, or give insert.`
  return new OAuthError('INVALID_ARGUMENT', message, { grant: id })
}
