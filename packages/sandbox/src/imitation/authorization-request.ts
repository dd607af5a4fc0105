import type { Engine, Exchange } from '../engine.ts'
import { Parameters } from '../parameters.ts'
import { refuse, requireMatch, requireParams, standardNames, standardScope } from './foreign-parameters.ts'
import type { Imitation } from './imitation.ts'

/** The authorization request as RFC 6749 §4.1.1 has it, from one in the provider's own form; or a refusal. */
export function authorizationRequest(
  raw: Exchange,
  of: Imitation,
  engine: Engine,
  inPath: Readonly<Record<string, string>>,
): Exchange {
  const sent = new URLSearchParams(raw.query.encoded)
  const { habits = {}, authorization_request: rules = {} } = of
  if (habits.refuses_empty && [...sent.values()].includes('')) refuse('A parameter is empty.')
  requireMatch('parameter', (name) => sent.get(name), habits.needs_params)
  const asked = standardNames(sent, rules.parameter_names)
  const { response_type, ...fixed } = of.authorization_params ?? {}
  requireParams(asked, fixed)
  if (response_type !== undefined && asked.get('response_type') !== response_type)
    refuse(`The response_type is ${response_type} here.`)
  if (response_type !== undefined || rules.parameter_names?.['response_type'] === null)
    asked.set('response_type', 'code')
  if (inPath['client_id'] !== undefined) asked.set('client_id', inPath['client_id'])
  scopes(asked, raw, of, engine)
  challenge(asked, of, engine)
  if (rules.nonce === 'always' && !asked.get('nonce')) refuse('The nonce is missing.')
  if (rules.nonce === 'never') asked.delete('nonce')
  redirect(asked, of, engine)
  const answered = Object.entries(habits.offline ?? {}).every(([name, value]) => asked.get(name) === value)
  if (habits.offline !== undefined && answered) asked.set('scope', `${asked.get('scope') ?? ''} offline_access`.trim())
  return { ...raw, endpoint: 'authorize', query: new Parameters(asked) }
}

function scopes(asked: URLSearchParams, raw: Exchange, of: Imitation, engine: Engine): void {
  const { parameter_names, literal_scope_separator, second_scope_param } = of.authorization_request ?? {}
  const separator = of.scope_separator ?? ' '
  const encoded = new RegExp(`(?:^|&)${parameter_names?.['scope'] ?? 'scope'}=[^&]*${encodeURIComponent(separator)}`)
  if (literal_scope_separator && encoded.test(raw.query.encoded))
    refuse('The separator of the scope is encoded.', 'invalid_scope')
  const scope = asked.get('scope')
  if (scope !== null) asked.set('scope', standardScope(scope, separator))
  if (second_scope_param === undefined) return
  engine.imitated.secondScope = standardScope(asked.get(second_scope_param) ?? '', separator)
}

function challenge(asked: URLSearchParams, { pkce }: Imitation, { settings }: Engine): void {
  const given = asked.get('code_challenge')
  const method = asked.get('code_challenge_method')
  if (pkce === 'off' || (pkce === 'opt-in' && settings.pkce === 'optional')) {
    if (given !== null) refuse('There is no parameter code_challenge here.')
    return
  }
  if (pkce === 'plain' && method !== 'plain') refuse('The code_challenge_method is plain here.')
  if (pkce === 'S256-hex') {
    if (method !== 'S256' || !/^[0-9a-f]{64}$/.test(given ?? '')) refuse('The code_challenge is in hexadecimal here.')
    asked.set('code_challenge', Buffer.from(given ?? '', 'hex').toString('base64url'))
  }
}

function redirect(asked: URLSearchParams, of: Imitation, engine: Engine): void {
  const sent_as = of.redirect_uri?.sent_as
  if (sent_as !== undefined) {
    if (asked.get('redirect_uri') !== sent_as) refuse('The redirect_uri is the name of the registered one here.')
    const client = engine.clients.find(asked.get('client_id') ?? undefined)
    asked.set('redirect_uri', client?.redirect_uris?.[0] ?? '')
  }
  // Not repeated in the callback, whatever the client expects.
  if (of.callback?.state_in_redirect_uri) asked.delete('state')
}
