import type { Client } from '../client/client.ts'
import { OAuthError } from '../errors.ts'
import { exactIssuer, mayBeIssuer } from '../provider/issuer.ts'
import type { Grant } from './grant.ts'

/** Which authorization server gave a grant's tokens. */
export interface GivenBy {
  /** As the provider was configured then; absent when only its endpoints were known. */
  readonly issuer?: string
  readonly token_endpoint?: string
}

/** Where a client's tokens come from. `token_endpoint`: the published one, where none is given by hand. */
export function givenBy({ provider }: Client, token_endpoint: string | undefined = provider.token_endpoint): GivenBy {
  return {
    ...(provider.issuer === undefined ? {} : { issuer: provider.issuer }),
    ...(token_endpoint === undefined ? {} : { token_endpoint }),
  }
}

/**
 * Whether another server gave the grant than the one that would get its refresh token now. An issuer vouches for the
 * endpoints that it publishes, so these may move to any address; an endpoint that stands in the settings counts by its
 * origin, and may only move to one that names the former in `moved_from`. What an older version recorded says nothing
 * but the subject's issuer.
 */
export function isFromElsewhere(
  of: Grant,
  { provider }: Client,
  token_endpoint: string | undefined = provider.token_endpoint,
): boolean {
  const { given_by, subject } = of
  if (subject !== undefined && subject.iss !== (exactIssuer(provider) ?? subject.iss)) return true
  if (subject !== undefined && !mayBeIssuer(provider, subject.iss)) return true
  if (given_by?.issuer !== undefined && provider.issuer !== undefined) {
    if (!(provider.issuer_rule === 'tenant' ? isSameOrigin : isSame)(given_by.issuer, provider.issuer)) return true
    if (provider.token_endpoint === undefined) return false
  }
  const before = given_by?.token_endpoint
  if (before === undefined || token_endpoint === undefined || isSameOrigin(before, token_endpoint)) return false
  return !(provider.moved_from ?? []).some((former) => isSameOrigin(former, before))
}

/**
 * Throws `ISSUER_MISMATCH` for a grant that another server gave than the one that is configured now: its tokens are not
 * shown to this one (RFC 9700 §4.4). Call it before a stored token goes to an address that the client's settings name.
 * The engine does so by itself. `token_endpoint`: the published one, where none is given by hand.
 *
 * @example
 * ```ts
 * import { assertGivenHere, type Client, type Grant, userInfo } from '@evergrant/core'
 *
 * function whoIs(client: Client, of: Grant, access_token: string) {
 *   assertGivenHere(of, client)
 *   return userInfo(client, access_token)
 * }
 * ```
 */
export function assertGivenHere(of: Grant, client: Client, token_endpoint?: string): void {
  if (!isFromElsewhere(of, client, token_endpoint)) return
  const message = `Grant ${of.id} was given by ${giver(of)}, and ${address(client, token_endpoint)} is configured. Nothing was sent there.`
  throw new OAuthError('ISSUER_MISMATCH', message, { grant: of.id, provider: of.provider, outcome: 'not_sent' })
}

/** A refresh token is bound to the client it was given to (RFC 6749 §6); shown to another, it would end or leak. */
export function otherClient(of: Grant, client: Client, token_endpoint?: string): OAuthError {
  const here = address(client, token_endpoint)
  const message =
    of.client === client.client_id && of.provider === client.provider.id
      ? `Grant ${of.id} was given by ${giver(of)}, and its refresh token is not sent to ${here}, which is configured now. Connect it again, restore the former address, or name that in moved_from of the provider's definition if the provider has moved.`
      : `Grant ${of.id} was given to client ${of.client} of ${of.provider}, but client ${client.client_id} of ${client.provider.id} is configured. Connect it again, or restore the former client.`
  return new OAuthError('CONSENT_REQUIRED', message, { grant: of.id, provider: of.provider, outcome: 'not_sent' })
}

/** The server that gave the grant, for people. */
function giver({ given_by, subject, provider }: Grant): string {
  return given_by?.issuer ?? subject?.iss ?? given_by?.token_endpoint ?? provider
}

/** The server that is configured, for people. */
function address({ provider }: Client, token_endpoint: string | undefined = provider.token_endpoint): string {
  return token_endpoint ?? provider.issuer ?? provider.id
}

function isSame(one: string, other: string): boolean {
  return one.replace(/\/$/, '') === other.replace(/\/$/, '')
}

function isSameOrigin(one: string, other: string): boolean {
  if (one === other) return true
  return URL.canParse(one) && URL.canParse(other) && new URL(one).origin === new URL(other).origin
}
