import type { Engine, Exchange } from '../engine.ts'
import { JWT_BEARER } from '../jwt-bearer.ts'
import { Parameters } from '../parameters.ts'
import { ProtocolError } from '../protocol-error.ts'
import { isForm } from '../routes.ts'
import { provenClient } from './client-proof.ts'
import { refuse, requireMatch, requireParams, standardNames, standardScope } from './foreign-parameters.ts'
import type { Imitation, RequestHabits } from './imitation.ts'
import type { Place } from './places.ts'

const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'

/** The token request as RFC 6749 §3.2 has it, from one in the provider's own form; or a refusal. */
export async function tokenRequest(
  raw: Exchange,
  of: Imitation,
  engine: Engine,
  places: readonly Place[],
): Promise<Exchange> {
  const sent = sentParameters(raw)
  const kind = kindOf(sent, of, places)
  const own: RequestHabits =
    kind === 'refresh_token'
      ? (of.refresh_request ?? {})
      : kind === 'client_credentials'
        ? (of.client_credentials ?? {})
        : {}
  const rules: RequestHabits = {
    ...of.token_request,
    ...own,
    parameter_names: { ...of.token_request?.parameter_names, ...own.parameter_names },
    headers: { ...of.token_request?.headers, ...own.headers },
  }
  wellFormed(raw, rules)
  const { client_id } = { client_id: engine.clients.list()[0]?.client_id ?? '' }
  const exact = Object.entries(rules.headers ?? {}).map(([name, value]) => [
    name,
    escaped(value.replace('{client_id}', client_id)),
  ])
  requireMatch('header', (name) => text(raw.headers[name]), {
    ...Object.fromEntries(exact),
    ...of.habits?.needs_headers,
  })
  const form = standardNames(sent, rules.parameter_names)
  requireParams(form, { ...of.token_params, ...rules.params })
  if (kind === 'authorization_code' || kind === 'refresh_token') requireRepeated(form, of)
  if (rules.parameter_names?.['grant_type'] === null || rules.grant_type !== undefined || kind === DEVICE_CODE)
    form.set('grant_type', kind)
  else if (form.get('grant_type') !== kind)
    refuse(`The grant_type ${form.get('grant_type')} is not known here.`, 'unsupported_grant_type')
  particular(form, kind, of, engine)
  // An assertion says who asks; nothing else has to.
  const method = kind === JWT_BEARER ? undefined : (rules.client_auth ?? of.client_auth?.[0])
  const headers = await provenClient({ ...raw, form: new Parameters(form) }, form, method, of, engine)
  return {
    ...raw,
    endpoint: 'token',
    method: 'POST',
    form: new Parameters(form),
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
  }
}

/** What was sent, wherever it stands. */
export function sentParameters(raw: Exchange): URLSearchParams {
  const type = raw.headers['content-type'] ?? ''
  if (/^application\/json\b/.test(type)) {
    try {
      const entries = Object.entries(JSON.parse(raw.body) as Record<string, unknown>)
      return new URLSearchParams(entries.map(([name, value]) => [name, String(value)]))
    } catch {
      refuse('The body is no JSON object.')
    }
  }
  return new URLSearchParams(isForm(type) && raw.body !== '' ? raw.body : raw.query.encoded)
}

