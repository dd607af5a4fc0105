import type { AnswerBody } from '../answer/answer-body.ts'
import { refusal } from '../answer/refusal.ts'
import { OAuthError } from '../errors.ts'
import { ask, send } from '../http/ask.ts'
import { type Http, http } from '../http/http.ts'
import type { Provider } from '../provider/resolve.ts'
import { quietly } from '../redacted.ts'
import { type ClientMetadata, type RegisteredClient, registrationOf } from './register-client.ts'

/** A registration that its client may manage: what {@link registerClient} returned. */
export type RegistrationAccess = Pick<
  RegisteredClient,
  'client_id' | 'client_secret' | 'registration_access_token' | 'registration_client_uri' | 'raw'
>

/**
 * Reads the client's own registration (RFC 7592 §2.1). Keep the answer: the provider may have given a new secret or
 * another token for managing it. What it does not repeat stays as it was.
 *
 * Throws `NOT_SUPPORTED` for a registration that cannot be managed, `INVALID_CLIENT` when the provider does not know it
 * any more, and what a token request throws.
 */
export async function readRegistration(
  provider: Provider,
  registered: RegistrationAccess,
  transport?: Partial<Http>,
): Promise<RegisteredClient> {
  return kept(registered, registrationOf(await managed(provider, registered, 'GET', undefined, transport), provider))
}

/**
 * Changes the client's own registration (RFC 7592 §2.2). The whole of it is sent, because what is left out is deleted:
 * what was registered, with these changes; `undefined` deletes a field. The answer is as of {@link readRegistration}.
 *
 * @example
 * ```ts
 * import { type Provider, type RegisteredClient, updateRegistration } from '@evergrant/core'
 *
 * const moved = (provider: Provider, mine: RegisteredClient) =>
 *   updateRegistration(provider, mine, { redirect_uris: ['https://new.example/callback'] })
 * ```
 */
export async function updateRegistration(
  provider: Provider,
  registered: RegistrationAccess,
  changes: ClientMetadata,
  transport?: Partial<Http>,
): Promise<RegisteredClient> {
  const { client_id, client_secret, raw } = registered
  const whole: Record<string, unknown> = { ...raw, ...changes, client_id, client_secret }
  // RFC 7592 §2.2: these are the provider's to say.
  for (const name of [
    'registration_access_token',
    'registration_client_uri',
    'client_secret_expires_at',
    'client_id_issued_at',
  ])
    delete whole[name]
  const body = await managed(provider, registered, 'PUT', JSON.stringify(whole), transport)
  return kept(registered, registrationOf(body, provider))
}

/** Ends the client's own registration (RFC 7592 §2.3), and with it its secret and, at most providers, its grants. */
export async function deleteRegistration(
  provider: Provider,
  registered: RegistrationAccess,
  transport?: Partial<Http>,
): Promise<void> {
  const body = await managed(provider, registered, 'DELETE', undefined, transport)
  if (body.status > 299) throw refusal(body, provider)
}

async function managed(
  provider: Provider,
  { client_secret = '', registration_access_token, registration_client_uri }: RegistrationAccess,
  method: string,
  body: string | undefined,
  given: Partial<Http> | undefined,
): Promise<AnswerBody> {
  if (registration_access_token === undefined || registration_client_uri === undefined) {
    const message = `${provider.name} gave no address or no token with which this registration could be managed.`
    throw new OAuthError('NOT_SUPPORTED', message, { provider: provider.id, outcome: 'not_sent' })
  }
  const transport = http(given)
  const headers = {
    accept: 'application/json',
    authorization: `Bearer ${registration_access_token}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  }
  const secrets = [registration_access_token, client_secret]
  const answer = await ask({ http: transport, provider }, secrets, (signal) =>
    send(transport, registration_client_uri, { method, headers, signal, ...(body === undefined ? {} : { body }) }),
  )
  // RFC 7592 §2: a client that the provider does not know any more gets a 401 like any wrong token.
  if (answer.status !== 401) return answer
  const message = `${provider.name} does not know this registration any more, or its token was replaced.`
  throw new OAuthError('INVALID_CLIENT', message, {
    provider: provider.id,
    status: 401,
    cause: refusal(answer, provider),
  })
}

function kept(before: RegistrationAccess, now: RegisteredClient): RegisteredClient {
  const { client_secret, registration_access_token, registration_client_uri } = before
  const known = { client_secret, registration_access_token, registration_client_uri }
  const told = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined))
  return quietly<RegisteredClient>({ ...told, ...now })
}
