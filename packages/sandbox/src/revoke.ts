import { authenticatedClient } from './client-authentication.ts'
import type { Handler } from './engine.ts'
import { endGrant } from './grant-end.ts'
import { emptyAnswer } from './http-answer.ts'
import { ProtocolError } from './protocol-error.ts'

/** RFC 7009. Revoking a refresh token ends the grant; revoking an access token ends that token alone. */
export const revoke: Handler = (exchange, engine) => {
  const client = authenticatedClient(exchange, engine)
  const value = exchange.form.require('token')
  const access = engine.accessTokens.find(value)
  const family = engine.families.ofToken(value)
  const owner = access?.clientId ?? family?.clientId
  if (owner !== undefined && owner !== client.client_id)
    throw new ProtocolError('invalid_grant', 'The token was issued to another client.')
  if (access !== undefined) engine.accessTokens.revoke(value)
  if (family !== undefined) endGrant(engine, family.id, 'the client revoked it')
  // RFC 7009 §2.2: an unknown token is answered alike, for what the client wanted is so.
  return emptyAnswer(200)
}
