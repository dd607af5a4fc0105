import { adminConsentUrl, type GrantSummary, isOAuthError, missingScopes, predictedEnd } from '@evergrant/core'
import { providerDefinition } from '@evergrant/providers'
import type { ConnectionClients } from '../connections/connection-clients.ts'
import { type ConnectionRow, troubleOf } from '../connections/connection-row.ts'
import { providerName } from '../connections/connection-view.ts'
import type { Account } from '../contract/index.ts'
import { dayOf } from '../day.ts'
import type { AccountRow } from './accounts.ts'
import { addedFor } from './added-for.ts'
import { failureView } from './failure-view.ts'
import { type ConsentTrouble, condition, SOON } from './state.ts'

/** What an account's view is made of beside its row. */
export interface AccountParts {
  readonly now: number
  readonly connection: ConnectionRow
  readonly grant: GrantSummary | undefined
  readonly pending: boolean
  readonly checking: boolean
  /** Names of users. */
  readonly owners: ReadonlyMap<string, string>
  readonly clients: ConnectionClients
}

/** An account as the API shows it. */
export async function accountView(row: AccountRow, parts: AccountParts): Promise<Account> {
  const { connection, grant, pending, checking, owners, clients } = parts
  const definition = await providerDefinition(connection.provider)
  const trouble = row.consent_trouble === null ? undefined : (JSON.parse(row.consent_trouble) as ConsentTrouble)
  const end = grant && predictedEnd(grant, definition)
  const now = condition({
    now: parts.now,
    paused: row.paused === 1,
    pending,
    checking,
    unconfirmed: row.unconfirmed === 1,
    ending: end !== undefined && grant?.refreshable === true && dayOf(end.at) < parts.now + SOON,
    grant,
    consentTrouble: trouble,
    connectionTrouble: troubleOf(connection),
    client: connection.client_id,
  })
  const { subject, requested_scope, granted_scope, expires_at, refresh_at, look_up_failed } = grant ?? {}
  const named = row.name || subject?.username || row.login_hint
  const added_for = grant?.standing.state === 'revoked' ? undefined : addedFor(row.login_hint, subject)
  return {
    id: row.id,
    name: named || `New account at ${connection.name}`,
    ...(named ? {} : { unnamed: true }),
    connection: {
      id: connection.id,
      name: connection.name,
      provider: connection.provider,
      provider_name: providerName(definition, connection),
    },
    ...(row.owner === null ? formerOwner(row) : { owner: { id: row.owner, name: owners.get(row.owner) ?? '' } }),
    ...(row.login_hint === null ? {} : { login_hint: row.login_hint }),
    ...(subject === undefined ? {} : { subject }),
    ...(added_for === undefined ? {} : { added_for }),
    ...now,
    ...(now.state === 'blocked_by_admin' ? await adminConsent(connection, clients) : {}),
    ...(row.unconfirmed === 1 ? { unconfirmed: true } : {}),
    ...(trouble === undefined ? {} : { consent_failed: failureView(trouble) }),
    ...(look_up_failed === undefined
      ? {}
      : { look_up_failed: failureView({ at: look_up_failed.at, ...look_up_failed.trouble }) }),
    ...(requested_scope === undefined ? {} : { requested_scope }),
    ...(granted_scope === undefined ? {} : { granted_scope }),
    missing_scopes: missingScopes(grant?.requested_scope, grant?.granted_scope, definition),
    ...(expires_at === undefined ? {} : { expires_at: Math.floor(expires_at) }),
    // Nothing is planned for an account that needs a person first.
    ...(refresh_at === undefined || now.state === 'needs_consent' ? {} : { refresh_at: Math.floor(refresh_at) }),
    ...(end === undefined ? {} : { predicted_end: { ...end, at: Math.floor(end.at) } }),
    ...(row.last_success_at === null ? {} : { last_success_at: row.last_success_at }),
    ...(row.last_used_at === null ? {} : { last_used_at: row.last_used_at }),
    refreshes: row.refreshes,
    created_at: row.created_at,
    updated_at: row.updated_at,
    version: grant?.version ?? 0,
  }
}

function formerOwner({ former_owner: id, former_owner_name }: AccountRow): Pick<Account, 'former_owner'> {
  return id === null ? {} : { former_owner: { id, name: former_owner_name ?? '' } }
}

/** The page on which an administrator of the organisation allows the client, where the provider has one. */
async function adminConsent(
  of: ConnectionRow,
  clients: ConnectionClients,
): Promise<Pick<Account, 'admin_consent_url'>> {
  try {
    const options = { redirect_uri: clients.redirectUri(of.id), scope: of.scope }
    return { admin_consent_url: adminConsentUrl(await clients.of(of), options) }
  } catch (error) {
    // Most providers have none; what is wrong with the settings is told elsewhere.
    if (isOAuthError(error)) return {}
    throw error
  }
}
