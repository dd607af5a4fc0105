import { OAuthError } from '../errors.ts'
import { type AccessToken, accessToken } from '../grant/access-token.ts'
import { type Grant, grant } from '../grant/grant.ts'
import type { GrantStore, Stored } from './store.ts'

/**
 * Seals and opens text. What it returns names the key it was sealed with, so that keys can be changed; `context` is
 * authenticated with it, so that a ciphertext opens only in the place it was made for.
 */
export interface Cipher {
  seal(text: string, context: string): string | Promise<string>
  /** Throws `UNSEAL_FAILED` for a wrong key, a wrong place, or changed text. */
  open(sealed: string, context: string): string | Promise<string>
}

interface Tokens {
  readonly refresh_token?: string
  readonly dpop_key?: JsonWebKey
  readonly access: Grant['access']
}

/**
 * The same store with its tokens sealed: no refresh token, access token or id_token reaches it in clear. Names,
 * scopes, standing and due dates stay readable, so that lists and plans need no key.
 *
 * A record that does not open fails with `UNSEAL_FAILED` and is not overwritten. Records that were written in clear
 * are read, and sealed by the next write.
 */
export function sealed(store: GrantStore, cipher: Cipher): GrantStore {
  return {
    traits: store.traits,
    async get(id, options) {
      const found = await store.get(id, options)
      return found === undefined ? undefined : open(found, cipher)
    },
    async put(next, expected, options): Promise<Stored> {
      const stored = await store.put(await seal(next, expected + 1, cipher), expected, options)
      if (stored.ok) return { ok: true, grant: grant({ ...next, version: stored.grant.version }) }
      return { ok: false, current: stored.current === undefined ? undefined : await open(stored.current, cipher) }
    },
    delete: (id, options) => store.delete(id, options),
    list: (query, options) => store.list(query, options),
  }
}

/** A ciphertext copied to another grant, or back from an older version, does not open. */
function context(id: string, version: number): string {
  return `grant\n${id}\n${version}`
}

async function seal(of: Grant, version: number, cipher: Cipher): Promise<Grant> {
  const { refresh_token, dpop_key, access, ...rest } = of
  const tokens: Tokens = {
    ...(refresh_token === undefined ? {} : { refresh_token }),
    ...(dpop_key === undefined ? {} : { dpop_key }),
    access,
  }
  const text = await cipher.seal(JSON.stringify(tokens), context(of.id, version))
  // The empty refresh token lets summaries say that there is one.
  const shown = refresh_token === undefined ? {} : { refresh_token: '' }
  return grant({ ...rest, ...shown, access: mapped(access, hollow), sealed: text })
}

async function open(of: Grant, cipher: Cipher): Promise<Grant> {
  const { sealed: text, ...rest } = of
  if (text === undefined) return of
  const plain = await cipher.open(text, context(of.id, of.version))
  try {
    const tokens = JSON.parse(plain) as Tokens
    return grant({ ...rest, ...tokens })
  } catch (cause) {
    throw new OAuthError('STORE_CORRUPT', `The sealed tokens of grant ${of.id} are not readable.`, {
      grant: of.id,
      cause,
    })
  }
}

function hollow(token: AccessToken): AccessToken {
  const { id_token: _, dpop_key: __, ...rest } = token
  return accessToken({ ...rest, access_token: '', raw: {} })
}

function mapped(access: Grant['access'], change: (token: AccessToken) => AccessToken): Grant['access'] {
  return Object.fromEntries(Object.entries(access).map(([key, token]) => [key, change(token)]))
}
