import { OAuthError } from '@evergrant/core'
import type { ServerDescription, ServerVariable } from './api-description.ts'
import { isFields, type Place } from './document.ts'
import { invalidDocument } from './invalid-document.ts'

/** The servers at a place of the document; undefined when it names none. */
export function describedServers({ fields, path }: Place): readonly ServerDescription[] | undefined {
  const given = fields['servers']
  if (given === undefined) return undefined
  const at = [...path, 'servers']
  if (!Array.isArray(given)) throw invalidDocument(at, 'a list of servers is expected.')
  if (given.length === 0) return undefined
  const names = new Set<string>()
  return given.map((server: unknown, index) => {
    const here = [...at, index]
    if (!isFields(server) || typeof server['url'] !== 'string') throw invalidDocument(here, 'a "url" is expected.')
    const { url, description } = server
    const variables = describedVariables(server['variables'], url, here)
    const name = freeName(server['x-name'] ?? server['name'] ?? description, index, names)
    return {
      name,
      url,
      ...(typeof description === 'string' ? { description } : {}),
      ...(variables === undefined ? {} : { variables }),
    }
  })
}

function describedVariables(given: unknown, url: string, path: readonly (string | number)[]) {
  const variables = new Map<string, ServerVariable>()
  for (const [, name = ''] of url.matchAll(/\{([^{}]+)\}/g)) {
    const variable = isFields(given) && Object.hasOwn(given, name) ? given[name] : undefined
    const usual = isFields(variable) ? variable['default'] : undefined
    if (!isFields(variable) || usual === undefined)
      throw invalidDocument([...path, 'variables', name], `the address has {${name}}, so it needs a default.`)
    const values = variable['enum']
    variables.set(name, { default: String(usual), ...(Array.isArray(values) ? { enum: values.map(String) } : {}) })
  }
  return variables.size === 0 ? undefined : Object.fromEntries(variables)
}

/** `Production server (EU)` as `production-server-eu`; without words, `default`, `server-2` and so on. */
function freeName(given: unknown, index: number, taken: Set<string>): string {
  const words = typeof given === 'string' ? given.toLowerCase().match(/[a-z0-9]+/g) : null
  const wanted = words?.slice(0, 6).join('-') ?? (index === 0 ? 'default' : `server-${index + 1}`)
  const name = taken.has(wanted) ? `${wanted}-${index + 1}` : wanted
  taken.add(name)
  return name
}

/**
 * A server's address with its variables filled in. Throws `INVALID_ARGUMENT` for a value that is not among those it takes,
 * or one that would lead elsewhere: to another host, another path or out of the address.
 */
export function serverAddress(
  { url, name, variables = {} }: ServerDescription,
  values: Readonly<Record<string, string>> = {},
): string {
  const authorityEnd = endOfAuthority(url)
  let own = true
  const filled = url.replace(/\{([^{}]+)\}/g, (whole, variable: string, offset: number) => {
    const described = Object.hasOwn(variables, variable) ? variables[variable] : undefined
    const usual = described?.default ?? ''
    const value = String((Object.hasOwn(values, variable) ? values[variable] : undefined) ?? usual)
    if (described?.enum !== undefined) {
      if (described.enum.includes(value)) return value
      throw invalid(variable, name, `takes: ${described.enum.join(', ')}`)
    }
    // What the document says itself is as good as the rest of its address.
    if (value === usual) return value
    own = false
    const rest = url.slice(offset + whole.length)
    const isOrigin = offset === 0 && URL.canParse(usual) && (rest === '' || rest.startsWith('/'))
    const fits = isOrigin ? isPlainAddress(value) : (offset < authorityEnd ? IN_AUTHORITY : IN_PATH).test(value)
    if (!fits) throw invalid(variable, name, 'holds characters that would lead to another address')
    return value
  })
  if (own || keepsItsPlace(filled)) return filled
  throw new OAuthError('INVALID_ARGUMENT', `The variables of server ${name} lead to another address.`, NOT_SENT)
}

const NOT_SENT = { outcome: 'not_sent' } as const

/** A part of a host, a whole one, a port or a scheme. */
const IN_AUTHORITY = /^[^/?#@:%\\\s\p{Cc}]+$/u
const IN_PATH = /^[^?#\\\s\p{Cc}]*$/u

function endOfAuthority(url: string): number {
  const plain = url.replace(/\{[^{}]+\}/g, (variable) => 'x'.repeat(variable.length))
  const start = plain.indexOf('//')
  // A relative address has none, and a value must not give it one.
  if (start < 0) return plain.startsWith('/') ? 0 : plain.length
  const end = plain.slice(start + 2).search(/[/?#\\]/)
  return end < 0 ? plain.length : start + 2 + end
}

function isPlainAddress(value: string): boolean {
  if (!/^https?:\/\/[^/]/i.test(value) || !IN_PATH.test(value) || !URL.canParse(value)) return false
  const { username, password } = new URL(value)
  return username === '' && password === '' && !value.includes('@')
}

/** Nothing climbs, and the parser reads the same host that is written there. */
function keepsItsPlace(address: string): boolean {
  const [, authority, path = ''] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)([^?#]*)/i.exec(address) ?? []
  if (path.split('/').some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment))) return false
  // A relative one is completed, or refused, by whoever takes it.
  if (authority === undefined) return !/(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i.test(address) && !address.startsWith('//')
  return authority !== '' && URL.canParse(address)
}

function invalid(variable: string, server: string, problem: string): OAuthError {
  return new OAuthError('INVALID_ARGUMENT', `The variable ${variable} of server ${server} ${problem}.`, NOT_SENT)
}
