import { OAuthError } from '@evergrant/core'
import { fromProxyConfig, isProxyConfig } from './import/email-oauth2-proxy.ts'
import { type Fields, isFields } from './import/fields.ts'
import type { ForeignGrant } from './import/foreign-grant.ts'
import { fromMsalCache, isMsalCache } from './import/msal-cache.ts'
import { fromPizauthDump, openedDump } from './import/pizauth-dump.ts'
import {
  fromGoogleAuth,
  fromMuttOauth2,
  fromOama,
  fromTokenAnswer,
  isBareAnswer,
  isDatedAnswer,
  isGoogleAuth,
  isMuttOauth2,
  isOama,
  isWordyAnswer,
} from './import/token-answers.ts'

export {
  type Destination,
  type ForeignClient,
  type ForeignGrant,
  importedGrant,
} from './import/foreign-grant.ts'

interface JsonFormat {
  readonly name: string
  readonly is: (value: Fields) => boolean
  readonly read: (value: Fields) => ForeignGrant[]
}

/** The first that fits is taken: the more particular ones come before those that look like any token answer. */
const JSON_FORMATS: readonly JsonFormat[] = [
  { name: 'msal', is: isMsalCache, read: fromMsalCache },
  { name: 'mutt_oauth2', is: isMuttOauth2, read: fromMuttOauth2 },
  { name: 'oama', is: isOama, read: fromOama },
  { name: 'google-auth', is: isGoogleAuth, read: fromGoogleAuth },
  { name: 'python-o365', is: isDatedAnswer, read: fromTokenAnswer },
  { name: 'simple-oauth2', is: isWordyAnswer, read: fromTokenAnswer },
  { name: 'token-answer', is: isBareAnswer, read: fromTokenAnswer },
]

/** What a file of another program holds. */
export interface ForeignFile {
  /**
   * `msal` (also python-o365 from 2.1), `python-o365` (before 2.1, and whoever writes the end as epoch seconds),
   * `google-auth`, `simple-oauth2` (whoever writes it as a date), `mutt_oauth2`, `oama`, `pizauth`,
   * `email-oauth2-proxy`, or `token-answer`: a provider's answer as it came.
   */
  readonly format: string
  /** May be empty: a cache from which everybody has signed out. */
  readonly grants: readonly ForeignGrant[]
}

/** Choices of {@link readForeignGrants}. */
export interface ReadForeignOptions {
  /** For files that are sealed with a password (`email-oauth2-proxy`): each is tried. */
  readonly passwords?: readonly string[] | undefined
}

/**
 * Reads what another program kept of its users' consents, so that nobody has to consent again. What kind of file it is
 * shows in its contents. Nothing is written, here or there; {@link importedGrant} makes the record to `put` into a store.
 *
 * One refresh token can be kept by one program only: where the provider rotates it, the first of two to refresh ends it
 * for the other. Stop the other program before the imported grant is used.
 *
 * Throws `INVALID_ARGUMENT` when the file is of no known kind, is cut off, or is sealed and no password opens it. Its
 * message repeats nothing of the file.
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises'
 * import { importedGrant, readForeignGrants } from '@evergrant/stores/import'
 * import { fileStore } from '@evergrant/stores/file'
 *
 * const store = fileStore('./grants.json')
 * const { grants } = await readForeignGrants(await readFile('o365_token.txt'))
 * for (const one of grants) {
 *   const to = { id: one.name, provider: 'microsoft', client: one.client.client_id ?? 'my client id', now: Date.now() / 1000 }
 *   await store.put(importedGrant(one, to), 0)
 * }
 * ```
 */
export async function readForeignGrants(
  file: Uint8Array,
  { passwords = [] }: ReadForeignOptions = {},
): Promise<ForeignFile> {
  const words = decoded(file)
  const value = words === undefined ? undefined : parsed(words)
  if (isFields(value)) {
    const format = JSON_FORMATS.find(({ is }) => is(value))
    if (format !== undefined) return { format: format.name, grants: format.read(value) }
    throw new OAuthError('INVALID_ARGUMENT', withoutTokens(value))
  }
  if (words !== undefined && isProxyConfig(words)) {
    return { format: 'email-oauth2-proxy', grants: await fromProxyConfig(words, passwords) }
  }
  const dump = openedDump(file)
  if (dump !== undefined) return { format: 'pizauth', grants: fromPizauthDump(dump) }
  throw new OAuthError('INVALID_ARGUMENT', unknown(file, words))
}

function withoutTokens(value: Fields): string {
  if (isFields(value['installed']) || isFields(value['web'])) {
    return 'The file is a registration of a client, without a token of anybody. `evergrant login` makes a grant with it.'
  }
  if (value['type'] === 'service_account') {
    return 'The file is the key of a service account: there is nothing to import, as it needs no consent.'
  }
  return `The file is JSON, but no token was found in it. Known are ${known()}.`
}

function unknown(file: Uint8Array, words: string | undefined): string {
  if (file.length === 0) return 'The file is empty.'
  // OpenPGP packets begin with a set bit; GnuPG writes these for messages to a key and to a password.
  const encrypted = words?.startsWith('-----BEGIN PGP MESSAGE') ?? [0x84, 0x85, 0x8c].includes(file[0] ?? 0)
  if (encrypted)
    return 'The file is encrypted with GnuPG. Pipe it in decrypted: gpg --decrypt FILE | evergrant import -'
  if (/^\s*[[{]/.test(words ?? '') && parsed(words ?? '') === undefined)
    return 'The file begins as JSON does, and is cut off or damaged: fetch it anew from the other program.'
  return `The file is of no known kind. Known are ${known()}.`
}

function known(): string {
  return [...JSON_FORMATS.map(({ name }) => name), 'pizauth', 'email-oauth2-proxy'].join(', ')
}

/** PowerShell writes UTF-16 where a command is sent into a file, and says so by the first two bytes. */
function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
}

function decoded(file: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encodingOf(file), { fatal: true }).decode(file)
  } catch {
    return undefined
  }
}

function parsed(words: string): unknown {
  try {
    const value: unknown = JSON.parse(words)
    // A cache that was serialised twice, as a text in a JSON file.
    return typeof value === 'string' ? JSON.parse(value) : value
  } catch {
    return undefined
  }
}
