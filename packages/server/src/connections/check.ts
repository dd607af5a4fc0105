import {
  type Client,
  finishAuthorization,
  isLoopback,
  isOAuthError,
  memoryStore,
  type OAuthError,
} from '@evergrant/core'
import { asOAuthError } from '../accounts/tokens.ts'
import type { Check, CheckResult } from '../contract/index.ts'
import type { Deps } from '../deps.ts'
import { randomSecret } from '../security/secret.ts'
import type { ConnectionRow, Connections } from './connections.ts'

/** From so many seconds on, a clock that is wrong makes signed answers fail. */
const MOST_SKEW = 60

/** What was found, and what it says about the settings: undefined when they are known to be right. */
export interface Checked {
  readonly result: CheckResult
  readonly trouble: OAuthError | undefined
}

/**
 * Looks at a connection step by step, as far as that goes without a person: the address of this server, the settings,
 * the provider's metadata, encryption, the clocks, and whether the provider knows the client. For the last one a code that
 * cannot be right is redeemed: a provider that complains about the code has accepted the client before.
 */
export async function checkConnection(row: ConnectionRow, connections: Connections, deps: Deps): Promise<Checked> {
  const checks: Check[] = [publicAddress(deps.publicUrl)]
  const dates: number[] = []
  const watching: typeof fetch = async (input, init) => {
    const sent = deps.clock.now()
    const response = await connections.fetch(input, init)
    const date = Date.parse(response.headers.get('date') ?? '')
    if (!Number.isNaN(date)) dates.push(date / 1000 - (sent + deps.clock.now()) / 2)
    return response
  }
  let trouble: OAuthError | undefined
  try {
    const client = await connections.freshClient(row, watching)
    checks.push({
      id: 'settings',
      title: 'Settings',
      ok: true,
      detail: 'Client id, secret and addresses fit together.',
    })
    try {
      const { token_endpoint = '' } = await client.metadata()
      checks.push({ id: 'discovery', title: 'Addresses', ok: true, detail: `Tokens come from ${token_endpoint}.` })
      const refused = await probe(client, connections.redirectUri(row.id))
      checks.push(encryption(token_endpoint, refused), clientCheck(client, refused))
      if (refused?.code === 'INVALID_CLIENT') trouble = refused
    } catch (error) {
      const failed = asOAuthError(error)
      checks.push(failure('discovery', 'Addresses', failed))
      if (isEncryptionFailure(failed)) checks.push(failure('tls', 'Encryption', failed))
    }
    if (dates.length > 0) checks.push(clocks(dates))
  } catch (error) {
    trouble = asOAuthError(error)
    checks.push(failure('settings', 'Settings', trouble))
  }
  return { result: { ok: checks.every(({ ok }) => ok), checks }, trouble }
}

function publicAddress(publicUrl: string): Check {
  const { protocol, hostname } = new URL(publicUrl)
  const ok = protocol === 'https:' || isLoopback(hostname)
  const detail = ok
    ? `People and providers reach this server at ${publicUrl}.`
    : `${publicUrl} is plain http on a network; providers refuse such redirect URIs.`
  const rest = ok ? {} : ({ who: 'operator', advice: 'Set EVERGRANT_PUBLIC_URL to an https address.' } as const)
  return { id: 'public_url', title: 'Address of this server', ok, detail, ...rest }
}

/** Undefined: a code that nobody issued was redeemed, which says nothing good. */
async function probe(client: Client, redirect_uri: string): Promise<OAuthError | undefined> {
  const { issuer } = await client.metadata()
  const now = client.http.clock.now()
  const state = randomSecret()
  const code = `evergrant-check-${randomSecret()}`
  try {
    await finishAuthorization(client, {
      callback: new URLSearchParams({ code, state, iss: issuer }),
      pending: {
        state,
        code_verifier: randomSecret(),
        redirect_uri,
        provider: client.provider.id,
        client_id: client.client_id,
        grant: 'check',
        created_at: now,
        expires_at: now + 60,
      },
      store: memoryStore(),
    })
    return undefined
  } catch (error) {
    return asOAuthError(error)
  }
}

function clientCheck(client: Client, refused: OAuthError | undefined): Check {
  const id = 'client_authentication'
  const title = 'Client id and secret'
  const { name } = client.provider
  if (refused?.code === 'CODE_REFUSED') {
    return { id, title, ok: true, detail: `${name} accepted the client, and refused a made-up code as it should.` }
  }
  if (refused === undefined) {
    const detail = `${name} accepted a code that was made up.`
    return { id, title, ok: false, detail, who: 'administrator', advice: 'Check the token endpoint; do not use this.' }
  }
  return failure(id, title, refused)
}

function encryption(endpoint: string, refused: OAuthError | undefined): Check {
  if (refused !== undefined && isEncryptionFailure(refused)) return failure('tls', 'Encryption', refused)
  const secure = endpoint.startsWith('https:')
  const detail = secure ? 'The connection to the provider is encrypted.' : 'The provider runs on this machine.'
  return { id: 'tls', title: 'Encryption', ok: true, detail }
}

function clocks(dates: readonly number[]): Check {
  // The Date header has whole seconds, and the answer took a while.
  const skew = Math.round(dates.reduce((least, one) => (Math.abs(one) < Math.abs(least) ? one : least)))
  const ok = Math.abs(skew) <= MOST_SKEW
  const title = 'Clocks'
  if (ok) return { id: 'clock', title, ok, detail: 'This machine and the provider agree on the time.' }
  const detail = `This machine's clock is ${Math.abs(skew)} seconds ${skew > 0 ? 'behind' : 'ahead of'} the provider's.`
  return { id: 'clock', title, ok, detail, who: 'operator', advice: 'Set the clock of this machine by NTP.' }
}

function failure(id: string, title: string, { code, message, who, advice, link }: OAuthError): Check {
  return { id, title, ok: false, detail: message, code, who, advice, ...(link === undefined ? {} : { link }) }
}

function isEncryptionFailure(error: OAuthError): boolean {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 6; at = at.cause, depth++) {
    const code = !isOAuthError(at) && 'code' in at ? String(at.code) : ''
    if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_/.test(code)) return true
  }
  return false
}
