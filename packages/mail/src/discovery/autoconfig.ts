import { isHost, type MailServer } from './mail-server.ts'
import { elements, textOf } from './xml.ts'

/** The servers that a domain names for its mailboxes, best first. */
export interface NamedServers {
  readonly imap: readonly MailServer[]
  readonly pop: readonly MailServer[]
  readonly smtp: readonly MailServer[]
  /** Whether a server of these takes OAuth 2.0; undefined when the file does not tell. */
  readonly oauth2?: boolean | undefined
}

const securities: Readonly<Record<string, 'tls' | 'starttls'>> = { SSL: 'tls', TLS: 'tls', STARTTLS: 'starttls' }

/** Settings in the autoconfig format (config-v1.1.xml); undefined when there is no server in it that uses TLS. */
export function readAutoconfig(xml: string, address: string): NamedServers | undefined {
  const servers = (element: string, type: string): { server: MailServer; oauth2: boolean }[] =>
    elements(xml, element)
      .filter(({ attributes }) => new RegExp(`\\btype\\s*=\\s*["']${type}["']`, 'i').test(attributes))
      .flatMap(({ content }) => {
        const security = securities[textOf(content, 'socketType')?.toUpperCase() ?? '']
        const server = named(textOf(content, 'hostname'), textOf(content, 'port'), security, address)
        const oauth2 = elements(content, 'authentication').some(({ content: how }) => /^\s*OAuth2\s*$/i.test(how))
        return server === undefined ? [] : [{ server, oauth2 }]
      })
  const imap = servers('incomingServer', 'imap')
  const pop = servers('incomingServer', 'pop3')
  const smtp = servers('outgoingServer', 'smtp')
  const oauth2 = [...imap, ...pop, ...smtp].some((each) => each.oauth2)
  const only = (rows: typeof imap): MailServer[] => rows.map(({ server }) => server)
  return anyOf({ imap: only(imap), pop: only(pop), smtp: only(smtp), oauth2 })
}

/** Settings as Exchange's autodiscover tells them (POX); undefined when there is no server in it that uses TLS. */
export function readAutodiscover(xml: string, address: string): NamedServers | undefined {
  const protocols = elements(xml, 'Protocol').map(({ content }) => content)
  const servers = (type: string, tlsPort: number): MailServer[] =>
    protocols.flatMap((content) => {
      if (textOf(content, 'Type')?.toUpperCase() !== type) return []
      const encryption = textOf(content, 'Encryption')?.toUpperCase()
      const ssl = textOf(content, 'SSL')?.toLowerCase() === 'on'
      const port = textOf(content, 'Port') ?? String(tlsPort)
      // "SSL on" is said of both kinds; the port tells them apart.
      const security =
        securities[encryption ?? ''] ?? (ssl ? (Number(port) === tlsPort ? 'tls' : 'starttls') : undefined)
      const server = named(textOf(content, 'Server'), port, security, address)
      return server === undefined ? [] : [server]
    })
  return anyOf({ imap: servers('IMAP', 993), pop: servers('POP3', 995), smtp: servers('SMTP', 465) })
}

function anyOf(servers: NamedServers): NamedServers | undefined {
  return servers.imap.length + servers.pop.length + servers.smtp.length > 0 ? servers : undefined
}

/** A server without TLS is none: the settings come over the network, and tokens would follow them. */
function named(
  host: string | undefined,
  port: string | undefined,
  security: 'tls' | 'starttls' | undefined,
  address: string,
): MailServer | undefined {
  const domain = address.slice(address.lastIndexOf('@') + 1)
  const name = host?.replaceAll('%EMAILDOMAIN%', domain).toLowerCase()
  const number = Number(port)
  if (name === undefined || !isHost(name) || security === undefined) return undefined
  return /^\d{1,5}$/.test(port ?? '') && number > 0 && number < 65536
    ? { host: name, port: number, security }
    : undefined
}
