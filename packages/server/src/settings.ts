import { isLoopback, OAuthError } from '@evergrant/core'
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
  readonly key: string | undefined
  readonly keyFile: string | undefined
  /** Never on at an address that others reach. */
  readonly sandbox: boolean
  /** Somebody asked for it at such an address. */
  readonly sandboxRefused: boolean
  readonly trustProxy: string | undefined
  /** Addresses inside of the own network that providers may have: ranges and host names. */
  readonly privateAddresses: 'all' | readonly string[]
  /** Providers on this machine are allowed too. */
  readonly loopbackProviders: boolean
  readonly logLevel: string
}

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

/** Reads the settings. Throws `INVALID_PARAMETER`, naming the variable and what it may be. */
export function readSettings(env: Environment): Settings {
  const publicUrl = addressOf(env['EVERGRANT_PUBLIC_URL'])
  const loopback = publicUrl === undefined || isLoopback(new URL(publicUrl).hostname)
  const sandbox = sandboxOf(env['EVERGRANT_SANDBOX'])
  const logLevel = env['EVERGRANT_LOG_LEVEL'] || 'info'
  if (!LEVELS.includes(logLevel)) throw invalid('EVERGRANT_LOG_LEVEL', logLevel, `one of ${LEVELS.join(', ')}`)
  if (env['DATABASE_URL']) {
    throw new OAuthError(
      'NOT_SUPPORTED',
      'DATABASE_URL is set, but this version keeps its data in SQLite only. Unset it.',
    )
  }
  return {
    port: portOf(env['EVERGRANT_PORT']),
    // Without a public address nobody else is meant to reach it.
    host: env['EVERGRANT_HOST'] || (loopback ? '127.0.0.1' : '0.0.0.0'),
    publicUrl,
    dataDir: env['EVERGRANT_DATA_DIR'] || './data',
    key: env['EVERGRANT_KEY'] || undefined,
    keyFile: env['EVERGRANT_KEY_FILE'] || undefined,
    sandbox: sandbox !== 'off' && loopback,
    sandboxRefused: sandbox === 'on' && !loopback,
    trustProxy: env['EVERGRANT_TRUST_PROXY'] || (loopback ? undefined : 'loopback'),
    privateAddresses: privateAddressesOf(env['EVERGRANT_PRIVATE_ADDRESSES']),
    // At an address that others reach, this machine's own services are as private as its neighbours.
    loopbackProviders: loopback,
    logLevel,
  }
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
  const port = Number(given || 8080)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw invalid('EVERGRANT_PORT', given, 'a port number')
  return port
}

function addressOf(given: string | undefined): string | undefined {
  if (!given) return undefined
  const url = URL.canParse(given) ? new URL(given) : undefined
  const web = url?.protocol === 'https:' || url?.protocol === 'http:'
  if (url === undefined || !web || url.search !== '' || url.hash !== '' || url.username !== '') {
    throw invalid('EVERGRANT_PUBLIC_URL', given, 'an address such as https://evergrant.example.com')
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    const message = `EVERGRANT_PUBLIC_URL is ${given}: plain http works on this machine only. Put a proxy with https before it.`
    throw new OAuthError('INSECURE_URL', message)
  }
  return url.href.replace(/\/+$/, '')
}

function sandboxOf(given: string | undefined): 'on' | 'off' | 'auto' {
  const word = (given ?? '').trim().toLowerCase()
  if (word === '') return 'auto'
  if (['off', '0', 'false', 'no'].includes(word)) return 'off'
  if (['on', '1', 'true', 'yes'].includes(word)) return 'on'
  throw invalid('EVERGRANT_SANDBOX', given, 'on or off')
}

function invalid(name: string, given: string | undefined, expected: string): OAuthError {
  return new OAuthError('INVALID_PARAMETER', `${name} is "${given}", and should be ${expected}.`)
}
