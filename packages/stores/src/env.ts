import { type Grant, type GrantStore, grant, memoryStore, OAuthError } from '@evergrant/core'
import { assertWanted } from './given-up.ts'
import { isObject, storedGrant } from './stored-grant.ts'

/** What an {@link envStore} needs. */
export interface EnvStoreOptions {
  /** Name of the variable. */
  readonly name: string
  /** Where the variable is: `process.env`, or any other record. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** What grant a bare refresh token belongs to; also fills in what a JSON grant leaves out. */
  readonly seed?: EnvSeed | undefined
  /** Hears, once, that the provider replaced the refresh token, which cannot be written back. */
  readonly onWarning?: ((message: string) => void) | undefined
}

/** The grant that a bare refresh token belongs to. */
export interface EnvSeed {
  readonly id: string
  /** Provider id. */
  readonly provider: string
  /** Client id. */
  readonly client: string
  readonly requested_scope?: string | undefined
}

/**
 * A grant given in an environment variable: a refresh token, or a grant as JSON. For containers and jobs whose
 * provider does not rotate refresh tokens.
 *
 * The variable is read once, at the first call. What is put lives in this process only; when the provider replaces
 * the refresh token, the next process starts with one that is spent, and `onWarning` says so. An unset variable is an
 * empty store.
 *
 * Fails with `STORE_CORRUPT` when the variable cannot be read, and `INVALID_ARGUMENT` when it holds a bare refresh
 * token and no `seed` says whose; neither shows the value.
 *
 * @example
 * ```ts
 * import { envStore } from '@evergrant/stores/env'
 *
 * const store = envStore({
 *   name: 'MAIL_REFRESH_TOKEN',
 *   env: { MAIL_REFRESH_TOKEN: 'from a secret' },
 *   seed: { id: 'alice', provider: 'acme', client: 'my-program' },
 * })
 * ```
 */
export function envStore(options: EnvStoreOptions): GrantStore {
  const { name, onWarning } = options
  const memory = memoryStore()
  let seeded: Promise<Grant | undefined> | undefined
  let warned = false

  const ready = (): Promise<Grant | undefined> => {
    seeded ??= seed(options).then(async (given) => {
      if (given !== undefined) await memory.put(grant({ ...given, version: 0 }), 0)
      return given
    })
    return seeded
  }

  return {
    traits: { durable: false, cas: 'native', list: true },
    async get(id, given) {
      assertWanted(given?.signal)
      await ready()
      return memory.get(id)
    },
    async put(next, expected, given) {
      assertWanted(given?.signal)
      const first = await ready()
      const stored = await memory.put(next, expected)
      const replaced = stored.ok && next.id === first?.id && next.refresh_token !== first.refresh_token
      if (replaced && !warned) {
        warned = true
        const then =
          'it is kept in memory only, and the variable holds one that is spent. Use a file: or sqlite: store.'
        onWarning?.(`The provider replaced the refresh token of grant ${next.id} that came from ${name}; ${then}`)
      }
      return stored
    },
    async delete(id, given) {
      assertWanted(given?.signal)
      await ready()
      await memory.delete(id)
    },
    async *list(query, given) {
      assertWanted(given?.signal)
      await ready()
      yield* memory.list(query)
    },
  }
}

async function seed({ name, env, seed }: EnvStoreOptions): Promise<Grant | undefined> {
  const value = env[name]?.trim()
  if (value === undefined || value === '') return undefined
  if (value.startsWith('{')) return jsonGrant(value, name, seed)
  if (seed === undefined) {
    const message = `${name} holds a bare refresh token; say which grant, provider and client it belongs to.`
    throw new OAuthError('INVALID_ARGUMENT', message)
  }
  const { requested_scope, ...rest } = seed
  return grant({
    ...rest,
    refresh_token: value,
    ...(requested_scope === undefined ? {} : { requested_scope }),
    access: {},
    standing: { state: 'active', since: 0 },
    updated_at: 0,
    version: 0,
  })
}

function jsonGrant(text: string, name: string, seed: EnvSeed | undefined): Grant {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The parser's own words quote the text, which holds tokens.
    throw new OAuthError('STORE_CORRUPT', `The environment variable ${name} begins like JSON but is not.`)
  }
  const defaults = { access: {}, standing: { state: 'active', since: 0 }, updated_at: 0 }
  const fields: Record<string, unknown> = { ...defaults, ...seed, ...(isObject(value) ? value : {}), version: 1 }
  const { id } = fields
  if (typeof id === 'string') return storedGrant(fields, id, `the variable ${name}`)
  throw new OAuthError('STORE_CORRUPT', `The grant in the environment variable ${name} has no id.`)
}
