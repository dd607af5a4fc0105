import type { Client } from '../client/client.ts'
import { isOAuthError, OAuthError } from '../errors.ts'
import { redeemCode } from '../grant/conclude-consent.ts'
import { grant } from '../grant/grant.ts'
import { unguessable } from '../grant/unguessable.ts'
import type { Flow } from '../protocol/flow.ts'
import { type Found, failedWith } from './finding.ts'

/** What the provider says that knows the client, and does not let it redeem codes (RFC 6749 §5.2). */
const NOT_THIS_FLOW = new Set(['unauthorized_client', 'unsupported_grant_type'])

/**
 * Whether the provider knows the client and its proof. An authorization code that nobody gave out is redeemed: a provider
 * authenticates the client first (RFC 6749 §4.1.3), so the refusal of the code says that the client was accepted.
 * Nothing is issued and nothing is ended.
 */
export async function clientProof(client: Client, redirect_uri: string | undefined): Promise<Found> {
  const { provider, authentication } = client
  const [made_up = '', code_verifier] = unguessable(2)
  const verifier = provider.pkce === 'off' ? {} : { code_verifier }
  const code = `evergrant-check-${made_up}`
  const refused = await thrownBy(() => redeemCode(client, { code, grant: 'check', redirect_uri, ...verifier }))
  if (refused === undefined) {
    return {
      result: 'fail',
      detail: `${provider.name} accepted a code that was made up.`,
      who: 'administrator',
      advice: 'Check the token endpoint, and do not trust it with real accounts.',
    }
  }
  if (refused.code === 'CODE_REFUSED') {
    const detail = `${provider.name} accepted the client (${authentication.method}), and refused a made-up code as it should.`
    return { result: 'ok', detail }
  }
  const { error = '', guidance } = refused
  // The same word stands for a client that is not known, where that is known of this provider.
  if (NOT_THIS_FLOW.has(error) && guidance === undefined) {
    return {
      result: 'warn',
      detail: `${provider.name} does not let this client redeem codes: ${refused.error_description ?? error}`,
      who: 'administrator',
      advice: 'Allow it the grant type authorization_code at the provider, unless another flow is all that is wanted.',
      error: refused,
    }
  }
  if (refused.code !== 'TOKEN_REQUEST_REFUSED' || guidance !== undefined || error === 'invalid_request')
    return failedWith(refused)
  return {
    result: 'warn',
    detail: `${refused.message} It refused a made-up code in words of its own, so whether it knows the client does not show.`,
    who: 'administrator',
    advice: 'Connect an account to find out.',
    error: refused,
  }
}

/** Whether a flow that needs no person gets a token: it is asked for one, which is thrown away. */
export async function flowProof(client: Client, flow: Flow): Promise<Found> {
  const { id, name } = client.provider
  const nobody = { id: 'check', provider: id, client: client.client_id, access: {}, updated_at: 0, version: 0 }
  const asked = grant({ ...nobody, standing: { state: 'active', since: 0 } })
  const refused = await thrownBy(async () => {
    const answer = await flow.request({ client, grant: asked })
    if (answer !== undefined && 'spoilt' in answer) throw answer.spoilt
  })
  return refused === undefined ? { result: 'ok', detail: `${name} gave a token.` } : failedWith(refused)
}

async function thrownBy(work: () => Promise<unknown>): Promise<OAuthError | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    if (isOAuthError(error)) return error
    const words = `The request could not be made: ${error instanceof Error ? error.message : String(error)}`
    return new OAuthError('PROGRAM_ERROR', words, { cause: error })
  }
}
