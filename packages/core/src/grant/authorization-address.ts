import { filledIn, renamed } from '../protocol/parameters.ts'
import type { Provider } from '../provider/resolve.ts'

/**
 * The address of the consent page with the request in it, as the provider wants it: RFC 6749 §4.1.1 unless its
 * definition says otherwise.
 */
export function authorizationAddress(
  endpoint: string,
  parameters: URLSearchParams,
  { authorization_request: rules = {}, scope_separator = ' ' }: Provider,
): string {
  const url = new URL(filledIn(endpoint, { client_id: parameters.get('client_id') }, encodeURIComponent))
  const asked = renamed(parameters, rules.parameter_names)
  // An address whose route is its fragment (`/#/authorize`) is read by a program in the browser, query and all.
  const route = url.hash.startsWith('#/')
  const [path = '', present = ''] = route ? url.hash.split(/\?(.*)/s) : [url.hash, url.search]
  const query = new URLSearchParams(present)
  for (const [name, value] of asked) query.set(name, value)
  const encoded = rules.literal_scope_separator === true ? literal(query, rules, scope_separator) : query.toString()
  if (route) url.hash = `${path}?${encoded}`
  else url.search = encoded
  if (rules.fragment !== undefined) url.hash = rules.fragment
  return url.href
}

/** The query with the scope separator as it is: some servers split the scope before they decode it. */
function literal(
  query: URLSearchParams,
  { parameter_names, second_scope_param }: NonNullable<Provider['authorization_request']>,
  separator: string,
): string {
  const scopes = [parameter_names?.['scope'] ?? 'scope', second_scope_param]
  const parts = [...query].map(([name, value]) => {
    const whole = new URLSearchParams([[name, value]]).toString()
    return scopes.includes(name) ? whole.replaceAll(encodeURIComponent(separator), separator) : whole
  })
  return parts.join('&')
}
