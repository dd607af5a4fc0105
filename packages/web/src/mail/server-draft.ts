import type { MailChange, MailHost, MailSettings } from '../api/types.ts'

export const PROTOCOLS = ['imap', 'smtp', 'pop'] as const
export type Protocol = (typeof PROTOCOLS)[number]
export type Security = MailHost['security']

/** A server as it is typed; an empty host leaves it to the preset. */
export interface ServerDraft {
  readonly host: string
  readonly port: string
  readonly security: Security
}

/** Mail settings as they are typed. */
export interface MailDraft {
  readonly mailbox: string
  readonly servers: Readonly<Record<Protocol, ServerDraft>>
  /** Empty: whatever the server offers. */
  readonly mechanism: '' | NonNullable<MailChange['mechanism']>
  /** Empty: as the preset says. */
  readonly copies: '' | NonNullable<MailChange['sent_copy']>
}

const PORTS: Readonly<Record<Protocol, Readonly<Record<Security, number>>>> = {
  imap: { tls: 993, starttls: 143, none: 143 },
  smtp: { tls: 465, starttls: 587, none: 587 },
  pop: { tls: 995, starttls: 110, none: 110 },
}

/** The port that servers with this security usually have. */
export const usualPort = (protocol: Protocol, security: Security): number => PORTS[protocol][security]

/** What was set by hand; the rest is empty. */
export function draftOf({ by_hand, mailbox = '', mechanism, sent_copy, ...servers }: MailSettings): MailDraft {
  const own = (field: string): boolean => by_hand.includes(field)
  const server = (protocol: Protocol): ServerDraft => {
    const set = servers[protocol]
    return set !== undefined && own(protocol)
      ? { host: set.host, port: String(set.port), security: set.security }
      : { host: '', port: '', security: set?.security ?? 'tls' }
  }
  return {
    mailbox: own('mailbox') ? mailbox : '',
    servers: { imap: server('imap'), smtp: server('smtp'), pop: server('pop') },
    mechanism: mechanism ?? '',
    copies: own('sent_copy') ? sent_copy : '',
  }
}

/** What a draft sets: nothing of what it leaves empty. */
export function changeOf({ mailbox, servers, mechanism, copies }: MailDraft): MailChange {
  const set = PROTOCOLS.flatMap((protocol): [Protocol, MailHost][] => {
    const { host, port, security } = servers[protocol]
    if (host.trim() === '') return []
    const number = port.trim() === '' ? usualPort(protocol, security) : Number(port)
    return [[protocol, { host: host.trim(), port: number, security }]]
  })
  return {
    ...(mailbox.trim() === '' ? {} : { mailbox: mailbox.trim() }),
    ...Object.fromEntries(set),
    ...(mechanism === '' ? {} : { mechanism }),
    ...(copies === '' ? {} : { sent_copy: copies }),
  }
}
