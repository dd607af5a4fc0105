import { isIP } from 'node:net'
import { isLoopback, OAuthError } from '@evergrant/core'
import { assertMailSettings } from './notices/mail-sender.ts'
import { isRange } from './security/address-policy.ts'

/** What the environment may say. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The environment, understood. */
export interface Settings {
  /** 0: one that is free. */
  readonly port: number
  readonly host: string
  /** Without a trailing slash; undefined: the loopback address with the port. */
  readonly publicUrl: string | undefined
  readonly dataDir: string
  /** PostgreSQL. Undefined: SQLite in the data folder. */
  readonly databaseUrl: string | undefined
  readonly key: string | undefined
  readonly keyFile: string | undefined
  /** Never on at an address that others reach. */
  readonly sandbox: boolean
  /** Somebody asked for it at such an address. */
  readonly sandboxRefused: boolean
  /** Seconds that access tokens of the sandbox live. */
  readonly sandboxTokenLifetime: number
  readonly trustProxy: string | undefined
  /** Addresses inside of the own network that providers may have: ranges and host names. */
  readonly privateAddresses: 'all' | readonly string[]
  /** Providers on this machine are allowed too. */
  readonly loopbackProviders: boolean
  /** Hosts that are reached without a proxy, beside this machine: the variable NO_PROXY. */
  readonly noProxy: string
  /** Undefined: metrics are for this machine alone. */
  readonly metricsToken: string | undefined
  readonly logLevel: string
  readonly mailGateway: MailGatewaySettings
  /** Undefined: people get no mail. */
  readonly mail: { readonly url: string; readonly from: string } | undefined
  /** Seconds between the moment at which the server says that it is not ready and the last request it takes. */
  readonly shutdownDelay: number
}

/** Where mail programs without OAuth are served. */
export interface MailGatewaySettings {
  /** 0: one that is free; none: there is no gateway. Those that end in `s` have TLS from the first octet. */
  readonly ports: MailGatewayPorts
  readonly host: string
  /** Files in PEM; with them, STARTTLS is offered on the other ports. */
  readonly certificate: { readonly certFile: string; readonly keyFile: string } | undefined
}

export type MailGatewayPorts = Readonly<Partial<Record<'imap' | 'imaps' | 'pop' | 'pops' | 'smtp' | 'smtps', number>>>

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

const TEXTS = [
  'EVERGRANT_HOST',
  'EVERGRANT_PUBLIC_URL',
  'EVERGRANT_DATA_DIR',
  'EVERGRANT_KEY',
  'EVERGRANT_KEY_FILE',
  'EVERGRANT_TRUST_PROXY',
  'EVERGRANT_LOG_LEVEL',
  'EVERGRANT_MAIL_HOST',
  'EVERGRANT_MAIL_CERT_FILE',
  'EVERGRANT_MAIL_KEY_FILE',
]

/** Reads the settings. Throws `INVALID_SETTING`, naming the variable and what it may be. */
export function readSettings(env: Environment): Settings {
  for (const name of TEXTS) {
    // Neither a value nor left out: most likely a variable of another name did not expand.
    if (env[name] && env[name].trim() === '') throw invalid(name, env[name], 'a value, or not be set at all')
  }
  const publicUrl = addressOf(env['EVERGRANT_PUBLIC_URL'])
  const loopback = publicUrl === undefined || isLoopback(new URL(publicUrl).hostname)
  const sandbox = sandboxOf(env['EVERGRANT_SANDBOX'])
  const logLevel = env['EVERGRANT_LOG_LEVEL'] || 'info'
  if (!LEVELS.includes(logLevel)) throw invalid('EVERGRANT_LOG_LEVEL', logLevel, `one of ${LEVELS.join(', ')}`)
  return {
    port: portOf(env['EVERGRANT_PORT']),
    // Without a public address nobody else is meant to reach it.
    host: hostOf(env['EVERGRANT_HOST']) ?? (loopback ? '127.0.0.1' : '0.0.0.0'),
    publicUrl,
    databaseUrl: databaseOf(env['DATABASE_URL']),
    dataDir: env['EVERGRANT_DATA_DIR'] || './data',
    key: env['EVERGRANT_KEY'] || undefined,
    keyFile: env['EVERGRANT_KEY_FILE'] || undefined,
    sandbox: sandbox !== 'off' && loopback,
    sandboxRefused: sandbox === 'on' && !loopback,
    privateAddresses: privateAddressesOf(env['EVERGRANT_PRIVATE_ADDRESSES']),
    // At an address that others reach, this machine's own services are as private as its neighbours.
    loopbackProviders: loopback,
    sandboxTokenLifetime: sandboxTokenLifetimeOf(env['EVERGRANT_SANDBOX_TOKEN_LIFETIME']),
    trustProxy: proxiesOf(env['EVERGRANT_TRUST_PROXY']) ?? (loopback ? undefined : 'loopback'),
    noProxy: env['NO_PROXY'] ?? env['no_proxy'] ?? '',
    metricsToken: metricsTokenOf(env['EVERGRANT_METRICS_TOKEN']),
    logLevel,
    mailGateway: mailGatewayOf(env),
    mail: mailOf(env['EVERGRANT_SMTP_URL'] || undefined, env['EVERGRANT_MAIL_FROM'] || undefined),
    shutdownDelay: shutdownDelayOf(env['EVERGRANT_SHUTDOWN_DELAY']),
  }
}

