import {
  type DiscoverOptions,
  discoverMail,
  type MailDiscovery,
  type MailServer,
  mailServer,
} from '@evergrant/mail/discovery'
import { type Command, Option } from 'commander'
import { givenFile } from './given-file.ts'
import type { Invocation } from './invocation.ts'
import { present } from './option-values.ts'
import { UsageError } from './usage-error.ts'

/** Mail servers as typed. */
export interface MailServerOptions {
  readonly imap?: string
  readonly pop?: string
  readonly smtp?: string
  readonly caFile?: string
}

/** The servers of a mailbox. */
export interface MailServers {
  readonly imap?: MailServer | undefined
  readonly pop?: MailServer | undefined
  readonly smtp?: MailServer | undefined
}

export function withMailServers(command: Command): Command {
  return command
    .optionsGroup('Mail servers (found by the address when none is given):')
    .addOption(new Option('--imap <url>', 'imaps://host (TLS) or imap://host (STARTTLS)').argParser(present))
    .addOption(new Option('--pop <url>', 'pops://host or pop://host').argParser(present))
    .addOption(new Option('--smtp <url>', 'smtps://host or smtp://host').argParser(present))
}

export function withAuthorities(command: Command): Command {
  return command.addOption(
    new Option('--ca-file <path>', 'certificates (PEM) to trust instead of the well-known authorities').argParser(
      present,
    ),
  )
}

/** The servers that were typed; without any, those that the address leads to. */
export async function mailServers(
  address: string,
  options: MailServerOptions,
  { terminal, signal }: Invocation,
  discovery: DiscoverOptions = {},
): Promise<MailServers> {
  const { imap, pop, smtp } = options
  if (imap !== undefined || pop !== undefined || smtp !== undefined) {
    return {
      ...(imap === undefined ? {} : { imap: mailServer(imap, 'imap') }),
      ...(pop === undefined ? {} : { pop: mailServer(pop, 'pop') }),
      ...(smtp === undefined ? {} : { smtp: mailServer(smtp, 'smtp') }),
    }
  }
  const found: MailDiscovery = await discoverMail(address, { signal, ...discovery })
  terminal.detail(`servers of ${address} by ${found.by}`)
  const { imap: read, pop: fetched, smtp: sent, advice } = found
  if (read === undefined && fetched === undefined && sent === undefined)
    throw new UsageError(`There are no mail servers for ${address}.`, advice)
  if (advice !== undefined) terminal.say(advice)
  return { imap: read, pop: fetched, smtp: sent }
}

export async function authorities(options: MailServerOptions, { cwd }: Invocation): Promise<string | undefined> {
  if (options.caFile === undefined) return undefined
  return (await givenFile('--ca-file', options.caFile, cwd)).toString('utf8')
}
