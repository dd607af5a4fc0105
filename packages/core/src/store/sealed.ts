import { isOAuthError, OAuthError } from '../errors.ts'
import { type AccessToken, accessToken } from '../grant/access-token.ts'
import { type Grant, grant } from '../grant/grant.ts'
import type { Cipher } from '../seal/cipher.ts'
import { type CryptographyManager, managedCipher } from '../seal/cryptography-manager.ts'
import { deserialized, type Serializer, serialized } from '../seal/serializer.ts'
import type { GrantStore, Stored } from './store.ts'
import { versionAfter } from './version.ts'

/** Choices of {@link sealed}. */
export interface SealedOptions {
  /** How tokens become text or bytes before they are sealed. Default `JSON`. */
  readonly serializer?: Serializer | undefined
  /** Let a put replace a record that does not open, and with it the tokens in it. Default false. */
  readonly replaceUnreadable?: boolean | undefined
  /**
   * Refuse records that are not sealed, so that nobody who can write to the store can slip one in. For a store that
   * never held records in clear. Default false.
   */
  readonly requireSealed?: boolean | undefined
}

interface Tokens {
  readonly refresh_token?: string
  readonly dpop_key?: JsonWebKey
  readonly access: Grant['access']
}

/** Records whose opening is remembered, so that most puts need no reading of their own. */
const MOST_OPENED = 10_000

/**
 * The same store with its tokens sealed: no refresh token, access token or id_token reaches it in clear. Names,
 * scopes, standing and due dates stay readable, so that lists and plans need no key.
 *
 * `seal` is a {@link keyring}, another {@link Cipher}, or a {@link CryptographyManager} of your own. What is sealed is
 * bound to the grant's id and version.
 *
 * A record that does not open fails with `UNSEAL_FAILED` and is not overwritten: a put over a version that was not read
 * here reads it first. (`replaceUnreadable` lets it go, and a delete needs no key.) Records that were written in clear
 * are read, and sealed by the next write, unless `requireSealed` is set.
 *
 * @example
 * ```ts
 * import { keyring, memoryStore, sealed, sealingKey } from '@evergrant/core'
 *
 * const current = await sealingKey(crypto.getRandomValues(new Uint8Array(32)))
 * const store = sealed(memoryStore(), keyring({ current }))
 * console.log(await store.get('alice'))
 * ```
 */
export function sealed(store: GrantStore, seal: Cipher | CryptographyManager, options: SealedOptions = {}): GrantStore {
  const { serializer = JSON as Serializer, replaceUnreadable = false, requireSealed = false } = options
  const sealing: Sealing = { cipher: 'seal' in seal ? seal : managedCipher(seal), serializer }
  const opened = new Map<string, number>()
  const remember = (id: string, version: number): void => {
    opened.delete(id)
    opened.set(id, version)
    const [oldest] = opened.keys()
    if (opened.size > MOST_OPENED && oldest !== undefined) opened.delete(oldest)
  }
  const readable = async (found: Grant): Promise<Grant> => {
    if (requireSealed && found.sealed === undefined) throw inClear(found.id)
    const plain = await openGrant(found, sealing)
    remember(found.id, found.version)
    return plain
  }
  return {
    traits: store.traits,
    processes: store.processes,
    async get(id, options) {
      const found = await store.get(id, options)
      return found === undefined ? undefined : readable(found)
    },
    async put(next, expected, options): Promise<Stored> {
      if (expected > 0 && !replaceUnreadable && opened.get(next.id) !== expected) {
        const found = await store.get(next.id, options)
        const current = found === undefined ? undefined : await readable(found)
        if (current?.version !== expected) return { ok: false, current }
      }
      const stored = await store.put(await sealGrant(next, versionAfter(next, expected), sealing), expected, options)
      if (!stored.ok) {
        const { current } = stored
        return { ok: false, current: current === undefined ? undefined : await readable(current) }
      }
      remember(next.id, stored.grant.version)
      return { ok: true, grant: grant({ ...next, version: stored.grant.version }) }
    },
    async delete(id, options) {
      opened.delete(id)
      await store.delete(id, options)
    },
    list: (query, options) => store.list(query, options),
  }
}

/** How a record is sealed. */
export interface Sealing {
  readonly cipher: Cipher
  readonly serializer: Serializer
}

/** A ciphertext copied to another grant, or back from an older version, does not open. */
function context(id: string, version: number): string {
  return `grant\n${id}\n${version}`
}

async function sealGrant(of: Grant, version: number, { cipher, serializer }: Sealing): Promise<Grant> {
  const { refresh_token, dpop_key, access, ...rest } = of
  const tokens: Tokens = {
    ...(refresh_token === undefined ? {} : { refresh_token }),
    ...(dpop_key === undefined ? {} : { dpop_key }),
    access,
  }
  const text = await cipher.seal(serialized(serializer, tokens), context(of.id, version))
  return grant({ ...rest, ...shown(of), sealed: text })
}

/** The record as it is stored, with its sealed text sealed anew for the next version: what it holds is not looked at. */
export async function resealGrant(of: Grant, cipher: Cipher): Promise<Grant> {
  if (of.sealed === undefined) return sealGrant(of, of.version + 1, { cipher, serializer: JSON as Serializer })
  const plain = await cipher.open(of.sealed, context(of.id, of.version))
  return grant({ ...of, sealed: await cipher.seal(plain, context(of.id, of.version + 1)) })
}

async function openGrant(of: Grant, { cipher, serializer }: Sealing): Promise<Grant> {
  const { sealed: text, ...rest } = of
  if (text === undefined) return of
  const plain = await opening(of, text, cipher)
  try {
    const tokens = deserialized(serializer, plain) as Tokens
    return grant({ ...rest, ...tokens })
  } catch {
    // The parser's own words quote the text, which holds tokens.
    throw new OAuthError('STORE_CORRUPT', `The sealed tokens of grant ${of.id} are not readable.`, { grant: of.id })
  }
}

async function opening(of: Grant, text: string, cipher: Cipher): Promise<string> {
  try {
    return await cipher.open(text, context(of.id, of.version))
  } catch (error) {
    throw isOAuthError(error) ? error.forGrant(of.id) : error
  }
}

function inClear(id: string): OAuthError {
  return new OAuthError('UNSEAL_FAILED', `The tokens of grant ${id} are not sealed, and have to be.`, { grant: id })
}

/** What stays readable of the tokens: that there are some, and until when. */
function shown({ refresh_token, access }: Grant): Pick<Grant, 'refresh_token' | 'access'> {
  // The empty refresh token lets summaries say that there is one.
  return { ...(refresh_token === undefined ? {} : { refresh_token: '' }), access: mapped(access, hollow) }
}

function hollow(token: AccessToken): AccessToken {
  const { id_token: _, dpop_key: __, ...rest } = token
  return accessToken({ ...rest, access_token: '', raw: {} })
}

function mapped(access: Grant['access'], change: (token: AccessToken) => AccessToken): Grant['access'] {
  return Object.fromEntries(Object.entries(access).map(([key, token]) => [key, change(token)]))
}
