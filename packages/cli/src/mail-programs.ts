import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { OAuthError } from '@evergrant/core'
import type { MailServer } from '@evergrant/mail/discovery'
import type { GatewayProgram } from '@evergrant/mail/gateway'
import type { Folders } from './folders.ts'

/** A mailbox of the gateway as it is kept: which grant, which servers, which programs. No secret but hashes. */
export interface KeptMailbox {
  readonly grant: string
  readonly store?: string | undefined
  /** The mailbox to open when it is not the address: a shared one. */
  readonly mailbox?: string | undefined
  readonly imap?: MailServer | undefined
  readonly pop?: MailServer | undefined
  readonly smtp?: MailServer | undefined
  readonly programs: readonly GatewayProgram[]
}

/** By address, in lower case. */
export type KeptMailboxes = Readonly<Record<string, KeptMailbox>>

const file = ({ config }: Pick<Folders, 'config'>): string => join(config, 'mail-gateway.json')

/** The mailboxes that `mail password` has set up; none before the first. */
export async function readMailboxes(folders: Folders): Promise<KeptMailboxes> {
  let text: string
  try {
    text = await readFile(file(folders), 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return {}
    throw new OAuthError('STORE_UNAVAILABLE', `${file(folders)} cannot be read.`, { cause })
  }
  try {
    const { mailboxes } = JSON.parse(text) as { mailboxes?: KeptMailboxes }
    if (typeof mailboxes !== 'object' || mailboxes === null) throw new TypeError('it has no mailboxes')
    return mailboxes
  } catch (cause) {
    throw new OAuthError('STORE_CORRUPT', `${file(folders)} is damaged.`, { cause })
  }
}

/** Replaces the file whole, readable by its owner alone. */
export async function writeMailboxes(folders: Folders, mailboxes: KeptMailboxes): Promise<void> {
  const path = file(folders)
  const draft = `${path}.${process.pid}`
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await writeFile(draft, `${JSON.stringify({ mailboxes }, null, 2)}\n`, { mode: 0o600 })
    await rename(draft, path)
  } catch (cause) {
    throw new OAuthError('STORE_UNAVAILABLE', `${path} cannot be written.`, { cause })
  }
}
