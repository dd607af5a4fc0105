import { type Client, OAuthError, scrub } from '@evergrant/core'

/** Answers of side requests are short. */
const LIMIT = 65_536

/**
 * A request that a deviation makes beside the token request, and the fields of its JSON answer. Redirects are not
 * followed. Throws a transient error when there are none.
 */
export async function sideRequest(
  { http, provider }: Client,
  address: string,
  init: RequestInit,
  secrets: readonly string[],
): Promise<Readonly<Record<string, unknown>>> {
  const about = { provider: provider.id, outcome: 'not_sent' } as const
  try {
    const signal = init.signal ?? AbortSignal.timeout(http.deadline * 1000)
    const response = await http.fetch(address, { ...init, signal, redirect: 'manual' })
    const text = (await response.text()).slice(0, LIMIT)
    if (!response.ok) {
      const message = `${provider.name} answered ${response.status}: ${scrub(text.slice(0, 300), secrets)}`
      throw new OAuthError('PROVIDER_UNAVAILABLE', message, { ...about, status: response.status })
    }
    const fields: unknown = JSON.parse(text)
    if (typeof fields === 'object' && fields !== null) return fields as Record<string, unknown>
    throw new OAuthError('INVALID_ANSWER', `${provider.name} answered no fields.`, about)
  } catch (error) {
    if (error instanceof OAuthError) throw error
    const words = scrub(error instanceof Error ? error.message : String(error), secrets)
    throw new OAuthError('PROVIDER_UNREACHABLE', `${provider.name} could not be asked: ${words}`, about)
  }
}
