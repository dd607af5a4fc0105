import type { AccessToken } from './access-tokens.ts'
import type { Engine, Exchange } from './engine.ts'
import { ProtocolError } from './protocol-error.ts'

/** The valid access token of a request to a protected resource, or the refusal that RFC 6750 §3 asks for. */
export function bearerToken(exchange: Exchange, engine: Engine, resource: string): AccessToken {
  const value = presentedToken(exchange)
  const known = engine.accessTokens.find(value)
  if (known === undefined) throw refusal('invalid_token', 'The access token is unknown or was revoked.', 401)
  if (engine.clock.now() >= known.expiresAt) throw refusal('invalid_token', 'The access token has expired.', 401)
  if (known.audience.length > 0 && !known.audience.includes(resource))
    throw refusal(
      'invalid_token',
      `The access token is meant for ${known.audience.join(' and ')}, not for this resource.`,
      401,
    )
  return known
}

export function insufficientScope(scope: string): ProtocolError {
  return refusal('insufficient_scope', `This needs the scope ${scope}.`, 403, { scope })
}

function presentedToken({ headers, form }: Exchange): string {
  const header = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(headers.authorization ?? '')?.[1]
  const posted = form.get('access_token')
  if (header !== undefined && posted !== undefined)
    throw refusal('invalid_request', 'The access token was sent in two ways at once (RFC 6750 §2).', 400)
  const value = header ?? posted
  if (value !== undefined) return value
  // RFC 6750 §3.1: a request that shows no authentication at all is told the scheme, and no error code.
  if (headers.authorization === undefined)
    throw new ProtocolError('unauthorized', 'This needs an access token.', {
      status: 401,
      headers: { 'www-authenticate': 'Bearer realm="sandbox"' },
    })
  throw refusal('invalid_request', 'The Authorization header is not a well-formed Bearer header.', 400)
}

function refusal(error: string, description: string, status: number, more: Record<string, string> = {}): ProtocolError {
  const fields = { realm: 'sandbox', error, error_description: description, ...more }
  // RFC 6750 §3 leaves no room for quotes or backslashes in these values.
  const challenge = Object.entries(fields).map(
    ([name, value]) => `${name}="${value.replaceAll(/[^\x20-\x7e]|["\\]/g, '')}"`,
  )
  return new ProtocolError(error, description, {
    status,
    headers: { 'www-authenticate': `Bearer ${challenge.join(', ')}` },
  })
}
