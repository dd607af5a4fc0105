import { authenticatedClient } from './client-authentication.ts'
import type { Handler } from './engine.ts'
import { jsonAnswer } from './http-answer.ts'
import { ProtocolError } from './protocol-error.ts'

/** RFC 7662. Any confidential client may ask about any token, as resource servers do. */
export const introspect: Handler = (exchange, engine) => {
  const asking = authenticatedClient(exchange, engine)
  if (asking.client_secret === undefined)
    throw new ProtocolError('invalid_client', 'Introspection needs a client that can prove who it is.', { status: 401 })
  const value = exchange.form.require('token')
  const now = engine.clock.now()
  const access = engine.accessTokens.valid(value, now)
  const family = engine.families.active(value, now)
  const found = access ?? family
  if (found === undefined) return jsonAnswer({ active: false })
  const user = engine.users.find(found.sub)
  return jsonAnswer({
    active: true,
    iss: engine.issuer,
    client_id: found.clientId,
    scope: found.scope,
    exp: Math.floor(found.expiresAt),
    sub: found.sub ?? found.clientId,
    username: user?.username,
    email: user?.email,
    ...(access === undefined ? {} : { token_type: 'Bearer', iat: Math.floor(access.issuedAt) }),
    ...(access !== undefined && access.audience.length > 0 ? { aud: access.audience } : {}),
  })
}
