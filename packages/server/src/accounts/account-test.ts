import { assertGivenHere, assertSecureUrl, counted, type ErrorCode, isOAuthError, type Who } from '@evergrant/core'
import type { Deps } from '../deps.ts'
import type { Reach } from '../security/reach.ts'
import { asOAuthError, type Tokens } from './tokens.ts'

/** What a test of an account found. */
export interface TestResult {
  readonly ok: boolean
  readonly detail: string
  readonly code?: ErrorCode
  readonly who?: Who
  readonly advice?: string
}

const DEADLINE = 15_000
const MOST_BYTES = 100_000

/**
 * Fetches a token, at once even when the provider had trouble a moment ago, and asks the provider's userinfo endpoint
 * with it where there is one. The token goes nowhere else.
 */
export async function testAccount(
  id: string,
  tokens: Tokens,
  reach: Reach,
  { store, clock }: Deps,
): Promise<TestResult> {
  try {
    const held = await store.get(id)
    const source = tokens.sources.get(id)
    const token = await source.token(held?.standing.state === 'failing' ? { force: true } : undefined)
    const client = await tokens.clientOf(id)
    const { userinfo_endpoint, token_endpoint } = await client.metadata()
    const until = token.expires_at === undefined ? '' : ` It is valid for ${span(token.expires_at - clock.now())}.`
    const scopes = (token.scope ?? held?.granted_scope ?? held?.requested_scope ?? '').split(' ')
    // A token for a resource server of its own must not be shown to another one (RFC 9700 §2.3).
    const elsewhere = scopes.some((scope) => scope.includes('://'))
    if (userinfo_endpoint === undefined || elsewhere || !scopes.includes('openid')) {
      return { ok: true, detail: `The provider gave an access token.${until}` }
    }
    // The settings may lead elsewhere by now: whoever changes them, and tests, would have everybody's tokens.
    const now = await store.get(id)
    if (now !== undefined) assertGivenHere(now, client, token_endpoint)
    const asked = await ask(
      assertSecureUrl(userinfo_endpoint, 'userinfo endpoint').href,
      token.access_token,
      reach.fetch,
    )
    if (asked === undefined) return { ok: true, detail: `The provider gave an access token and accepted it.${until}` }
    return { ok: false, detail: asked, who: 'provider', advice: 'Try again later; if it stays, connect again.' }
  } catch (thrown) {
    const error = asOAuthError(thrown)
    return { ok: false, detail: error.message, code: error.code, who: error.who, advice: error.advice }
  }
}

/** Undefined: accepted. */
async function ask(endpoint: string, token: string, fetching: typeof fetch): Promise<string | undefined> {
  try {
    const response = await fetching(endpoint, {
      headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
      // Never carried to another address.
      redirect: 'manual',
      signal: AbortSignal.timeout(DEADLINE),
    })
    const length = Number(response.headers.get('content-length') ?? 0)
    await (length > MOST_BYTES ? response.body?.cancel() : response.arrayBuffer())
    return response.ok
      ? undefined
      : `The provider gave an access token, but its own userinfo endpoint answered ${response.status}.`
  } catch (error) {
    if (isOAuthError(error)) throw error
    return 'The provider gave an access token, but its userinfo endpoint could not be reached.'
  }
}

function span(seconds: number): string {
  return seconds < 120
    ? counted(Math.max(0, Math.round(seconds)), 'second')
    : counted(Math.round(seconds / 60), 'minute')
}
