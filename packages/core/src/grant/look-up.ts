import { picked } from '../answer/path.ts'
import { refusal } from '../answer/refusal.ts'
import type { Client } from '../client/client.ts'
import { isOAuthError, OAuthError } from '../errors.ts'
import { agent } from '../http/agent.ts'
import { apiFetch } from '../http/api-middleware.ts'
import { ask, send } from '../http/ask.ts'
import { filledIn } from '../protocol/parameters.ts'
import type { Lookup } from '../provider/follow-up.ts'
import type { GrantStore } from '../store/store.ts'
import { type Grant, grant } from './grant.ts'
import { contradicted, MOST_LOST, stillSealed, storeError } from './record.ts'

/**
 * Asks what the provider's definition says is to be looked up with a token (tenant, account, base address), and keeps it
 * in the grant's `metadata`. Done of itself at the end of a consent, where a failure is passed over; call it when the
 * metadata is missing. The access token in the record must still be valid.
 *
 * Throws `GRANT_NOT_FOUND`, what the provider or the store throws, and `INVALID_ANSWER` for what is no JSON.
 */
export async function lookUp(client: Client, store: GrantStore, id: string): Promise<Grant> {
  let found: Record<string, unknown> | undefined
  try {
    for (let lost = 0; lost < MOST_LOST; lost++) {
      const current = await store.get(id)
      if (current?.sealed !== undefined) throw stillSealed(id)
      const token = current?.access['']?.access_token
      if (current === undefined || token === undefined)
        throw new OAuthError('GRANT_NOT_FOUND', `Grant ${id} has no access token to look anything up with.`, {
          grant: id,
        })
      found ??= await answers(client, token)
      const next = grant({
        ...current,
        metadata: { ...current.metadata, ...found },
        updated_at: client.http.clock.now(),
      })
      const stored = await store.put(next, current.version)
      if (stored.ok) return stored.grant
    }
  } catch (error) {
    throw isOAuthError(error) ? error.forGrant(id) : storeError(error, id)
  }
  throw contradicted(id)
}

async function answers(client: Client, token: string): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {}
  for (const lookup of client.provider.follow_up ?? []) Object.assign(found, await answer(client, token, lookup))
  return found
}

async function answer(client: Client, token: string, lookup: Lookup): Promise<Record<string, unknown>> {
  const { provider, client_id, http } = client
  const values = { token, client_id }
  const headers = new Headers({ accept: 'application/json', ...agent() })
  for (const [name, value] of Object.entries(lookup.headers ?? {})) headers.set(name, filledIn(value, values))
  const bearer = lookup.authentication !== 'none'
  if (bearer) headers.set('authorization', `Bearer ${token}`)
  const transport = bearer ? { ...http, fetch: apiFetch(client) } : http
  const url = filledIn(lookup.url, values, encodeURIComponent)
  const body = await ask(client, [token], (signal) => send(transport, url, { headers, signal }))
  if (body.status > 299) throw refusal(body, provider)
  try {
    return picked(JSON.parse(body.text), lookup.gives)
  } catch {
    throw refusal(body, provider)
  }
}
