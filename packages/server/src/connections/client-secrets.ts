import type { Cipher, Clock } from '@evergrant/core'
import type { ConnectionPatch } from '../contract/index.ts'
import { sealedPlaces } from '../db/sealed-places.ts'
import { Refusal } from '../problem.ts'
import type { ConnectionRow } from './connection-row.ts'

/** A secret shorter than this would be given away by its last four characters. */
const HINTED_FROM = 16

const NO_FORMER = {
  former_secret: null,
  former_secret_hint: null,
  former_secret_set_at: null,
  former_secret_expires_at: null,
  former_secret_ends_at: null,
  secret_taken_at: null,
  secret_refused_at: null,
} as const

const NO_SECRET = { client_secret: null, secret_hint: null, secret_set_at: null } as const

/** What a connection without any secret has in the columns about them. */
export const NO_SECRETS = { ...NO_SECRET, ...NO_FORMER, secret_expires_at: null, secret_told: null } as const

/** What a row says about its secrets. */
export type SecretColumns = Pick<ConnectionRow, keyof typeof NO_SECRETS>

/** Which of two secrets a provider has taken. */
export type Taken = 'newer' | 'older'

/**
 * Seals and opens the client secrets of connections. A connection has one, and for a while the former one beside it: the
 * new one is used, and the former one where the provider does not take the new one yet.
 */
export class ClientSecrets {
  readonly #cipher: Cipher
  readonly #clock: Clock

  constructor(cipher: Cipher, clock: Clock) {
    this.#cipher = cipher
    this.#clock = clock
  }

  /** The only secret of a connection; an empty one is none. */
  async sealed(id: string, secret: string): Promise<Pick<ConnectionRow, keyof typeof NO_SECRET>> {
    // Pasted secrets come with white space around them; no provider issues one that has it.
    const clean = secret.trim()
    if (clean === '') return NO_SECRET
    return {
      client_secret: await this.#cipher.seal(clean, sealedPlaces.connectionSecret(id)),
      secret_hint: clean.length >= HINTED_FROM ? clean.slice(-4) : null,
      secret_set_at: this.#clock.now(),
    }
  }

  async opened({
    id,
    client_secret,
    former_secret,
  }: ConnectionRow): Promise<{ readonly newer?: string; readonly older?: string }> {
    return {
      ...(client_secret === null
        ? {}
        : { newer: await this.#cipher.open(client_secret, sealedPlaces.connectionSecret(id)) }),
      ...(former_secret === null
        ? {}
        : { older: await this.#cipher.open(former_secret, sealedPlaces.formerSecret(id)) }),
    }
  }

  /**
   * What a patch changes about the secrets. A new secret takes the place of the newest; with `former_secret` the one
   * before it stays beside it, or the one that works, where the provider never took the one before.
   */
  async changed(before: ConnectionRow, patch: ConnectionPatch): Promise<Partial<SecretColumns>> {
    const { client_secret, secret_expires_at, former_secret } = patch
    const ends = former_secret?.ends_at ?? null
    if (ends !== null && ends <= this.#clock.now())
      throw wrong('former_secret', 'That moment is over. Choose a later one.')
    const expires = secret_expires_at === undefined ? {} : { secret_expires_at, secret_told: null }
    if (client_secret === undefined) {
      if (former_secret === undefined) return expires
      if (former_secret === null) return { ...expires, ...NO_FORMER }
      if (before.former_secret === null) throw wrong('former_secret', 'There is no former secret beside this one.')
      return { ...expires, former_secret_ends_at: ends }
    }
    const fresh = await this.sealed(before.id, client_secret)
    // A new secret does not end when the former one does, and nobody has seen it at work.
    const news = {
      secret_expires_at: null,
      secret_told: null,
      ...expires,
      secret_taken_at: null,
      secret_refused_at: null,
    }
    if (fresh.client_secret === null || former_secret === null) return { ...fresh, ...news, ...NO_FORMER }
    if (former_secret === undefined) return { ...fresh, ...news }
    const kept = await this.#kept(before, client_secret.trim())
    return { ...fresh, ...news, ...kept, former_secret_ends_at: ends }
  }

  async #kept(before: ConnectionRow, next: string): Promise<Partial<SecretColumns>> {
    const { newer, older } = await this.opened(before)
    if (newer === undefined) throw wrong('former_secret', 'There is no secret that could be kept beside the new one.')
    if (next === newer || next === older) throw wrong('client_secret', 'This secret is stored already.')
    // The newest one never worked: it was mistyped, or was not made active. The one that works is worth keeping.
    if (older !== undefined && before.secret_refused_at !== null) return {}
    return {
      former_secret: await this.#cipher.seal(newer, sealedPlaces.formerSecret(before.id)),
      former_secret_hint: before.secret_hint,
      former_secret_set_at: before.secret_set_at,
      former_secret_expires_at: before.secret_expires_at,
    }
  }
}

/** The former secret goes: somebody else would get it, or it is not needed any more. */
export function withoutFormer<Row extends Partial<ConnectionRow>>(row: Row): Row & typeof NO_FORMER {
  return { ...row, ...NO_FORMER }
}

/**
 * When the secret that is in use ends, by what the administrator entered: the former one, while the provider does not take
 * the new one.
 */
export function expiryOf(
  row: Pick<
    ConnectionRow,
    'client_secret' | 'secret_expires_at' | 'former_secret' | 'former_secret_expires_at' | 'secret_refused_at'
  >,
): number | undefined {
  if (row.client_secret === null) return undefined
  const former = row.former_secret !== null && row.secret_refused_at !== null
  return (former ? row.former_secret_expires_at : row.secret_expires_at) ?? undefined
}

function wrong(field: string, message: string): Refusal {
  return new Refusal('INVALID_REQUEST', message, { field })
}
