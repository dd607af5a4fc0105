import type { SpoiltAnswer, TokenAnswer } from '../answer/token-answer.ts'
import type { Client } from '../client/client.ts'
import type { Grant } from '../grant/grant.ts'

/** What a token is wanted for. */
export interface FlowRequest {
  readonly client: Client
  readonly grant: Grant
  /** Resource indicator (RFC 8707). */
  readonly resource?: string | undefined
  /** A narrower scope than the grant's. */
  readonly scope?: string | undefined
}

/** How tokens are obtained for a grant without a person. Stateless; the same value serves every grant. */
export interface Flow {
  /** The RFC's `grant_type`. */
  readonly type: string
  /** Whether a refresh token is used up by the request, so that an unknown outcome matters. */
  readonly spends: boolean
  /** What a request needs and can be had before the refresh token is marked as being spent, such as metadata. */
  prepare?(client: Client): Promise<unknown>
  /**
   * Asks the provider once. `undefined`: this flow does not apply to the grant. Throws an `OAuthError` whose
   * `outcome` says whether the request may have reached the provider. What is wrong with an answer that brought a new
   * refresh token is returned with that token and not thrown, or the token would be lost.
   */
  request(wanted: FlowRequest): Promise<TokenAnswer | SpoiltAnswer | undefined>
}
