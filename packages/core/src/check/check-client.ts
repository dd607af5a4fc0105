import type { Client } from '../client/client.ts'
import { isOAuthError } from '../errors.ts'
import type { Flow } from '../protocol/flow.ts'
import { clientProof, flowProof } from './client-proof.ts'
import { consentPage } from './consent-page.ts'
import { type Finding, failedWith } from './finding.ts'
import { ProviderClock } from './provider-clock.ts'

/** What is to be checked of a client. */
export interface ClientCheckOptions {
  /** Where people are to be sent back to. Default: the provider's; without one the consent page is not looked at. */
  readonly redirect_uri?: string | undefined
  readonly scope?: string | readonly string[] | undefined
  /** Extra parameters of the authorization request. */
  readonly params?: Readonly<Record<string, string>> | undefined
  /**
   * A flow that needs no person, such as client credentials: it is asked for one token, which is thrown away, and there is
   * no consent page to look at.
   */
  readonly flow?: Flow | undefined
}

/**
 * Looks at a client's configuration step by step, without a person, and says who must mend what: the provider's metadata
 * (`discovery`), encryption (`tls`), whether the provider knows the client and its proof (`client_authentication`), the
 * clocks (`clock`), and, where people consent, whether they are sent back (`redirect_uri`) and the scopes are known
 * (`scopes`, `consent`). Findings come as they are made; a step that needs one that failed is left out.
 *
 * The client is tried with an authorization code that nobody gave out, and the consent page with `prompt=none`: nothing is
 * granted, changed or ended at the provider, and nothing is stored. Throws nothing.
 *
 * @example
 * ```ts
 * import { type Client, checkClient } from '@evergrant/core'
 *
 * async function isSound(client: Client, redirect_uri: string) {
 *   let sound = true
 *   for await (const { title, result, detail, who, advice } of checkClient(client, { redirect_uri })) {
 *     console.log(`${result} ${title}: ${detail}`, who ?? '', advice ?? '')
 *     sound &&= result !== 'fail'
 *   }
 *   return sound
 * }
 * ```
 */
export async function* checkClient(given: Client, options: ClientCheckOptions = {}): AsyncGenerator<Finding> {
  const theirs = new ProviderClock(given.http.clock)
  const client: Client = { ...given, http: { ...given.http, fetch: theirs.watching(given.http.fetch) } }
  const { provider, authentication } = client
  const { flow, redirect_uri = provider.redirect_uri?.default, scope, params } = options
  const discovery = await published(client)
  yield discovery
  if (discovery.result === 'fail') {
    if (isEncryptionFailure(discovery.error)) yield encryption('', discovery)
    return
  }
  const { method, secret } = authentication
  const title = method === 'none' ? 'Client id' : secret === undefined ? 'Client id and key' : 'Client id and secret'
  const proof = flow === undefined ? await clientProof(client, redirect_uri) : await flowProof(client, flow)
  const proven: Finding = { id: 'client_authentication', title, ...proof }
  yield encryption((await client.metadata()).token_endpoint ?? '', proven)
  yield proven
  yield { id: 'clock', title: 'Clocks', ...theirs.found() }
  if (flow !== undefined || redirect_uri === undefined) return
  yield* await consentPage(client, { redirect_uri, scope, params }).catch((error) => [
    { id: 'redirect_uri', title: `Redirect URI ${redirect_uri}`, ...failedWith(error) },
  ])
}

async function published(client: Client): Promise<Finding> {
  const named = { id: 'discovery', title: 'Addresses' }
  try {
    const { token_endpoint, authorization_endpoint, revocation_endpoint } = await client.metadata()
    if (token_endpoint === undefined) {
      return {
        ...named,
        result: 'fail',
        detail: `${client.provider.name} has no token endpoint.`,
        who: 'administrator',
        advice: 'Give the issuer of a provider that publishes its metadata, or the token endpoint.',
      }
    }
    const more = [
      ...(authorization_endpoint === undefined ? [] : ['people consent']),
      ...(revocation_endpoint === undefined ? [] : ['grants can be revoked']),
    ]
    return { ...named, result: 'ok', detail: [`Tokens come from ${token_endpoint}`, ...more].join(', ') }
  } catch (error) {
    return { ...named, ...failedWith(error) }
  }
}

function encryption(endpoint: string, after: Finding): Finding {
  const named = { id: 'tls', title: 'Encryption' }
  if (isEncryptionFailure(after.error)) return { ...after, ...named }
  const secure = endpoint.startsWith('https:')
  const detail = secure ? 'The connection to the provider is encrypted.' : 'The provider runs on this machine.'
  return { ...named, result: 'ok', detail }
}

function isEncryptionFailure(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 6; at = at.cause, depth++) {
    const code = !isOAuthError(at) && 'code' in at ? String(at.code) : ''
    if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_/.test(code)) return true
  }
  return false
}
