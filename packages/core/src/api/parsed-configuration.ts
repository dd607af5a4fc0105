import { OAuthError } from '../errors.ts'
import type { ApiConfiguration, SchemeConfiguration } from './configuration.ts'

type Kind = 'text' | 'number' | 'list' | 'object' | 'any'

/** The fields of a configuration that may be given from outside, and what they are. */
export const FIELDS: Readonly<Record<string, Kind>> = {
  baseUrl: 'text',
  security: 'any',
  timeout: 'number',
  retries: 'number',
  headers: 'object',
  schemes: 'object',
}

/** The same of each kind of scheme; the first line are those that are credentials. */
export const SCHEME_FIELDS: Readonly<Record<SchemeConfiguration['kind'], Readonly<Record<string, Kind>>>> = {
  basic: { username: 'text', password: 'text' },
  bearer: { token: 'text' },
  key: { value: 'text', in: 'text', name: 'text' },
  oauth: {
    clientId: 'text',
    clientSecret: 'text',
    scopes: 'list',
    redirectUri: 'text',
    username: 'text',
    password: 'text',
    token: 'any',
    clockSkew: 'number',
    provider: 'object',
  },
}

/**
 * A configuration from JSON: its text, or what was parsed from it. Throws `INVALID_PARAMETER`, which names the field and
 * what is expected there, and never shows the value.
 */
export function parsedConfiguration(json: unknown): ApiConfiguration {
  const value = typeof json === 'string' ? parsed(json) : json
  const top = objectAt(value, 'the configuration')
  assertFields(top, FIELDS, '')
  const schemes = objectAt(top['schemes'] ?? {}, 'schemes')
  for (const [name, one] of Object.entries(schemes)) {
    const scheme = objectAt(one, `schemes.${name}`)
    const { kind, ...fields } = scheme
    const known = Object.keys(SCHEME_FIELDS).find((each) => each === kind) as SchemeConfiguration['kind'] | undefined
    if (known === undefined) throw invalid(`schemes.${name}.kind`, `one of ${Object.keys(SCHEME_FIELDS).join(', ')}`)
    assertFields(fields, SCHEME_FIELDS[known], `schemes.${name}.`)
    if (known === 'key' && !/^(?:header|query|cookie)$/.test(String(fields['in'])))
      throw invalid(`schemes.${name}.in`, 'header, query or cookie')
    if (known === 'key' && !fields['name']) throw invalid(`schemes.${name}.name`, 'the name of the header or parameter')
  }
  return { ...top, schemes } as unknown as ApiConfiguration
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The platform's error shows what stands around the place, which may be a secret.
    throw invalid('the configuration', 'valid JSON')
  }
}

function objectAt(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw invalid(where, 'an object')
}

function assertFields(value: Record<string, unknown>, fields: Readonly<Record<string, Kind>>, path: string): void {
  for (const [name, given] of Object.entries(value)) {
    const kind = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (kind === undefined) throw invalid(`${path}${name}`, `one of ${Object.keys(fields).join(', ')} as its name`)
    if (given !== undefined && !isKind(given, kind)) throw invalid(`${path}${name}`, EXPECTED[kind])
  }
}

const EXPECTED: Readonly<Record<Kind, string>> = {
  text: 'a text',
  number: 'a number',
  list: 'a list of texts',
  object: 'an object',
  any: 'a value',
}

function isKind(value: unknown, kind: Kind): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string'
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) && value >= 0
    case 'list':
      return Array.isArray(value) && value.every((one) => typeof one === 'string')
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
    case 'any':
      return true
  }
}

/** Names the place and what belongs there. */
export function invalid(where: string, expected: string): OAuthError {
  return new OAuthError('INVALID_PARAMETER', `${where}: ${expected} is expected.`, { outcome: 'not_sent' })
}
