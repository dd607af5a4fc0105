import type { Endpoint, Engine } from '../engine.ts'
import type { Imitation } from './imitation.ts'

/** What an imitated provider has at a path. */
export interface Place {
  readonly what:
    | Endpoint
    | 'refresh'
    | 'client_credentials'
    | 'long_lived'
    | 'revocation'
    | 'look_up'
    | 'deviation'
    | 'app'
  /** What the braces of the address stand for in this path. */
  readonly values: Readonly<Record<string, string>>
  /** Name of the deviation it belongs to. */
  readonly deviation?: string
}

/** Finds what an imitated provider has at a path; undefined for what is the sandbox's own. */
export function placesOf(path: string, method: string, { issuer, settings }: Engine): Place[] {
  const { imitate } = settings
  if (imitate === undefined) return []
  return addresses(imitate).flatMap(([what, address, deviation]) => {
    const values = matched(address, issuer, path)
    if (values === undefined || (what === 'revocation' && method !== (imitate.revocation?.method ?? 'POST'))) return []
    return [{ what, values, ...(deviation === undefined ? {} : { deviation }) }]
  })
}

function addresses(of: Imitation): [Place['what'], string, string?][] {
  const region = of.callback?.endpoints
  const value = region === undefined ? '' : (of.habits?.callback?.[region.parameter] ?? '')
  const told = (template: string | undefined): string | undefined => template?.replaceAll('{value}', value)
  const refresh = told(region?.refresh_endpoint) ?? of.refresh_endpoint ?? of.refresh_request?.endpoint
  const all: [Place['what'], string | undefined, string?][] = [
    // A page that routes by its fragment is asked for without it.
    [of.authorization_endpoint?.includes('#/') ? 'app' : 'authorize', of.authorization_endpoint?.split(/[?#]/)[0]],
    ['token', told(region?.token_endpoint) ?? of.token_endpoint],
    ['refresh', refresh],
    ['client_credentials', of.client_credentials?.endpoint],
    ['device_authorization', of.device_authorization_endpoint],
    ['long_lived', of.long_lived?.endpoint],
    ['revocation', of.revocation?.endpoint],
    ...(of.follow_up ?? []).map(({ url }): [Place['what'], string] => ['look_up', url.split('?')[0] ?? url]),
    ...Object.entries(of.deviations ?? {}).map(([name, { endpoint }]): [Place['what'], string | undefined, string] => [
      'deviation',
      typeof endpoint === 'string' ? endpoint.split('?')[0] : undefined,
      name,
    ]),
  ]
  return all.filter((one): one is [Place['what'], string, string?] => one[1] !== undefined)
}

/** What the braces stand for when the address is at this path. */
function matched(address: string, issuer: string, path: string): Record<string, string> | undefined {
  if (!address.startsWith(issuer)) return undefined
  const base = new URL(issuer).pathname.replace(/\/$/, '')
  const names: string[] = []
  const pattern = (base + address.slice(issuer.length)).split(/(\{\w+\})/).map((part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1]
    if (name === undefined) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
    names.push(name)
    return '([^/]+)'
  })
  const found = new RegExp(`^${pattern.join('')}$`).exec(path)
  if (found === null) return undefined
  return Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(found[index + 1] ?? '')]))
}
