import { type ProviderDefinition, secretAuthentication } from '@evergrant/core'
import { providerDefinition } from '@evergrant/providers'
import type { Connection } from '../contract/index.ts'
import { type ConnectionRow, parametersOf, signInRules, troubleOf } from './connection-row.ts'
import { isOffered } from './provider-view.ts'

/** The provider's name; a definition that fits any provider has none of its own, and its host tells it. */
export function providerName(
  { name, named_by_host }: ProviderDefinition,
  { issuer, authorization_endpoint, token_endpoint }: ConnectionRow,
): string {
  const address = issuer ?? authorization_endpoint ?? token_endpoint
  return named_by_host === true && address !== null && URL.canParse(address) ? new URL(address).host : name
}

/** A connection as the API shows it: without its secret. */
export async function connectionView(
  row: ConnectionRow,
  redirect_uri: string,
  accounts: { readonly total: number; readonly ok: number },
): Promise<Connection> {
  const definition = await providerDefinition(row.provider)
  const secret = row.client_secret === null ? undefined : 'set'
  const method = row.client_auth ?? secretAuthentication(definition, secret).method
  const trouble = troubleOf(row)
  const rules = signInRules(row)
  const { secret_expires_at: expires } = row
  return {
    id: row.id,
    name: row.name,
    provider: row.provider,
    provider_name: providerName(definition, row),
    client_id: row.client_id,
    client_auth: isOffered(method) ? method : 'client_secret_post',
    has_secret: secret !== undefined,
    ...(row.secret_hint === null ? {} : { secret_hint: row.secret_hint }),
    ...(row.secret_set_at === null ? {} : { secret_set_at: row.secret_set_at }),
    ...(secret === undefined || expires === null ? {} : { secret_expires_at: Math.floor(expires) }),
    ...formerSecret(row),
    parameters: parametersOf(row),
    scope: row.scope,
    ...(row.issuer === null ? {} : { issuer: row.issuer }),
    ...(row.authorization_endpoint === null ? {} : { authorization_endpoint: row.authorization_endpoint }),
    ...(row.token_endpoint === null ? {} : { token_endpoint: row.token_endpoint }),
    ...(rules === undefined ? {} : { sign_in: rules }),
    redirect_uri,
    accounts,
    ...(trouble === undefined ? {} : { last_error: trouble.message }),
    created_at: row.created_at,
    updated_at: row.updated_at,
  }
}

/**
 * What somebody needs who connects an account with it. Anything about its secret, who may sign in with it and how many accounts others have
 * is for administrators.
 */
export function asMembersSee(connection: Connection): Connection {
  const { id, name, provider, provider_name, client_id, client_auth, has_secret, parameters, scope } = connection
  const { issuer, authorization_endpoint, token_endpoint, redirect_uri, created_at, updated_at } = connection
  return {
    id,
    name,
    provider,
    provider_name,
    client_id,
    client_auth,
    has_secret,
    parameters,
    scope,
    ...(issuer === undefined ? {} : { issuer }),
    ...(authorization_endpoint === undefined ? {} : { authorization_endpoint }),
    ...(token_endpoint === undefined ? {} : { token_endpoint }),
    redirect_uri,
    created_at,
    updated_at,
  }
}

function formerSecret(row: ConnectionRow): Pick<Connection, 'former_secret' | 'secret_taken_at'> {
  if (row.former_secret === null) return {}
  const { secret_taken_at: taken } = row
  return {
    ...(taken === null ? {} : { secret_taken_at: Math.floor(taken) }),
    former_secret: {
      ...(row.former_secret_hint === null ? {} : { hint: row.former_secret_hint }),
      ...(row.former_secret_set_at === null ? {} : { set_at: row.former_secret_set_at }),
      ...(row.former_secret_expires_at === null ? {} : { expires_at: Math.floor(row.former_secret_expires_at) }),
      ...(row.former_secret_ends_at === null ? {} : { ends_at: Math.floor(row.former_secret_ends_at) }),
      ...(row.secret_refused_at === null ? {} : { used_since: Math.floor(row.secret_refused_at) }),
    },
  }
}
