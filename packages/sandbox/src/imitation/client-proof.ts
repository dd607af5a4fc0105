import { createHash, createPublicKey, verify } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { SandboxClient } from '../clients.ts'
import type { Engine, Exchange } from '../engine.ts'
import { ProtocolError } from '../protocol-error.ts'
import { refuse } from './foreign-parameters.ts'
import type { Imitation } from './imitation.ts'

/**
 * Has the client prove who it is the way this provider wants it and no other. Leaves credentials in `form` that the
 * sandbox's own check takes, and returns the headers without those that were used up.
 */
export async function provenClient(
  { headers }: Exchange,
  form: URLSearchParams,
  method: string | undefined,
  of: Imitation,
  engine: Engine,
): Promise<IncomingHttpHeaders> {
  const { authorization, ...rest } = headers
  const deviations = of.deviations ?? {}
  if (deviations['app-token-first'] !== undefined) {
    if (authorization !== `Bearer ${engine.imitated.appToken}` || engine.imitated.appToken === '')
      denied('The token of the application is missing.')
    return rest
  }
  if (deviations['hashed-secret'] !== undefined) {
    hashed(form, engine)
    return rest
  }
  const basic = /^Basic (.*)$/.exec(authorization ?? '')?.[1]
  const [user = '', password = ''] = Buffer.from(basic ?? '', 'base64')
    .toString('utf8')
    .split(/:(.*)/s)
  const posted = form.get('client_secret')
  switch (method) {
    case 'client_secret_basic':
      if (basic === undefined || posted !== null) denied('The client must authenticate by Basic.')
      return headers
    case 'client_secret_basic_raw':
      if (basic === undefined || posted !== null) denied('The client must authenticate by Basic.')
      return as(form, rest, { client_id: user, client_secret: password })
    case 'client_secret_username':
      if (basic === undefined || password !== '' || form.has('client_id')) denied('The secret is the user name here.')
      return as(form, rest, bySecret(user, engine))
    case 'client_secret_post':
      if (basic !== undefined) denied('The client must authenticate in the body.')
      if (of.token_request?.parameter_names?.['client_id'] === null)
        return as(form, rest, bySecret(posted ?? '', engine))
      return headers
    case 'client_secret_signed':
      return as(form, rest, signed(posted ?? '', form, of, engine))
    case 'private_key_jwt': {
      if (posted !== null || basic !== undefined) denied('The client must authenticate by a signed assertion.')
      return as(form, rest, asserted(form, engine))
    }
    case 'none_basic':
      if (basic === undefined || password !== '') denied('Basic with an empty password is missing.')
      return as(form, rest, { client_id: decodeURIComponent(user) })
    case 'none': {
      if (basic !== undefined || posted !== null) denied('This request must not carry the secret.')
      // Where not even the client id is sent, the token says whose it is.
      const owner = engine.families.ofToken(form.get('refresh_token') ?? '')?.clientId
      return as(form, rest, engine.clients.find(form.get('client_id') ?? owner))
    }
    default:
      return headers
  }
}

/** Proven: the sandbox's own check is given what it asks for. */
function as(form: URLSearchParams, rest: IncomingHttpHeaders, client: SandboxClient | undefined): IncomingHttpHeaders {
  if (client === undefined) denied('There is no such client.')
  form.set('client_id', client.client_id)
  if (client.client_secret !== undefined) form.set('client_secret', client.client_secret)
  return rest
}

function bySecret(secret: string, engine: Engine): SandboxClient | undefined {
  return engine.clients.list().find(({ client_secret }) => client_secret === secret)
}

function hashed(form: URLSearchParams, engine: Engine): void {
  if (form.has('client_secret')) refuse('The secret itself must not be sent here.')
  const client = engine.clients.find(form.get('client_id') ?? undefined)
  const of = form.get('code') ?? form.get('refresh_token') ?? ''
  const expected = createHash('sha256').update(`${client?.client_secret}|${of}`).digest('hex')
  if (client === undefined || form.get('hash') !== expected) denied('The hash does not match.')
  form.set('client_secret', client.client_secret ?? '')
}

/** RFC 7523 §3: addressed to this server, about the client, signed by its key. */
function asserted(form: URLSearchParams, engine: Engine): SandboxClient | undefined {
  const client = engine.clients.find(form.get('client_id') ?? undefined)
  const { aud, iss, sub } = claimsSigned(form.get('client_assertion') ?? '', client, engine)
  if (aud !== engine.issuer && aud !== `${engine.issuer}/token`) denied('The assertion is meant for somebody else.')
  if (iss !== client?.client_id || sub !== iss) denied('The assertion is about somebody else.')
  return client
}

/** The client whose key signed the JWT in the place of the secret. */
function signed(jwt: string, form: URLSearchParams, of: Imitation, engine: Engine): SandboxClient | undefined {
  const client = engine.clients.find(form.get('client_id') ?? undefined)
  const { iss, aud, sub } = claimsSigned(jwt, client, engine)
  const { issuer, audience } = of.client_assertion ?? {}
  if (iss !== issuer || aud !== audience || sub !== client?.client_id)
    denied('The claims of the client_secret are not those of this client.')
  return client
}

function claimsSigned(jwt: string, client: SandboxClient | undefined, engine: Engine): Record<string, unknown> {
  if (client?.jwk === undefined) denied('This client has no key.')
  const [header = '', payload = '', signature = ''] = jwt.split('.')
  const key = createPublicKey({ key: { ...client.jwk }, format: 'jwk' })
  const by = { key, dsaEncoding: 'ieee-p1363' } as const
  if (!verify('sha256', Buffer.from(`${header}.${payload}`), by, Buffer.from(signature, 'base64url')))
    denied('The JWT is not signed by the key of this client.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>
  if (typeof claims['exp'] !== 'number' || claims['exp'] < engine.clock.now()) denied('The JWT has ended.')
  return claims
}

function denied(words: string): never {
  throw new ProtocolError('invalid_client', words, { status: 401 })
}
