import * as oauth from 'oauth4webapi'
import { type TokenAnswer, tokenAnswer } from '../answer/token-answer.ts'
import type { Client } from '../client/client.ts'
import { isOAuthError, OAuthError } from '../errors.ts'
import type { Grant } from '../grant/grant.ts'
import { type ConsentTarget, recordConsent } from '../grant/record-consent.ts'
import { exchange } from '../http/exchange.ts'
import type { Flow } from '../protocol/flow.ts'
import { verifyIdToken } from '../protocol/id-token.ts'
import { scopeNames } from '../protocol/scope.ts'

/** A person's own credentials, and what is asked for with them. */
export interface PasswordCredentials {
  readonly username: string
  readonly password: string
  readonly scope?: string | readonly string[] | undefined
  readonly resource?: string | undefined
  /** Extra parameters of the token request; they win over the provider's. */
  readonly params?: Readonly<Record<string, string>> | undefined
}

/** What {@link authorizeWithPassword} needs. */
export interface PasswordOptions extends PasswordCredentials, ConsentTarget {
  /** Id of the grant. */
  readonly grant: string
}

/**
 * Exchanges a person's name and password for a stored grant (RFC 6749 §4.3). The password is sent once and kept
 * nowhere; the grant renews itself when the provider gave a refresh token.
 *
 * Throws `PASSWORD_REFUSED` when the provider does not accept them, and what a token request throws.
 *
 * @deprecated RFC 9700 §2.4: the program sees the password, and no second factor works. Use an authorization code or a
 * device code wherever the provider has them.
 *
 * @example
 * ```ts
 * import type { Client, GrantStore } from '@evergrant/core'
 * import { authorizeWithPassword } from '@evergrant/core/legacy'
 *
 * const login = (client: Client, store: GrantStore, username: string, password: string) =>
 *   authorizeWithPassword(client, { store, grant: username, username, password, scope: 'mail.read' })
 * ```
 */
export async function authorizeWithPassword(client: Client, options: PasswordOptions): Promise<Grant> {
  const { provider } = client
  const names = [...(provider.default_scopes ?? []), ...scopeNames(options.scope), ...(provider.offline_scopes ?? [])]
  const scope = scopeNames(names)
  const sent = client.http.clock.now()
  const answer = await passwordRequest(client, options, scope, options.resource).catch((error: unknown) => {
    throw isOAuthError(error) ? error.forGrant(options.grant) : error
  })
  const subject = await verifyIdToken(client, answer)
  const asked = {
    grant: options.grant,
    ...(scope.length > 0 ? { scope: scope.join(' ') } : {}),
    ...(options.resource === undefined ? {} : { resource: options.resource }),
  }
  return recordConsent(client, options, asked, { answer, subject, sent })
}

/**
 * Asks with the person's name and password each time a token is needed, for providers that give no refresh token. The
 * password is held in memory for as long as the flow is.
 *
 * @deprecated See {@link authorizeWithPassword}.
 */
export function passwordFlow(credentials: PasswordCredentials): Flow {
  return {
    type: 'password',
    spends: false,
    prepare: (client) => client.metadata(),
    async request({ client, resource = credentials.resource, scope }) {
      const names = scopeNames(scope ?? [...(client.provider.default_scopes ?? []), ...scopeNames(credentials.scope)])
      const { refresh_token: _, ...answer } = await passwordRequest(client, credentials, names, resource)
      return answer
    },
  }
}

async function passwordRequest(
  client: Client,
  { username, password, params }: PasswordCredentials,
  scope: readonly string[],
  resource: string | undefined,
): Promise<TokenAnswer> {
  const { provider, registration, http } = client
  const as = await client.metadata()
  const parameters: Record<string, string> = { ...provider.token_params, ...params, username, password }
  if (scope.length > 0) parameters['scope'] = scope.join(provider.scope_separator ?? ' ')
  if (resource !== undefined) parameters['resource'] = resource
  const sent = http.clock.now()
  const body = await exchange(client, (options, { apply }) =>
    oauth.genericTokenEndpointRequest(as, registration, apply, 'password', parameters, options),
  )
  try {
    return tokenAnswer(body, sent, provider, 'password')
  } catch (error) {
    if (!isOAuthError(error) || error.error !== 'invalid_grant') throw error
    const why = error.error_description === undefined ? '' : `: ${error.error_description}`
    const message = `${provider.name} did not accept user name and password${why}. Accounts with a second factor or a sign-in elsewhere need an authorization code or a device code instead.`
    throw new OAuthError('PASSWORD_REFUSED', message, { ...error, cause: error })
  }
}
