import { bearerToken } from '../bearer.ts'
import type { Engine, Exchange } from '../engine.ts'
import { endGrant } from '../grant-end.ts'
import { type Answer, emptyAnswer, jsonAnswer } from '../http-answer.ts'
import { opaqueToken } from '../opaque.ts'
import { html, pageAnswer } from '../page.ts'
import { Parameters } from '../parameters.ts'
import { ProtocolError } from '../protocol-error.ts'
import { grantTokens } from '../token-answer.ts'
import { provenClient } from './client-proof.ts'
import { refuse, requireMatch } from './foreign-parameters.ts'
import type { Imitation } from './imitation.ts'
import type { Place } from './places.ts'
import { foreignTokenAnswer } from './token-answer.ts'
import { sentParameters } from './token-request.ts'

/** Answers at addresses that only the imitated provider has. */
export async function ownAnswer(raw: Exchange, of: Imitation, engine: Engine, place: Place): Promise<Answer> {
  switch (place.what) {
    case 'app':
      return fragmentPage(engine)
    case 'long_lived':
      return longLived(raw, of, engine)
    case 'revocation':
      return revocation(raw, of, engine, place.values)
    case 'look_up': {
      const how = of.follow_up?.find(({ url }) => raw.path.startsWith(new URL(url).pathname.split('%7B')[0] ?? ''))
      if (how?.authentication === 'none') known(place.values['token'] ?? '', engine)
      else bearerToken(bearer(raw, of), engine, engine.issuer + raw.path)
      return jsonAnswer(of.habits?.look_up)
    }
    default:
      return deviation(raw, of, engine, place.deviation ?? '')
  }
}

/** A page that is one program: the browser runs it, and it reads what stands behind `#`. */
function fragmentPage(engine: Engine): Answer {
  const route = `${engine.issuer}/authorize`
  return pageAnswer({
    title: 'Loading',
    content: html`<div data-route="${route}">This page is a program that reads its own address.</div>`,
  })
}

async function longLived(raw: Exchange, of: Imitation, engine: Engine): Promise<Answer> {
  const { method = 'POST', grant_type, token_parameter } = of.long_lived ?? refuse('There is no such step.')
  if (raw.method !== method) throw new ProtocolError('invalid_request', `This is ${method} here.`, { status: 405 })
  const sent = sentParameters(raw)
  if (sent.get('grant_type') !== grant_type) refuse('The grant_type is another one here.', 'unsupported_grant_type')
  const short = engine.accessTokens.valid(sent.get(token_parameter) ?? '', engine.clock.now())
  const client = engine.clients.find(short?.clientId)
  if (short?.sub === undefined || client === undefined)
    throw new ProtocolError('invalid_grant', 'The token is unknown or has ended.')
  if (client.client_secret !== undefined && sent.get('client_secret') !== client.client_secret)
    throw new ProtocolError('invalid_client', 'The client secret is missing.', { status: 401 })
  const exchange = { ...raw, form: new Parameters(sent) }
  const { sub, scope, issuedAt } = short
  const answer = await grantTokens(engine, { client, sub, scope, granted: [], resources: [], authTime: issuedAt })
  return foreignTokenAnswer(answer, of, exchange, engine)
}

async function revocation(
  raw: Exchange,
  of: Imitation,
  engine: Engine,
  inPath: Readonly<Record<string, string>>,
): Promise<Answer> {
  const rules = of.revocation ?? refuse('There is no such address.')
  const sent = sentParameters(raw)
  if (rules.format === 'json' && raw.body !== '' && !/json/.test(raw.headers['content-type'] ?? ''))
    refuse('The body must be JSON.')
  const [name] = Object.entries(rules.params ?? {}).find(([, value]) => value === '{token}') ?? []
  const presented =
    rules.authentication === 'bearer'
      ? /^Bearer (.+)$/.exec(bearer(raw, of).headers.authorization ?? '')?.[1]
      : undefined
  const token = presented ?? inPath['token'] ?? (name === undefined ? undefined : sent.get(name))
  if (!token) throw new ProtocolError('invalid_request', 'The token is missing.', { status: 401 })
  if (rules.authentication === 'basic' || rules.authentication === 'post' || rules.authentication === 'client') {
    const method = rules.authentication === 'client' ? of.client_auth?.[0] : `client_secret_${rules.authentication}`
    const headers = await provenClient(
      { ...raw, form: new Parameters(sent) },
      sent,
      method,
      { ...of, deviations: {} },
      engine,
    )
    secretHolds(headers.authorization, sent, engine)
  }
  const { client_id = '', client_secret = '' } = engine.clients.list()[0] ?? {}
  for (const [header, template] of Object.entries(rules.headers ?? {})) {
    const value = template.replace('{client_id}', client_id).replace('{client_secret}', client_secret)
    if (raw.headers[header.toLowerCase()] !== value) refuse(`The header ${header} is missing.`)
  }
  for (const [param, template] of Object.entries(rules.params ?? {})) {
    const fixed = template.replace('{client_id}', client_id)
    if (!fixed.includes('{') && sent.get(param) !== fixed) refuse(`The parameter ${param} is missing.`)
  }
  known(token, engine)
  const family = engine.accessTokens.find(token)?.family ?? engine.families.ofToken(token)?.id
  if (family !== undefined) endGrant(engine, family, 'the client revoked it')
  engine.accessTokens.revoke(token)
  return { ...emptyAnswer(204), headers: {} }
}

