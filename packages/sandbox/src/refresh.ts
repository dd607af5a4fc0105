import type { SandboxClient } from './clients.ts'
import type { Engine, Exchange } from './engine.ts'
import { endGrant } from './grant-end.ts'
import type { Answer } from './http-answer.ts'
import { ProtocolError } from './protocol-error.ts'
import type { RefreshFamily } from './refresh-families.ts'
import { checkedResources, checkedScope } from './scope.ts'
import { tokenAnswer } from './token-answer.ts'

/** RFC 6749 §6, with rotation, replay detection and the grace window as the settings have them. */
export async function refresh({ form }: Exchange, engine: Engine, client: SandboxClient): Promise<Answer> {
  const presented = form.require('refresh_token')
  const { families, settings } = engine
  const known = families.ofToken(presented)
  if (known === undefined || known.clientId !== client.client_id)
    throw new ProtocolError('invalid_grant', 'The refresh token was not issued to this client.')
  const now = engine.clock.now()
  // A request that could not succeed in any case must not cost the client its refresh token.
  const scope = form.get('scope') === undefined ? known.scope : checkedScope(form.get('scope'), known.scope)
  const resources = checkedResources(form.all('resource'), known.resources)

  const judged = families.present(presented, now, settings)
  if (judged.state !== 'good') {
    if (!known.alive) endGrant(engine, known.id, known.ended ?? '')
    throw new ProtocolError('invalid_grant', refusal(judged.state, known))
  }
  const { family } = judged
  const refreshToken = families.spend(family.id, judged.repeated, now, settings)
  const { sub, authTime } = family
  return tokenAnswer(engine, { client, sub, scope, resources, authTime }, family, refreshToken)
}

function refusal(state: 'unknown' | 'expired' | 'ended' | 'replayed', family: RefreshFamily): string {
  if (state === 'expired') return 'The refresh token has expired.'
  if (state === 'ended') return `The grant has ended: ${family.ended}.`
  return family.alive
    ? 'The refresh token was replaced by a newer one.'
    : 'The refresh token was replaced by a newer one; because it was used again, the whole grant is revoked.'
}
