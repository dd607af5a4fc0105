import { type Client, isOAuthError, refreshFlow } from '@evergrant/core'
import { probeGrant } from '../store-probe.ts'
import { type Check, check, failed } from './check.ts'

/**
 * Whether the provider knows the client and its secret. A refresh token that nobody ever gave out is sent: a provider
 * authenticates the client first (RFC 6749 §3.2.1), so `invalid_grant` means that the client was accepted. Nothing is
 * issued and nothing is ended.
 */
export function authentication(client: Client): Promise<Check> {
  const { method, secret } = client.authentication
  const about = method === 'none' ? 'Client id' : secret === undefined ? 'Client id and key' : 'Client id and secret'
  return check('client', about, async () => {
    const probe = probeGrant({
      id: 'doctor',
      provider: client.provider.id,
      client: client.client_id,
      refresh_token: `evergrant-doctor-${crypto.randomUUID()}`,
    })
    try {
      await refreshFlow.request({ client, grant: probe })
    } catch (error) {
      if (!isOAuthError(error)) throw error
      if (error.error === 'invalid_grant') {
        return { result: 'ok', detail: `${method}; a wrong refresh token was refused as such` }
      }
      if (error.error === 'unauthorized_client' || error.error === 'unsupported_grant_type') {
        const detail = `The client is known, but it may not refresh: ${error.error_description ?? error.error}`
        return {
          result: 'warn',
          detail,
          who: "whoever registered the client in the provider's console",
          advice: 'Allow the grant type refresh_token, unless only client_credentials is wanted.',
        }
      }
      return failed(error)
    }
    return {
      result: 'warn',
      detail: 'The provider took a refresh token that nobody gave out.',
      who: 'the provider',
      advice: 'Do not trust this token endpoint with real accounts.',
    }
  })
}
