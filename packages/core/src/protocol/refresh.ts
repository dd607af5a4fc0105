import { OAuthError } from '../errors.ts'
import { abilities } from '../provider/abilities.ts'
import type { Flow } from './flow.ts'
import { refreshedSubject } from './id-token-claims.ts'
import { requestKept } from './token-request.ts'

/**
 * Spends the grant's refresh token (RFC 6749 §6). Does not apply to a grant without one.
 * The scope is repeated only when the provider demands it or a narrower one is wanted.
 */
export const refreshFlow: Flow = {
  type: 'refresh_token',
  spends: true,
  prepare: (client) => client.metadata(),
  async request({ client, grant, resource, scope }) {
    if (grant.refresh_token === undefined) return undefined
    const { refresh_token, metadata } = grant
    const { provider } = client
    const own = provider[abilities]?.ownRefreshRequest(provider, metadata)
    const answer = await requestKept(client, {
      grant_type: 'refresh_token',
      parameters: { ...own?.parameters, refresh_token },
      scope: scope ?? (provider.refresh?.send_scope ? grant.requested_scope : undefined),
      resource,
      grant,
      rules: own?.rules ?? { endpoint: provider.refresh_endpoint },
    })
    if ('spoilt' in answer || answer.id_token === undefined) return answer
    const subject = refreshedSubject(client, answer.id_token)
    if (subject === undefined) {
      const { id_token: _, ...withoutIdentity } = answer
      return withoutIdentity
    }
    const { subject: known } = grant
    if (known !== undefined && (known.sub !== subject.sub || known.iss !== subject.iss)) {
      const message = `${provider.name} answered the refresh of grant ${grant.id} with tokens of another account (OpenID Connect Core §12.2).`
      const { refresh_token: rotated, dpop_key } = answer
      const about = { provider: provider.id, grant: grant.id, outcome: 'refused' } as const
      return {
        spoilt: new OAuthError('WRONG_ACCOUNT', message, about),
        ...(rotated === undefined ? {} : { refresh_token: rotated }),
        ...(dpop_key === undefined ? {} : { dpop_key }),
      }
    }
    return { ...answer, subject }
  },
}
