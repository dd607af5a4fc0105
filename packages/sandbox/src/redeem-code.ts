import type { SandboxClient } from './clients.ts'
import { provesPossession } from './codes.ts'
import type { Engine, Exchange } from './engine.ts'
import { endGrant } from './grant-end.ts'
import type { Answer } from './http-answer.ts'
import { ProtocolError } from './protocol-error.ts'
import { checkedResources } from './scope.ts'
import { grantTokens } from './token-answer.ts'

/** RFC 6749 §4.1.3 with RFC 7636 §4.6. Only a success uses the code up. */
export function redeemCode({ form }: Exchange, engine: Engine, client: SandboxClient): Promise<Answer> {
  const code = engine.codes.find(form.require('code'))
  if (code === undefined || code.clientId !== client.client_id)
    throw new ProtocolError('invalid_grant', 'The authorization code was not issued to this client.')
  if (code.used !== undefined) {
    // RFC 6749 §4.1.2: whoever comes second may be the thief or the victim, so nobody keeps what the code gave.
    if (code.used.family !== undefined) endGrant(engine, code.used.family, 'the authorization code was used twice')
    if (code.used.accessToken !== undefined) engine.accessTokens.revoke(code.used.accessToken)
    throw new ProtocolError('invalid_grant', 'The authorization code was used before; the tokens it gave are revoked.')
  }
  const now = engine.clock.now()
  if (now >= code.expiresAt) throw new ProtocolError('invalid_grant', 'The authorization code has expired.')
  if (form.get('redirect_uri') !== code.redirectUri)
    throw new ProtocolError('invalid_grant', 'The redirect_uri is not the one of the authorization request.')
  const verifier = form.get('code_verifier')
  if (code.pkce === undefined && verifier !== undefined)
    // RFC 9700 §2.1.1: else an attacker could strip the challenge from the authorization request unseen.
    throw new ProtocolError(
      'invalid_grant',
      'A code_verifier came, but the authorization request had no code_challenge.',
    )
  if (code.pkce !== undefined && (verifier === undefined || !provesPossession(code.pkce, verifier)))
    throw new ProtocolError('invalid_grant', 'The code_verifier does not match the code_challenge (RFC 7636 §4.6).')
  const resources = checkedResources(form.all('resource'), code.resources)

  code.used = {}
  const { sub, scope, nonce, authTime } = code
  const grant = { client, sub, scope, granted: code.resources, resources, nonce, authTime }
  return grantTokens(engine, grant, code.used)
}