function kindOf(sent: URLSearchParams, of: Imitation, places: readonly Place[]): string {
  const at = (what: Place['what']): boolean => places.some((place) => place.what === what)
  const asked = (rules: RequestHabits | undefined): string | null => {
    const name =
      rules?.parameter_names?.['grant_type'] ?? of.token_request?.parameter_names?.['grant_type'] ?? 'grant_type'
    return sent.get(name)
  }
  const refreshes =
    asked(of.refresh_request) === (of.refresh_request?.grant_type ?? 'refresh_token') ||
    (of.refresh_request?.params !== undefined &&
      Object.entries(of.refresh_request.params).every(([name, value]) => sent.get(name) === value) &&
      sent.has('refresh_token'))
  const elsewhere = of.refresh_endpoint ?? of.callback?.endpoints?.refresh_endpoint
  if (at('refresh') && !at('token')) return 'refresh_token'
  if (refreshes) {
    if (elsewhere !== undefined && !at('refresh')) refuse('Refreshes go to another address here.')
    return 'refresh_token'
  }
  if (asked(of.client_credentials) === (of.client_credentials?.grant_type ?? 'client_credentials')) {
    if (of.client_credentials?.endpoint !== undefined && !at('client_credentials'))
      refuse('This grant has another address here.')
    return 'client_credentials'
  }
  if (sent.get('grant_type') === (of.device?.grant_type ?? DEVICE_CODE)) return DEVICE_CODE
  if (sent.get('grant_type') === JWT_BEARER) return JWT_BEARER
  return sent.get('grant_type') === 'password' ? 'password' : 'authorization_code'
}

/** What the callback said must come back with the code and with every refresh. */
function requireRepeated(form: URLSearchParams, { callback, habits }: Imitation): void {
  for (const name of callback?.repeated ?? [])
    if (form.get(name) !== habits?.callback?.[name]) refuse(`${name} is not the one of the callback.`)
}

function wellFormed(raw: Exchange, { method = 'POST', format = 'form' }: RequestHabits): void {
  if (raw.method !== method)
    throw new ProtocolError('invalid_request', `Token requests are ${method} here.`, { status: 405 })
  if (method === 'GET') return
  const type = raw.headers['content-type'] ?? ''
  if (format === 'json' && !/^application\/json\b/.test(type)) refuse('The body must be JSON.')
  if (format === 'form' && !isForm(type)) refuse('The body must be a form.')
  if (format === 'query' && raw.body !== '') refuse('The parameters belong into the query.')
}

/** What one kind of request needs beside what all need. */
function particular(form: URLSearchParams, kind: string, of: Imitation, engine: Engine): void {
  const scope = form.get('scope')
  if (scope !== null) form.set('scope', standardScope(scope, of.scope_separator))
  if (kind === 'authorization_code' && of.redirect_uri?.sent_as !== undefined) {
    if (form.get('redirect_uri') !== of.redirect_uri.sent_as)
      refuse('The redirect_uri is the name of the registered one here.')
    form.set('redirect_uri', engine.clients.find(engine.clients.list()[0]?.client_id)?.redirect_uris?.[0] ?? '')
  }
  // Where no redirect URI is taken, the code is good without.
  if (kind === 'authorization_code' && of.token_request?.parameter_names?.['redirect_uri'] === null) {
    const code = engine.codes.find(form.get('code') ?? '')
    if (code?.redirectUri !== undefined) form.set('redirect_uri', code.redirectUri)
  }
  if (kind === 'refresh_token') {
    if (of.refresh?.send_scope && scope === null) refuse('A refresh must repeat the scope.', 'invalid_scope')
    if (of.refresh_request?.redirect_uri && !form.get('redirect_uri')) refuse('A refresh must repeat the redirect_uri.')
    const alias = engine.imitated.aliases.get(form.get('refresh_token') ?? '')
    if (alias !== undefined) form.set('refresh_token', alias)
  }
  if (kind === DEVICE_CODE) {
    const { code_parameter = 'device_code', send_user_code } = of.device ?? {}
    const code = form.get(code_parameter) ?? refuse(`The parameter ${code_parameter} is missing.`)
    if (send_user_code && engine.devices.find(code)?.userCode !== form.get('user_code'))
      refuse('The user_code is missing.')
    if (code_parameter !== 'device_code' && form.has('device_code')) refuse('There is no parameter device_code here.')
    form.set('device_code', code)
  }
}

function escaped(value: string): string {
  return value.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
}

function text(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.join(', ')
}