function mailOf(url: string | undefined, from: string | undefined): Settings['mail'] {
  assertMailSettings(url, from)
  return url === undefined || from === undefined ? undefined : { url, from }
}

function shutdownDelayOf(given: string | undefined): number {
  if (!given) return 0
  const seconds = /^\d{1,3}$/.test(given.trim()) ? Number(given) : Number.NaN
  if (seconds <= 300) return seconds
  throw invalid('EVERGRANT_SHUTDOWN_DELAY', given, 'seconds from 0 to 300')
}

function privateAddressesOf(given: string | undefined): 'all' | readonly string[] {
  const words = (given ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((word) => word !== '')
  const [only] = words
  if (words.length === 0 || (words.length === 1 && ['off', '0', 'false', 'no'].includes(only ?? ''))) return []
  if (words.length === 1 && ['on', 'all', '1', 'true', 'yes'].includes(only ?? '')) return 'all'
  const wrong = words.find(
    (word) => !isRange(word) && !/^(?!\d+(?:\.\d+)*$)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/.test(word),
  )
  if (wrong === undefined) return words
  throw invalid('EVERGRANT_PRIVATE_ADDRESSES', given, 'off, on, or a list such as 10.1.0.0/16, idp.corp.example')
}

function portOf(given: string | undefined): number {
  return portNumber('EVERGRANT_PORT', given, '8080') ?? 8080
}

function mailGatewayOf(env: Environment): MailGatewaySettings {
  const ports = Object.fromEntries(
    Object.entries(MAIL_PORTS).flatMap(([name, usual]) => {
      const variable = `EVERGRANT_MAIL_${name.toUpperCase()}_PORT`
      const port = portNumber(variable, env[variable], usual)
      return port === undefined ? [] : [[name, port]]
    }),
  )
  const host = hostOf(env['EVERGRANT_MAIL_HOST'], 'EVERGRANT_MAIL_HOST') ?? '127.0.0.1'
  const certFile = env['EVERGRANT_MAIL_CERT_FILE'] || undefined
  const keyFile = env['EVERGRANT_MAIL_KEY_FILE'] || undefined
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new OAuthError(
      'INVALID_SETTING',
      'EVERGRANT_MAIL_CERT_FILE and EVERGRANT_MAIL_KEY_FILE go together: the certificate chain and its private key, both in PEM.',
    )
  }
  const listens = Object.keys(ports).length > 0
  if (listens && certFile === undefined && !isLoopback(host)) {
    throw new OAuthError(
      'INVALID_SETTING',
      `EVERGRANT_MAIL_HOST is "${host}": others reach that address, and passwords must not come to it in the clear. Set EVERGRANT_MAIL_CERT_FILE and EVERGRANT_MAIL_KEY_FILE too.`,
    )
  }
  const secure = ['imaps', 'pops', 'smtps'].find((name) => name in ports)
  if (secure !== undefined && certFile === undefined) {
    throw new OAuthError(
      'INVALID_SETTING',
      `EVERGRANT_MAIL_${secure.toUpperCase()}_PORT needs EVERGRANT_MAIL_CERT_FILE and EVERGRANT_MAIL_KEY_FILE.`,
    )
  }
  return { ports, host, certificate: certFile && keyFile ? { certFile, keyFile } : undefined }
}

/** The usual numbers for a gateway; those of a mail server need more rights. */
const MAIL_PORTS = { imap: '1143', imaps: '1993', pop: '1110', pops: '1995', smtp: '1587', smtps: '1465' } as const

