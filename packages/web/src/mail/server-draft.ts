import type { MailChange, MailHost, MailSettings } from '../api/types.ts'

export const PROTOCOLS = ['imap', 'smtp', 'pop'] as const
export type Protocol = (typeof PROTOCOLS)[number]
export type Security = MailHost['security']

/** A server as it is typed; an empty host leaves it to the preset. */
export interface ServerDraft {
  readonly host: string
  readonly port: string
  readonly security: Security
  /** Whether the security was chosen, so that no port changes it any more. */
  readonly chosen?: boolean
}

/** A field of the form. */
export type DraftField = 'mailbox' | 'password' | `${Protocol}.${'host' | 'port' | 'security'}`

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

/** Another security; a port that only fitted the former one goes with it. */
export function withSecurity(protocol: Protocol, server: ServerDraft, security: Security): ServerDraft {
  const follows = server.port.trim() === String(usualPort(protocol, server.security))
  return { ...server, security, chosen: true, port: follows ? String(usualPort(protocol, security)) : server.port }
}

/** Another port; one that usually has another security brings it along, until somebody chooses one. */
export function withPort(protocol: Protocol, server: ServerDraft, port: string): ServerDraft {
  const usual = (['tls', 'starttls'] as const).find((one) => String(usualPort(protocol, one)) === port.trim())
  return { ...server, port, security: server.chosen || usual === undefined ? server.security : usual }
}

/** Whether a host is this machine, to which alone mail goes without TLS. */
export const isThisMachine = (host: string): boolean => /^(?:localhost|127(?:\.\d{1,3}){3})$/i.test(host.trim())

/** Whether a text can be a mail address: one at sign, and nothing that ends an address in a header. */
export const isAddress = (text: string): boolean =>
  text.length <= 320 && /^[^\s@<>"(),;:\\]+@[^\s@<>"(),;:\\]+$/.test(text)

/** The fields that cannot be as they are. */
export function faultsOf({ mailbox, servers }: MailDraft): readonly DraftField[] {
  const ofServers = PROTOCOLS.flatMap((protocol): DraftField[] => {
    const { host, port, security } = servers[protocol]
    if (host.trim() === '') return []
    const number = Number(port)
    const isPort = port.trim() === '' || (/^\d{1,5}$/.test(port.trim()) && number >= 1 && number <= 65_535)
    return [
      ...(HOST.test(host.trim()) && host.trim().length <= 253 ? [] : [`${protocol}.host` as const]),
      ...(isPort ? [] : [`${protocol}.port` as const]),
      ...(security === 'none' && !isThisMachine(host) ? [`${protocol}.security` as const] : []),
    ]
  })
  return mailbox.trim() === '' || isAddress(mailbox.trim()) ? ofServers : ['mailbox', ...ofServers]
}

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
/** A name or an address, and nothing that could be more than one. */
const HOST = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`, 'i')

/** What was set by hand; the rest is empty. */
export function draftOf({ by_hand, mailbox = '', mechanism, sent_copy, ...servers }: MailSettings): MailDraft {
  const own = (field: string): boolean => by_hand.includes(field)
  const server = (protocol: Protocol): ServerDraft => {
    const set = servers[protocol]
    return set !== undefined && own(protocol)
      ? { host: set.host, port: String(set.port), security: set.security }
      : // Nobody is to send without TLS because a preset for this machine does.
        { host: '', port: '', security: set === undefined || set.security === 'none' ? 'tls' : set.security }
  }
  return {
    mailbox: own('mailbox') ? mailbox : '',
    servers: { imap: server('imap'), smtp: server('smtp'), pop: server('pop') },
    mechanism: mechanism ?? '',
    copies: own('sent_copy') ? sent_copy : '',
  }
}

/** Whether a draft names a server that was not set by hand before: then tokens go elsewhere. */
export function namesServer(draft: MailDraft, settings: MailSettings): boolean {
  const change = changeOf(draft)
  return PROTOCOLS.some((protocol) => {
    const server = change[protocol]
    const before = settings.by_hand.includes(protocol) ? settings[protocol] : undefined
    if (server === undefined) return false
    return server.host !== before?.host || server.port !== before.port || server.security !== before.security
  })
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
