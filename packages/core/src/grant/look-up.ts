import { storable } from '../answer/answer-body.ts'
import { picked } from '../answer/path.ts'
import { refusal } from '../answer/refusal.ts'
import { withoutTokens } from '../answer/whole-answer.ts'
import type { Client } from '../client/client.ts'
import { OAuthError } from '../errors.ts'
import { agent } from '../http/agent.ts'
import { apiFetch } from '../http/api-middleware.ts'
import { ask, send } from '../http/ask.ts'
import { filledIn } from '../protocol/parameters.ts'
import type { Lookup } from '../provider/follow-up.ts'
import type { GrantStore } from '../store/store.ts'
import { assertGivenHere } from './given-by.ts'
import { type Grant, grant } from './grant.ts'
import { contradicted, MOST_LOST, stillSealed, storeError } from './record.ts'
import { notFound } from './refusals.ts'
import { trouble } from './transitions.ts'

/**
 * Asks what the provider's definition says is to be looked up with a token (tenant, account, base address), and keeps it
 * in the grant's `metadata`. Done of itself at the end of a consent, which stands when this fails; the grant then says so
 * in `look_up_failed`. Call it to ask again: a success lifts that. The access token in the record must still be valid.
 *
 * Throws `GRANT_NOT_FOUND`, `ISSUER_MISMATCH` when another server gave the grant, what the provider or the store throws, and `INVALID_ANSWER` for what is no JSON or is nested
 * too deep to be kept. The record is as it was then.
 *
 * @example
 * ```ts
 * import { type Client, type GrantStore, lookUp } from '@evergrant/core'
 *
 * async function withMetadata(client: Client, store: GrantStore, id: string) {
 *   const grant = await store.get(id)
 *   return grant?.look_up_failed === undefined ? grant : lookUp(client, store, id)
 * }
 * ```
 */
export async function lookUp(client: Client, store: GrantStore, id: string): Promise<Grant> {
  let found: Record<string, unknown> | undefined
  return changed(store, id, async (current) => {
    const token = current.access['']?.access_token
    if (token === undefined) throw withoutToken(id)
    assertGivenHere(current, client)
    found ??= await answers(client, token)
    const { look_up_failed: _, ...rest } = current
    return grant({ ...rest, metadata: { ...rest.metadata, ...found }, updated_at: client.http.clock.now() })
  })
}

/** Looks up, and where that fails writes into the grant that it did: nobody waits for it who could be told. */
export async function lookUpOrSay(client: Client, store: GrantStore, written: Grant): Promise<Grant> {
  try {
    return await lookUp(client, store, written.id)
  } catch (error) {
    const at = client.http.clock.now()
    const look_up_failed = { at, trouble: trouble(storeError(error, written.id)) }
    const marked = (of: Grant): Grant => grant({ ...of, look_up_failed, updated_at: at })
    try {
      return await changed(store, written.id, marked)
    } catch {
      // The store that fails now is the reason, or says so at its next use; whoever asked for consent is told here.
      return marked(written)
    }
  }
}

/** Writes what becomes of the record, over again when another was first. */
async function changed(
  store: GrantStore,
  id: string,
  change: (current: Grant) => Grant | Promise<Grant>,
): Promise<Grant> {
  try {
    for (let lost = 0; lost < MOST_LOST; lost++) {
      const current = await store.get(id)
      if (current === undefined) throw notFound(id, 'It was never made, or has been deleted.')
      if (current.sealed !== undefined) throw stillSealed(id)
      const stored = await store.put(await change(current), current.version)
      if (stored.ok) return stored.grant
    }
  } catch (error) {
    throw storeError(error, id)
  }
  throw contradicted(id)
}

function withoutToken(grant: string): OAuthError {
  return new OAuthError('GRANT_NOT_FOUND', `Grant ${grant} has no access token to look anything up with.`, { grant })
}

async function answers(client: Client, token: string): Promise<Record<string, unknown>> {
  let found: Record<string, unknown> = {}
  for (const lookup of client.provider.follow_up ?? []) found = { ...found, ...(await answer(client, token, lookup)) }
  // Some answers repeat the token they were asked with.
  return withoutTokens(found, [token])
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
    return picked(storable(body.text), lookup.gives)
  } catch {
    throw refusal(body, provider)
  }
}
