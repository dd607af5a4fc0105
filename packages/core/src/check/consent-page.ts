import type { Client } from '../client/client.ts'
import { beginAuthorization } from '../grant/begin-authorization.ts'
import { callbackParameters } from '../grant/callback.ts'
import { scopeNames } from '../protocol/scope.ts'
import { adviceFor, type ErrorAdvice } from '../provider/error-advice.ts'
import { type Finding, type Found, failedWith } from './finding.ts'

/** What a provider answers when nobody may be asked, and all the rest is well (OpenID Connect Core §3.1.2.6). */
const NOBODY_ASKED = new Set([
  'login_required',
  'interaction_required',
  'consent_required',
  'account_selection_required',
])

/** Most of a page that is read to find out why it refuses. */
const MOST_READ = 100_000

/** How people are to be asked. */
export interface ConsentPageOptions {
  /** Where people are to be sent back to. */
  readonly redirect_uri: string
  readonly scope?: string | readonly string[] | undefined
  /** Extra parameters of the authorization request. */
  readonly params?: Readonly<Record<string, string>> | undefined
}

/**
 * Whether the provider sends people back to this redirect URI, and knows the scopes. It is asked to ask nobody: where the
 * redirect URI is registered, the answer comes there, and says that somebody would have to sign in. Nobody sees a page and
 * nothing is granted. Many providers do not tell; then the step is skipped.
 */
export async function consentPage(client: Client, asked: ConsentPageOptions): Promise<Finding[]> {
  const { redirect_uri, scope, params } = asked
  const { authorization_endpoint, scopes_supported } = await client.metadata()
  if (authorization_endpoint === undefined) return []
  const scopes: Finding = { id: 'scopes', title: 'Scopes', ...published(scopeNames(scope), scopes_supported) }
  const title = `Redirect URI ${redirect_uri}`
  let refused: Found | undefined
  const look = async (): Promise<Found> => {
    const options = { grant: 'check', redirect_uri, scope, params: { ...params, prompt: 'none' } }
    const { url } = await beginAuthorization(client, options)
    const { fetch, deadline } = client.http
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(deadline * 1000) })
    const location = answer.headers.get('location') ?? ''
    const back =
      location === redirect_uri || location.startsWith(`${redirect_uri}${redirect_uri.includes('?') ? '&' : '?'}`)
    if (!back) return refusedThere(answer.status, `${location} ${await beginning(answer)}`, client)
    const said = callbackParameters(new URL(location))
    const error = said.get('error') ?? ''
    if (error === '' || NOBODY_ASKED.has(error))
      return { result: 'ok', detail: 'registered: the answer comes back to it' }
    const words = said.get('error_description') ?? ''
    refused = explained(client, `${client.provider.name} answers ${error}: ${words}`, error, words)
    return { result: 'ok', detail: 'registered: the refusal comes back to it' }
  }
  const redirect: Finding = { id: 'redirect_uri', title, ...(await look().catch(failedWith)) }
  const told = refused === undefined ? scopes : { id: 'consent', title: 'Consent page', ...refused }
  return [redirect, ...(refused?.detail.includes('invalid_scope') ? [{ ...scopes, ...refused }] : [told])]
}

function published(asked: readonly string[], known: readonly string[] | undefined): Found {
  if (asked.length === 0) return { result: 'skip', detail: 'No scope is asked for.' }
  if (known === undefined) return { result: 'skip', detail: 'The provider publishes no list of its scopes.' }
  const strange = asked.filter((one) => !known.includes(one))
  if (strange.length === 0) return { result: 'ok', detail: `${asked.join(' ')}: all published` }
  const detail = `not in the provider's list: ${strange.join(' ')}`
  return { result: 'warn', detail, who: 'administrator', advice: 'Check the spelling; the list may be incomplete.' }
}

/** The provider kept the person on a page of its own. */
function refusedThere(status: number, text: string, client: Client): Found {
  const error = namedIn(text, client.provider.advice)
  const rule = adviceFor(client.provider.advice, { error, description: text, step: 'authorization' })
  if (status < 400 && rule === undefined) {
    return {
      result: 'skip',
      detail: 'The provider answers with a page for people: whether it is registered shows there.',
    }
  }
  const what = error ?? `HTTP ${status}`
  return explained(client, `${client.provider.name} does not send people back to it (${what}).`, error, text)
}

function explained({ provider }: Client, detail: string, error: string | undefined, words: string): Found {
  const rule = adviceFor(provider.advice, { error, description: words, step: 'authorization' })
  const usual = 'Register exactly this redirect URI at the provider, and check the client id.'
  return {
    result: 'fail',
    detail,
    who: rule?.who ?? 'administrator',
    advice: rule?.advice ?? usual,
    ...(rule?.link === undefined ? {} : { link: rule.link }),
  }
}

/** The first error of those that are known at this provider that stands in a page. */
function namedIn(text: string, advice: ErrorAdvice | undefined): string | undefined {
  const known = advice?.rules.flatMap(({ error }) => error ?? []) ?? []
  return ['redirect_uri_mismatch', ...known].find((word) => word.includes('_') && text.includes(word))
}

async function beginning(answer: Response): Promise<string> {
  const reader = answer.body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  while (reader !== undefined && text.length < MOST_READ) {
    const { done, value } = await reader.read()
    if (done) break
    text += decoder.decode(value, { stream: true })
  }
  await reader?.cancel().catch(() => undefined)
  return text
}
