import { authenticatedClient } from './client-authentication.ts'
import { mayUse, type SandboxClient } from './clients.ts'
import type { Engine, Exchange, Handler } from './engine.ts'
import type { Answer } from './http-answer.ts'
import { JWT_BEARER, jwtBearer } from './jwt-bearer.ts'
import { sameSecret } from './opaque.ts'
import { ProtocolError } from './protocol-error.ts'
import { redeemCode } from './redeem-code.ts'
import { refresh } from './refresh.ts'
import { checkedResources, checkedScope } from './scope.ts'
import { grantTokens, tokenAnswer } from './token-answer.ts'

type Flow = (exchange: Exchange, engine: Engine, client: SandboxClient) => Promise<Answer>

const flows: ReadonlyMap<string, Flow> = new Map<string, Flow>([
  ['authorization_code', redeemCode],
  ['refresh_token', refresh],
  ['client_credentials', clientCredentials],
  ['password', passwordGrant],
  ['urn:ietf:params:oauth:grant-type:device_code', pollDevice],
])

export const grantTypes: readonly string[] = [...flows.keys(), JWT_BEARER]

/** The token endpoint (RFC 6749 §3.2). */
export const token: Handler = (exchange, engine) => {
  const twice = exchange.form.duplicated()
  if (twice !== undefined)
    throw new ProtocolError('invalid_request', `The parameter ${twice} was sent more than once (RFC 6749 §3.2).`)
  // RFC 7523 §2.1: client authentication is optional there, for the assertion names who asks.
  if (exchange.form.get('grant_type') === JWT_BEARER) return jwtBearer(exchange, engine)
  const client = authenticatedClient(exchange, engine)
  const grantType = exchange.form.require('grant_type')
  const flow = flows.get(grantType)
  if (flow === undefined)
    throw new ProtocolError('unsupported_grant_type', `The sandbox does not know the grant type ${grantType}.`)
  if (!mayUse(client, grantType))
    throw new ProtocolError('unauthorized_client', `This client is not registered for the grant type ${grantType}.`)
  return flow(exchange, engine, client)
}

/** RFC 6749 §4.4. */
function clientCredentials({ form }: Exchange, engine: Engine, client: SandboxClient): Promise<Answer> {
  // RFC 6749 §4.4: for confidential clients only.
  if (client.client_secret === undefined)
    throw new ProtocolError('unauthorized_client', 'A public client cannot use the client_credentials grant.')
  const scope = checkedScope(form.get('scope'), client.scope)
  return tokenAnswer(engine, { client, scope, resources: checkedResources(form.all('resource')) })
}

/** RFC 6749 §4.3. For the persons that were given a password. */
function passwordGrant({ form }: Exchange, engine: Engine, client: SandboxClient): Promise<Answer> {
  const user = engine.users.findByName(form.require('username'))
  const password = form.require('password')
  if (user?.password === undefined || !sameSecret(user.password, password))
    throw new ProtocolError('invalid_grant', 'The username or the password is wrong.')
  const scope = checkedScope(form.get('scope'), client.scope)
  const resources = checkedResources(form.all('resource'))
  const authTime = engine.clock.now()
  return grantTokens(engine, { client, sub: user.sub, scope, granted: resources, resources, authTime })
}

/** RFC 8628 §3.4 and §3.5. */
function pollDevice({ form }: Exchange, engine: Engine, client: SandboxClient): Promise<Answer> {
  const device = engine.devices.find(form.require('device_code'))
  if (device === undefined || device.clientId !== client.client_id || device.answer.state === 'done')
    throw new ProtocolError('invalid_grant', 'The device code was not issued to this client, or was used before.')
  const now = engine.clock.now()
  if (now >= device.expiresAt) throw new ProtocolError('expired_token', 'The device code has expired; start again.')
  const early = device.polledAt !== undefined && now - device.polledAt < device.interval
  device.polledAt = now
  if (early) {
    // RFC 8628 §3.5: the interval grows by five seconds, for this and all later requests.
    device.interval += 5
    throw new ProtocolError('slow_down', `The device must leave ${device.interval} s between two polls.`)
  }
  if (device.answer.state === 'denied') throw new ProtocolError('access_denied', 'The person said no.')
  if (device.answer.state !== 'allowed')
    throw new ProtocolError('authorization_pending', 'The person has not answered yet.')
  const { sub, scope, authTime } = device.answer
  device.answer = { state: 'done' }
  return grantTokens(engine, { client, sub, scope, granted: [], resources: [], authTime })
}
