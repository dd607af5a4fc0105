import type { TokenAnswer } from '../answer/token-answer.ts'
import type { Client } from '../client/client.ts'
import { type CredentialSource, credential } from '../client/credential.ts'
import type { Grant } from '../grant/grant.ts'
import type { Flow } from './flow.ts'
import { requestToken, withoutRefresh } from './token-request.ts'

/** The grant type of RFC 8693 §2.1. */
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** Kinds of tokens by their short names (RFC 8693 §3); any other URI is used as it is. */
export type TokenKind = 'access_token' | 'refresh_token' | 'id_token' | 'jwt' | 'saml1' | 'saml2' | (string & {})

/** What is exchanged for what. */
export interface TokenExchangeOptions {
  /** The token that says for whom; a function for tokens that end. */
  readonly subject_token: CredentialSource
  /** Default `access_token`. */
  readonly subject_token_type?: TokenKind | undefined
  /** The token that says who acts for them. */
  readonly actor_token?: CredentialSource | undefined
  readonly actor_token_type?: TokenKind | undefined
  readonly requested_token_type?: TokenKind | undefined
  /** Logical name of the service that the new token is for. */
  readonly audience?: string | undefined
  readonly resource?: string | undefined
  readonly scope?: string | readonly string[] | undefined
  /** Extra parameters of the token request. */
  readonly params?: Readonly<Record<string, string>> | undefined
}

/**
 * Exchanges a token for another one (RFC 8693), once. What kind of token came is in `raw.issued_token_type`; it need
 * not be an access token. Nothing is stored. Throws what a token request throws.
 */
export function exchangeToken(client: Client, options: TokenExchangeOptions): Promise<TokenAnswer> {
  return exchanged(client, options)
}

async function exchanged(client: Client, options: TokenExchangeOptions, grant?: Grant): Promise<TokenAnswer> {
  const { subject_token, actor_token, params, audience, scope, resource } = options
  const actor = actor_token === undefined ? undefined : await credential(actor_token, 'actor token', undefined)
  return requestToken(client, {
    grant_type: TOKEN_EXCHANGE,
    parameters: {
      ...params,
      subject_token: await credential(subject_token, 'subject token', undefined),
      subject_token_type: kind(options.subject_token_type ?? 'access_token'),
      actor_token: actor,
      // RFC 8693 §2.1: required with an actor token, and not allowed without one.
      actor_token_type: actor === undefined ? undefined : kind(options.actor_token_type ?? 'access_token'),
      requested_token_type: options.requested_token_type === undefined ? undefined : kind(options.requested_token_type),
      audience,
    },
    scope,
    resource,
    grant,
  })
}

/**
 * A token source whose tokens come by exchange (RFC 8693). No refresh token is kept: the subject's token decides how
 * long it goes on.
 *
 * @example
 * ```ts
 * import { type Client, memoryStore, type TokenSource, tokenExchangeFlow, tokenSource } from '@evergrant/core'
 *
 * function downstream(client: Client, caller: TokenSource): TokenSource {
 *   const subject_token = async () => (await caller.token()).access_token
 *   return tokenSource('downstream', { client, store: memoryStore(), flow: tokenExchangeFlow({ subject_token }) })
 * }
 * ```
 */
export function tokenExchangeFlow(wanted: TokenExchangeOptions): Flow {
  return {
    type: TOKEN_EXCHANGE,
    spends: false,
    prepare: (client) => client.metadata(),
    async request({ client, grant, resource = wanted.resource, scope = wanted.scope }) {
      return withoutRefresh(await exchanged(client, { ...wanted, resource, scope }, grant))
    },
  }
}

function kind(name: TokenKind): string {
  return name.includes(':') ? name : `urn:ietf:params:oauth:token-type:${name}`
}
