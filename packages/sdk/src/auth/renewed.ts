import {
  accessToken,
  type Client,
  clientCredentialsFlow,
  grant,
  memoryStore,
  OAuthError,
  tokenSource,
} from '@evergrant/core'
import type { Parameters } from './credentials.ts'
import { type OAuthToken, oauthToken } from './oauth-token.ts'

/** Core works on grants in a store. The SDK keeps tokens as values, so each exchange gets a store of its own. */
export const GRANT = 'token'

/** A new token for the program itself. */
export async function fetchedByClient(
  client: Client,
  scopes: readonly string[] | undefined,
  params?: Parameters,
): Promise<OAuthToken> {
  const flow = clientCredentialsFlow({ scope: scopes, params })
  return tokenSource(GRANT, { client, store: memoryStore(), flow, clock: client.http.clock }).token()
}

/** The token renewed: the old refresh token stays when the server gives no other. */
export async function renewed(client: Client, token: OAuthToken, scopes?: readonly string[]): Promise<OAuthToken> {
  const { refresh_token, refresh_expires_at, ...access } = token
  if (refresh_token === undefined) {
    throw new OAuthError('CONSENT_REQUIRED', `${client.provider.name}: there is no refresh token to renew it with.`, {
      provider: client.provider.id,
      outcome: 'not_sent',
    })
  }
  const store = memoryStore()
  const now = client.http.clock.now()
  const requested = scopes === undefined || scopes.length === 0 ? access.scope : scopes.join(' ')
  await store.put(
    grant({
      id: GRANT,
      provider: client.provider.id,
      client: client.client_id,
      refresh_token,
      ...(refresh_expires_at === undefined ? {} : { refresh_expires_at }),
      ...(requested === undefined ? {} : { requested_scope: requested }),
      access: { '': accessToken(access) },
      standing: { state: 'active', since: now },
      updated_at: now,
      version: 0,
    }),
    0,
  )
  const fresh = await tokenSource(GRANT, { client, store, clock: client.http.clock }).token({ force: true })
  const stored = await store.get(GRANT)
  return (stored && oauthToken(stored)) ?? fresh
}