/** Basic and post credentials are compared here, for these addresses are not the sandbox's own. */
function secretHolds(authorization: string | undefined, sent: URLSearchParams, engine: Engine): void {
  const pair = Buffer.from(/^Basic (.*)$/.exec(authorization ?? '')?.[1] ?? '', 'base64').toString('utf8')
  const secret =
    authorization === undefined
      ? sent.get('client_secret')
      : decodeURIComponent((pair.split(/:(.*)/s)[1] ?? '').replaceAll('+', ' '))
  if (!engine.clients.list().some(({ client_secret }) => client_secret === secret))
    throw new ProtocolError('invalid_client', 'The client secret is wrong.', { status: 401 })
}

function known(token: string, engine: Engine): void {
  if (engine.accessTokens.find(token) === undefined && engine.families.ofToken(token) === undefined)
    throw new ProtocolError('invalid_token', 'The token is unknown.', { status: 401 })
}

/** The request of an API call with its token where RFC 6750 has it; refused when it is not where this provider wants it. */
export function bearer(raw: Exchange, { api }: Imitation): Exchange {
  if (api === undefined) return raw
  requireMatch(
    'header',
    (name) => raw.headers[name]?.toString(),
    Object.fromEntries(Object.keys(api.headers ?? {}).map((name) => [name, '.+'])),
  )
  const header = (api.header ?? 'authorization').toLowerCase()
  const scheme = api.scheme ?? (api.header === undefined ? 'Bearer' : undefined)
  const value = raw.headers[header]?.toString() ?? ''
  const query = api.query_parameter === undefined ? undefined : raw.query.get(api.query_parameter)
  const token =
    query ?? (scheme === undefined ? value : value.startsWith(`${scheme} `) ? value.slice(scheme.length + 1) : '')
  if (token === '' || (api.query_parameter !== undefined && query === undefined))
    throw new ProtocolError('invalid_token', 'The token is not where this API wants it.', { status: 401 })
  return { ...raw, headers: { ...raw.headers, authorization: `Bearer ${token}` } }
}

function deviation(raw: Exchange, of: Imitation, engine: Engine, name: string): Answer {
  const sent = sentParameters(raw)
  if (name === 'app-token-first') {
    const client = engine.clients.list()[0]
    const { params = {} } = (of.deviations?.[name] ?? {}) as { params?: Readonly<Record<string, string>> }
    const [secret] = Object.entries(params).find(([, value]) => value === '{client_secret}') ?? ['client_secret']
    if (sent.get(secret) !== client?.client_secret)
      throw new ProtocolError('invalid_client', 'The secret is wrong.', { status: 401 })
    engine.imitated.appToken = opaqueToken()
    return jsonAnswer({ code: 0, app_access_token: engine.imitated.appToken, expire: 7200 })
  }
  if (name === 'session-login') {
    const { token_parameter = 'access_token' } = (of.deviations?.[name] ?? {}) as { token_parameter?: string }
    const token = engine.accessTokens.valid(raw.query.get(token_parameter) ?? '', engine.clock.now())
    if (token === undefined)
      throw new ProtocolError('invalid_token', 'The token is unknown or has ended.', { status: 401 })
    return jsonAnswer({ BhRestToken: `session-of-${token.value.slice(0, 6)}`, restUrl: `${engine.issuer}/rest/` })
  }
  throw new ProtocolError('not_found', 'There is nothing here.', { status: 404 })
}
