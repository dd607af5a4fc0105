import { readFile } from 'node:fs/promises'
import type { MailServer } from './mail-server.ts'

/**
 * How a provider lets programs sign in. An app password is one that its owner makes for a program, on the provider's page. A bridge is a
 * program of the provider's on the own computer that alone can read the mailbox, and serves it there with a password of its own.
 */
export type MailAuthentication = 'oauth2' | 'app-password' | 'password' | 'bridge'

/** A mail provider, as data. */
export interface MailPreset {
  readonly id: string
  readonly name: string
  readonly domains: readonly string[]
  /** Ends of the names of its mail exchangers: how domains of its customers are known. */
  readonly mx?: readonly string[]
  /** Best first. Without `oauth2` the provider gives programs no tokens. */
  readonly auth: readonly MailAuthentication[]
  readonly sasl: readonly string[]
  readonly oauth?: {
    /** Id in the catalogue of providers. */
    readonly provider: string
    /** Scopes by protocol; `extra` are asked for besides. */
    readonly scopes: Readonly<Record<string, readonly string[]>>
    /** Scope of client credentials, where an application may open mailboxes on its own. */
    readonly app_only_scope?: string
  }
  /** Who saves what goes through its SMTP in the folder for sent mail; absent: the program. */
  readonly sent_copy?: 'server' | 'client'
  readonly imap?: readonly MailServer[]
  readonly pop?: readonly MailServer[]
  readonly smtp?: readonly MailServer[]
  readonly notes?: readonly string[]
}

/** Reads the presets that come with the package. Each call reads them anew: keep what you need. */
export async function mailPresets(): Promise<readonly MailPreset[]> {
  return JSON.parse(await readFile(new URL('../../catalog/presets.json', import.meta.url), 'utf8')) as MailPreset[]
}

/** The scope to ask for, space separated, for these protocols; undefined when the provider gives no tokens. */
export function mailScope(
  { oauth }: Pick<MailPreset, 'oauth'>,
  protocols: readonly ('imap' | 'pop' | 'smtp')[] = ['imap', 'smtp'],
): string | undefined {
  if (oauth === undefined) return undefined
  return [...new Set([...protocols, 'extra'].flatMap((name) => oauth.scopes[name] ?? []))].join(' ')
}
