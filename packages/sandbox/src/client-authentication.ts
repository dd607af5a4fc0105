import type { SandboxClient } from './clients.ts'
import type { Engine, Exchange } from './engine.ts'
import { sameSecret } from './opaque.ts'
import { ProtocolError } from './protocol-error.ts'

interface Presented {
  readonly method: 'client_secret_basic' | 'client_secret_post' | 'none'
  readonly clientId: string | undefined
  readonly secret?: string | undefined
}

/** Tells which client sent the request and has it prove so (RFC 6749 §2.3), or throws `invalid_client`. */
export function authenticatedClient(exchange: Exchange, engine: Engine): SandboxClient {
  const presented = presentedCredentials(exchange)
  if (presented.clientId === undefined)
    throw invalidClient(exchange, 'The client did not say who it is: neither an Authorization header nor a client_id.')
  const client = engine.clients.find(presented.clientId)
  if (client === undefined) throw invalidClient(exchange, 'There is no client with this client_id.')
  const { client_secret: secret, token_endpoint_auth_method: pinned } = client
  if (secret === undefined) {
    if (presented.method !== 'none')
      throw invalidClient(exchange, 'This client is registered as public and has no secret; it must not send one.')
    return client
  }
  if (presented.method === 'none' && pinned !== 'none')
    throw invalidClient(exchange, 'This client is confidential and must send its secret.')
  if (pinned !== undefined && pinned !== presented.method)
    throw invalidClient(exchange, `This client is registered to authenticate by ${pinned}, not by ${presented.method}.`)
  if (presented.secret !== undefined && !sameSecret(presented.secret, secret))
    throw invalidClient(exchange, 'The client secret is wrong.')
  return client
}

/** The client id a request claims, unproven: for the journal and for matching faults. */
export function claimedClientId(exchange: Exchange): string | undefined {
  try {
    return presentedCredentials(exchange).clientId ?? exchange.query.get('client_id')
  } catch {
    return exchange.form.get('client_id')
  }
}

function presentedCredentials(exchange: Exchange): Presented {
  const { authorization } = exchange.headers
  const clientId = exchange.form.get('client_id')
  const posted = exchange.form.get('client_secret')
  if (authorization === undefined)
    return posted === undefined
      ? { method: 'none', clientId }
      : { method: 'client_secret_post', clientId, secret: posted }
  if (posted !== undefined)
    throw new ProtocolError('invalid_request', 'The client authenticated in two ways at once (RFC 6749 §2.3).')
  const basic = basicCredentials(authorization)
  if (basic === undefined) throw invalidClient(exchange, 'The Authorization header is not a well-formed Basic header.')
  if (clientId !== undefined && clientId !== basic.clientId)
    throw new ProtocolError(
      'invalid_request',
      'The client_id of the body differs from that of the Authorization header.',
    )
  return { method: 'client_secret_basic', ...basic }
}

function basicCredentials(header: string): { clientId: string; secret: string } | undefined {
  const encoded = /^basic +([A-Za-z0-9+/]+=*) *$/i.exec(header)?.[1]
  const pair = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  if (colon < 1) return undefined
  try {
    // RFC 6749 §2.3.1: both halves are form-encoded before they are joined.
    const [clientId, secret] = [pair.slice(0, colon), pair.slice(colon + 1)].map((half) =>
      decodeURIComponent(half.replaceAll('+', ' ')),
    )
    return clientId === undefined || secret === undefined ? undefined : { clientId, secret }
  } catch {
    return undefined
  }
}

function invalidClient(exchange: Exchange, description: string): ProtocolError {
  // RFC 6749 §5.2: a client that tried the header must be answered with a matching challenge.
  const headers: Record<string, string> =
    exchange.headers.authorization === undefined ? {} : { 'www-authenticate': 'Basic realm="sandbox"' }
  return new ProtocolError('invalid_client', description, { status: 401, headers })
}