function portNumber(name: string, given: string | undefined, usual: string): number | undefined {
  if (!given) return undefined
  const port = /^\d{1,5}$/.test(given.trim()) ? Number(given) : Number.NaN
  if (!(port <= 65_535)) throw invalid(name, given, `a port number: ${usual}, or 0 for one that is free`)
  return port
}

const HOST_NAME = /^(?:[a-z\d_](?:[a-z\d_-]*[a-z\d_])?\.)*[a-z](?:[a-z\d-]*[a-z\d])?\.?$/i

function hostOf(given: string | undefined, name = 'EVERGRANT_HOST'): string | undefined {
  if (!given) return undefined
  const host = given.trim()
  if (isIP(host) !== 0 || HOST_NAME.test(host)) return host
  throw invalid(
    name,
    given,
    'an address of this machine or its name, without a port: 127.0.0.1, 0.0.0.0 for all, :: for all with IPv6',
  )
}

function proxiesOf(given: string | undefined): string | undefined {
  if (!given) return undefined
  const all = given.split(',').map((one) => one.trim())
  if (all.every(isProxy)) return all.join(',')
  throw invalid(
    'EVERGRANT_TRUST_PROXY',
    given,
    'addresses or networks of proxies with commas between them, such as 10.0.0.0/8, or loopback, linklocal, uniquelocal',
  )
}

function isProxy(one: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(one)) return true
  const [address = '', bits, ...more] = one.split('/')
  const longest = isIP(address) === 6 ? 128 : 32
  if (isIP(address) === 0 || more.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) > 0 && Number(bits) <= longest)
}

function addressOf(given: string | undefined): string | undefined {
  if (!given) return undefined
  const url = URL.canParse(given) ? new URL(given) : undefined
  const web = url?.protocol === 'https:' || url?.protocol === 'http:'
  if (url === undefined || !web || url.search !== '' || url.hash !== '' || url.username !== '') {
    // A password in it is not repeated.
    const shown = given.replace(/\/\/[^/@]*@/, '//…@')
    throw invalid('EVERGRANT_PUBLIC_URL', shown, 'an address such as https://evergrant.example.com')
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    const message = `EVERGRANT_PUBLIC_URL is ${given}: plain http works on this machine only. Put a proxy with https before it.`
    throw new OAuthError('INVALID_SETTING', message)
  }
  return url.href.replace(/\/+$/, '')
}

function databaseOf(given: string | undefined): string | undefined {
  if (!given) return undefined
  if (/^postgres(?:ql)?:\/\/./.test(given) && URL.canParse(given)) return given
  // Not repeated: it may have a password in it.
  const message = 'DATABASE_URL cannot be used: it should be like postgresql://user:password@host:5432/database.'
  throw new OAuthError('INVALID_SETTING', message)
}

function metricsTokenOf(given: string | undefined): string | undefined {
  if (!given) return undefined
  if (/^[\w.~+/=-]{16,}$/.test(given)) return given
  // Not repeated: it is meant to be a secret.
  const message =
    'EVERGRANT_METRICS_TOKEN cannot be used: it should be 16 or more letters, digits or any of - . _ ~ + / =, such as openssl rand -hex 32 prints.'
  throw new OAuthError('INVALID_SETTING', message)
}

/** A minute, so that whoever tries it out sees a token end and be renewed. */
const SANDBOX_TOKEN_LIFETIME = 60

function sandboxTokenLifetimeOf(given: string | undefined): number {
  if (!given) return SANDBOX_TOKEN_LIFETIME
  const seconds = /^\d{1,5}$/.test(given.trim()) ? Number(given) : Number.NaN
  if (seconds >= 10 && seconds <= 86_400) return seconds
  throw invalid('EVERGRANT_SANDBOX_TOKEN_LIFETIME', given, 'seconds from 10 to 86400')
}

function sandboxOf(given: string | undefined): 'on' | 'off' | 'auto' {
  const word = (given ?? '').trim().toLowerCase()
  if (word === '') return 'auto'
  if (['off', '0', 'false', 'no'].includes(word)) return 'off'
  if (['on', '1', 'true', 'yes'].includes(word)) return 'on'
  throw invalid('EVERGRANT_SANDBOX', given, 'on or off')
}

function invalid(name: string, given: string | undefined, expected: string): OAuthError {
  return new OAuthError('INVALID_SETTING', `${name} is "${given}", and should be ${expected}.`)
}
