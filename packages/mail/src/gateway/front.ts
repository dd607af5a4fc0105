import type { SecureContext } from 'node:tls'
import type { Wire } from '../wire/wire.ts'

/** What became of a login, for the program to be told in its protocol. */
export type Admission =
  | {
      readonly kind: 'open'
      readonly upstream: Wire
      readonly capabilities?: string | undefined
    }
  | { readonly kind: 'wrong' }
  /** Not now: too many wrong passwords, or the mail server or the grant has trouble. `words` are for a person. */
  | { readonly kind: 'later'; readonly words: string }

/** What a front may ask of the gateway. */
export interface House {
  /** With it, STARTTLS is offered. */
  readonly tls?: SecureContext | undefined
  /** Whether a password may come without TLS. */
  readonly plain: boolean
  login(name: string, password: string): Promise<Admission>
}

/** Speaks to a program until it has logged in; resolves with the signed-in mail server, or undefined when it has left. */
export type Front = (wire: Wire, house: House) => Promise<Wire | undefined>

/** Wrong logins on one connection. */
export const MOST_TRIES = 3
/** Commands before a login. */
export const MOST_COMMANDS = 100
/** Lines that are no commands, before a login and after it, before the gateway ends the connection. */
export const MOST_BAD = 20

/** Name and password of a SASL PLAIN message (RFC 4616) in base64; undefined when it is malformed, `other` when it asks to act as somebody else. */
export function readPlain(base64: string): { readonly name: string; readonly password: string } | 'other' | undefined {
  const [authzid, name, password, ...more] = decoded(base64)?.split('\0') ?? []
  if (authzid === undefined || !name || !password || more.length > 0) return undefined
  return authzid === '' || authzid === name ? { name, password } : 'other'
}

/** Strict base64 of UTF-8 text. */
export function decoded(base64: string): string | undefined {
  if (base64.length > 2048 || base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return undefined
  return Buffer.from(base64, 'base64').toString('utf8')
}
