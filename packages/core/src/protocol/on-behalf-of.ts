import { type CredentialSource, credential } from '../client/credential.ts'
import type { Flow } from './flow.ts'
import { JWT_BEARER } from './jwt-bearer.ts'
import { tokenExchangeFlow } from './token-exchange.ts'
import { requestToken, withoutRefresh } from './token-request.ts'

/** Whose token is passed on, and what for. */
export interface OnBehalfOfOptions {
  /** The access token that the caller came with; a function for tokens that end. */
  readonly assertion: CredentialSource
  readonly scope?: string | readonly string[] | undefined
  readonly resource?: string | undefined
  /** Extra parameters of the token request. */
  readonly params?: Readonly<Record<string, string>> | undefined
}

/**
 * A service that was called with a person's token gets one of its own for the next service, on behalf of that person.
 * Providers whose definition has `on_behalf_of_params` take the caller's token as the assertion of the JWT bearer grant
 * with those parameters; all others by token exchange (RFC 8693).
 */
export function onBehalfOfFlow(wanted: OnBehalfOfOptions): Flow {
  const { assertion, ...rest } = wanted
  const exchanged = tokenExchangeFlow({ ...rest, subject_token: assertion })
  return {
    type: 'on_behalf_of',
    spends: false,
    prepare: (client) => client.metadata(),
    async request(request) {
      const { client, resource = wanted.resource, scope = wanted.scope } = request
      const { on_behalf_of_params } = client.provider
      if (on_behalf_of_params === undefined) return exchanged.request(request)
      const parameters = {
        ...on_behalf_of_params,
        ...wanted.params,
        assertion: await credential(assertion, 'assertion', undefined),
      }
      return withoutRefresh(
        await requestToken(client, { grant_type: JWT_BEARER, parameters, scope, resource, grant: request.grant }),
      )
    },
  }
}
