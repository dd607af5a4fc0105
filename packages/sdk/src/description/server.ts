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
  const variables: Record<string, ServerVariable> = {}
  for (const [, name = ''] of url.matchAll(/\{([^{}]+)\}/g)) {
    const variable = isFields(given) ? given[name] : undefined
    const usual = isFields(variable) ? variable['default'] : undefined
    if (!isFields(variable) || usual === undefined)
      throw invalidDocument([...path, 'variables', name], `the address has {${name}}, so it needs a default.`)
    const values = variable['enum']
    variables[name] = { default: String(usual), ...(Array.isArray(values) ? { enum: values.map(String) } : {}) }
  }
  return Object.keys(variables).length === 0 ? undefined : variables
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
 * A server's address with its variables filled in. Throws `INVALID_ARGUMENT` for a variable that it has not, or a value
 * that is not among those it takes.
 */
export function serverAddress(
  { url, name, variables = {} }: ServerDescription,
  values: Readonly<Record<string, string>> = {},
): string {
  const filled = url.replace(/\{([^{}]+)\}/g, (_, variable: string) => {
    const described = variables[variable]
    const value = values[variable] ?? described?.default ?? ''
    if (described?.enum !== undefined && !described.enum.includes(value)) {
      const known = described.enum.join(', ')
      throw new OAuthError('INVALID_ARGUMENT', `The variable ${variable} of server ${name} takes: ${known}.`)
    }
    return value
  })
  return filled
}
