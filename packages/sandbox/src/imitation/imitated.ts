import type { Endpoint, Engine, Exchange } from '../engine.ts'
import { entraRequest } from '../entra/entra.ts'
import type { Answer } from '../http-answer.ts'
import { Parameters } from '../parameters.ts'
import { ProtocolError } from '../protocol-error.ts'
import { authorizationRequest } from './authorization-request.ts'
import { foreignCallback } from './callback.ts'
import { provenClient } from './client-proof.ts'
import type { Imitation } from './imitation.ts'
import { bearer, ownAnswer } from './own-endpoints.ts'
import { placesOf } from './places.ts'
import { foreignTokenAnswer } from './token-answer.ts'
import { sentParameters, tokenRequest } from './token-request.ts'

/** What an imitation remembers between requests. */
export interface Imitated {
  /** Refresh tokens by the access tokens that stand for them. */
  readonly aliases: Map<string, string>
  appToken: string
  secondScope: string
}

/** A request in the sandbox's own terms, or already answered. */
export interface Understood {
  readonly exchange: Exchange
  readonly answer?: Answer
  /** Answers it in the place of the sandbox's own endpoint. */
  readonly handler?: () => Promise<Answer>
}

/** Reads a request as the imitated provider would. Throws the refusal of one that the provider would not take. */
export async function understood(raw: Exchange, engine: Engine): Promise<Understood> {
  const { imitate, entra } = engine.settings
  if (entra !== undefined) return entraRequest(raw, entra, engine) ?? { exchange: raw }
  if (imitate === undefined) return { exchange: raw }
  const places = placesOf(raw.path, raw.method, engine)
  const own = places.find(({ what }) => ['app', 'long_lived', 'revocation', 'look_up', 'deviation'].includes(what))
  if (own !== undefined) return { exchange: raw, answer: await ownAnswer(raw, imitate, engine, own) }
  // What has an address of its own is not at the sandbox's usual one.
  const moved = movedFrom(raw.endpoint, imitate)
  if (moved && places.length === 0)
    throw new ProtocolError('not_found', 'This provider has it elsewhere.', { status: 404 })
  const at = (...names: readonly string[]): boolean =>
    places.some(({ what }) => names.includes(what)) || (!moved && names.includes(raw.endpoint))
  if (at('device_authorization') && asksForDevice(raw, imitate.device_params))
    return { exchange: { ...raw, endpoint: 'device_authorization' } }
  if (at('authorize')) return { exchange: authorizationRequest(raw, imitate, engine, places[0]?.values ?? {}) }
  if (at('token', 'refresh', 'client_credentials'))
    return { exchange: await tokenRequest(raw, imitate, engine, places) }
  if (raw.endpoint === 'revoke') return { exchange: await revocationRequest(raw, imitate, engine) }
  if (at('echo', 'userinfo')) return { exchange: bearer(raw, imitate) }
  return { exchange: raw }
}

/** The answer as the imitated provider would give it. */
export async function imitated(answer: Answer, { exchange, answer: own }: Understood, engine: Engine): Promise<Answer> {
  const { imitate } = engine.settings
  if (imitate === undefined || own !== undefined) return answer
  if (exchange.endpoint === 'authorize' || exchange.endpoint === 'consent')
    return foreignCallback(answer, imitate, engine)
  if (exchange.endpoint === 'token') return foreignTokenAnswer(answer, imitate, exchange, engine)
  const field = imitate.device?.code_field
  if (exchange.endpoint !== 'device_authorization' || field === undefined || answer.error !== undefined) return answer
  const { device_code, ...rest } = JSON.parse(answer.body) as Record<string, unknown>
  return { ...answer, body: JSON.stringify({ ...rest, [field]: device_code }) }
}

/** RFC 7009 with this provider's client authentication. */
async function revocationRequest(raw: Exchange, of: Imitation, engine: Engine): Promise<Exchange> {
  const form = new URLSearchParams(raw.form.encoded)
  // Where an access token is what refreshes, its end is the end of the grant.
  const refresh = engine.imitated.aliases.get(form.get('token') ?? '')
  if (refresh !== undefined) form.set('token', refresh)
  const headers = await provenClient(raw, form, of.client_auth?.[0], { ...of, deviations: {} }, engine)
  return { ...raw, form: new Parameters(form), headers }
}

function movedFrom(endpoint: Endpoint | 'unknown', of: Imitation): boolean {
  if (endpoint === 'revoke') return of.revocation !== undefined
  if (endpoint === 'token') return (of.callback?.endpoints?.token_endpoint ?? of.token_endpoint) !== undefined
  return (
    endpoint === 'authorize' && of.authorization_endpoint !== undefined && !of.authorization_endpoint.includes('#/')
  )
}

function asksForDevice(raw: Exchange, params: Readonly<Record<string, string>> = {}): boolean {
  const sent = sentParameters(raw)
  return Object.entries(params).every(([name, value]) => sent.get(name) === value)
}
