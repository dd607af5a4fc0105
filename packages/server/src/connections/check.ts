import { checkClient, type Finding, isLoopback, type OAuthError } from '@evergrant/core'
import { asOAuthError } from '../accounts/tokens.ts'
import type { Check, CheckResult } from '../contract/index.ts'
import type { Deps } from '../deps.ts'
import type { Services } from '../services.ts'
import { isAboutSettings } from './about-settings.ts'
import type { Taken } from './client-secrets.ts'
import type { ConnectionClients } from './connection-clients.ts'
import type { ConnectionRow } from './connection-row.ts'

/** What was found, and what it says about the settings: undefined when they are known to be right. */
interface Checked {
  readonly result: CheckResult
  readonly trouble: OAuthError | undefined
}

/**
 * Looks at a connection step by step, as far as that goes without a person: the address of this server, the settings, and
 * what `checkClient` looks at. What could not be looked at is left out.
 */
async function checkConnection(row: ConnectionRow, clients: ConnectionClients, deps: Deps): Promise<Checked> {
  const checks: Check[] = [publicAddress(deps.publicUrl)]
  let trouble: OAuthError | undefined
  try {
    let taken: Taken | undefined
    const client = await clients.fresh(row, (which) => {
      taken = which
    })
    const detail = 'Client id, secret and addresses fit together.'
    checks.push({ id: 'settings', title: 'Settings', ok: true, detail })
    const asked = { redirect_uri: clients.redirectUri(row.id), scope: row.scope ?? undefined }
    for await (const found of checkClient(client, asked)) {
      if (found.result !== 'skip') checks.push(checkOf(found))
      if (found.error?.code === 'INVALID_CLIENT' && found.result === 'fail') trouble = found.error
    }
    if (row.former_secret !== null && taken !== undefined) checks.push(secrets(taken))
  } catch (error) {
    trouble = asOAuthError(error)
    const { code, message, who, advice, link } = trouble
    const more = link === undefined ? {} : { link }
    checks.push({ id: 'settings', title: 'Settings', ok: false, detail: message, code, who, advice, ...more })
  }
  return { result: { ok: checks.every(({ ok }) => ok), checks }, trouble }
}

/** The same, and notes what it says about the settings: a connection that was refused and is not any more has no trouble. */
export async function checkedConnection(
  row: ConnectionRow,
  { connections, clients, connectionNews, accounts, deps }: Services,
): Promise<CheckResult> {
  const { result, trouble } = await checkConnection(row, clients, deps)
  if (result.ok || isAboutSettings(trouble)) {
    const changed = await connectionNews.note(row, result.ok ? undefined : trouble)
    if (changed) await accounts.publishConnection(await connections.get(row.id))
  }
  return result
}

/** Of a connection that has two. */
function secrets(taken: Taken): Check {
  const about = { id: 'secrets', title: 'New client secret', ok: taken === 'newer' }
  if (taken === 'newer') return { ...about, detail: 'The provider takes the new one.' }
  return {
    ...about,
    detail: 'The provider does not take the new one; the former one is used.',
    who: 'administrator',
    advice: 'Make it active at the provider, or enter it again. Keep the former one until then.',
  }
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

/** A warning is no failure; its advice is shown all the same. */
function checkOf({ id, title, result, detail, who, advice, link, error }: Finding): Check {
  return {
    id,
    title,
    ok: result !== 'fail',
    detail,
    ...(error === undefined ? {} : { code: error.code }),
    ...(who === undefined ? {} : { who }),
    ...(advice === undefined ? {} : { advice }),
    ...(link === undefined ? {} : { link }),
  }
}
