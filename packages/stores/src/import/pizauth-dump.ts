import { createDecipheriv } from 'node:crypto'
import { OAuthError } from '@evergrant/core'
import { type ForeignGrant, foreignGrant } from './foreign-grant.ts'

/**
 * The key that `pizauth dump` seals with. It is part of its source, and there to keep tokens from being found by
 * searching a disk, not to keep them secret.
 */
const DUMP_KEY = Buffer.from('66a247a85e48cfecaaed9b36eba97d5350d4286375097a44eeffb9c4546b65a3', 'hex')
const NONCE = 12
const TAG = 16

/** The plain bytes of a dump, when these bytes are one. */
export function openedDump(bytes: Uint8Array): Buffer | undefined {
  if (bytes.length < NONCE + TAG + 16) return undefined
  const cipher = createDecipheriv('chacha20-poly1305', DUMP_KEY, bytes.subarray(0, NONCE), { authTagLength: TAG })
  cipher.setAuthTag(bytes.subarray(-TAG))
  try {
    return Buffer.concat([cipher.update(bytes.subarray(NONCE, -TAG)), cipher.final()])
  } catch {
    return undefined
  }
}

/** The accounts of an opened dump, version 1. Throws `INVALID_ARGUMENT` for another version or a cut-off dump. */
export function fromPizauthDump(plain: Buffer): ForeignGrant[] {
  const read = new Reader(plain)
  const version = read.u64()
  if (version !== 1) throw new OAuthError('INVALID_ARGUMENT', `The pizauth dump has version ${version}; 1 is known.`)
  return read.list(() => accountOf(read)).flatMap((found) => found ?? [])
}

function accountOf(read: Reader): ForeignGrant | undefined {
  const name = read.text()
  const authorization_endpoint = read.text()
  read.list(() => [read.text(), read.text()])
  const client_id = read.text()
  const client_secret = read.optional(() => read.text())
  read.text() // The redirect URI.
  const scope = read.list(() => read.text()).join(' ')
  const token_endpoint = read.text()
  const client = { client_id, client_secret, authorization_endpoint, token_endpoint }
  if (read.u32() === 0) return undefined
  const access_token = read.text()
  read.time()
  const expires_at = read.time()
  const refresh_token = read.optional(() => read.text())
  return foreignGrant({ name, client, scope, access_token, expires_at, refresh_token })
}

/** Rust's bincode, version 1: little-endian, lengths of 64 bits, variants of 32. */
class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  #take(count: number): Buffer {
    const end = this.#at + count
    if (end > this.#bytes.length) throw new OAuthError('INVALID_ARGUMENT', 'The pizauth dump is cut off.')
    const part = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return part
  }

  u32(): number {
    return this.#take(4).readUInt32LE()
  }

  u64(): number {
    return Number(this.#take(8).readBigUInt64LE())
  }

  text(): string {
    return this.#take(this.u64()).toString('utf8')
  }

  optional<T>(read: () => T): T | undefined {
    return this.#take(1)[0] === 0 ? undefined : read()
  }

  list<T>(read: () => T): T[] {
    const found: T[] = []
    for (let left = this.u64(); left > 0; left--) found.push(read())
    return found
  }

  /** Epoch seconds of a SystemTime: seconds and nanoseconds. */
  time(): number {
    const seconds = this.u64()
    this.u32()
    return seconds
  }
}
