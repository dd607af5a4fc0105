import { type Client, type DeviationMaker, OAuthError } from '@evergrant/core'
import { textOf, textsOf } from './settings.ts'
import { sideRequest } from './side-request.ts'

/**
 * Before each token request of a person, the program gets a token for itself and shows it: as `Authorization: Bearer`, or
 * as a parameter. Settings: `endpoint`; `params`, with `{client_id}` and `{client_secret}`; `field`, where the token
 * stands in the answer (default `app_access_token`); `sent_as`, the parameter's name when it is no header.
 */
export const appTokenFirst: DeviationMaker = (settings) => {
  const name = 'app-token-first'
  const endpoint = textOf(name, settings, 'endpoint')
  const params = textsOf(name, settings, 'params')
  const field = textOf(name, settings, 'field', 'app_access_token')
  const sent_as = settings['sent_as']
  return {
    async request(draft, client, signal) {
      const token = await appToken(client, { endpoint, params, field, signal })
      const parameters = new URLSearchParams(draft.parameters)
      const headers = new Headers(draft.headers)
      if (typeof sent_as === 'string') parameters.set(sent_as, token)
      else headers.set('authorization', `Bearer ${token}`)
      return { ...draft, headers, parameters }
    },
  }
}

interface AppTokenRequest {
  readonly endpoint: string
  readonly params: Readonly<Record<string, string>>
  readonly field: string
  readonly signal: AbortSignal
}

async function appToken(client: Client, { endpoint, params, field, signal }: AppTokenRequest): Promise<string> {
  const { provider, client_id, authentication } = client
  const client_secret = authentication.secret?.reveal() ?? ''
  const filled = Object.entries(params).map(([name, value]) => [
    name,
    value.replace('{client_id}', () => client_id).replace('{client_secret}', () => client_secret),
  ])
  const headers = { 'content-type': 'application/json', accept: 'application/json' }
  const body = JSON.stringify(Object.fromEntries(filled))
  const fields = await sideRequest(client, endpoint, { method: 'POST', headers, body, signal }, [client_secret])
  const token = fields[field]
  if (typeof token === 'string' && token !== '') return token
  const message = `${provider.name} gave no token for the program itself (${field}); check client id and secret.`
  throw new OAuthError('INVALID_CLIENT', message, { provider: provider.id, outcome: 'not_sent' })
}
