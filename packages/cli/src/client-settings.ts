import type { ClientAuthMethod } from '@evergrant/core'
import { isKeyMethod } from './chosen-authentication.ts'
import type { ClientKeySettings } from './client-key.ts'

/** Which client is meant, and what it asks for: what the command line says, with what the last login remembered. */
export interface ClientSettings {
  /** Id of a catalogue entry. */
  readonly provider?: string | undefined
  readonly issuer?: string | undefined
  readonly authorization_endpoint?: string | undefined
  readonly token_endpoint?: string | undefined
  /** The provider's parameters, such as its tenant. */
  readonly values?: Readonly<Record<string, string>> | undefined
  readonly client_id?: string | undefined
  readonly client_auth?: ClientAuthMethod | undefined
  readonly client_key?: ClientKeySettings | undefined
  readonly scope?: readonly string[] | undefined
  readonly resource?: string | undefined
  /** Extra parameters of the authorization request (`login`) or of the token request (`token`). */
  readonly params?: Readonly<Record<string, string>> | undefined
  readonly redirect_uri?: string | undefined
}

/**
 * What is given wins; naming another provider forgets how the remembered one was reached, and naming another client,
 * a secret or another way to authenticate forgets how the remembered one did.
 */
export function overridden(remembered: ClientSettings, given: ClientSettings, givesSecret = false): ClientSettings {
  const { client_auth, client_key, ...others } = remembered
  const sameClient = given.client_id === undefined || given.client_id === remembered.client_id
  const keyless = givesSecret || (given.client_auth !== undefined && !isKeyMethod(given.client_auth))
  const keepsKey = sameClient && !keyless
  const keepsAuth = sameClient && !(givesSecret && (client_auth === 'none' || isKeyMethod(client_auth)))
  const kept = { ...others, ...(keepsAuth ? { client_auth } : {}), ...(keepsKey ? { client_key } : {}) }
  const base = namesProvider(given) ? forgetful(kept, given) : kept
  const defined = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const values = { ...base.values, ...given.values }
  // Another key file has another id and certificate; what is said about the same file is added.
  const key = given.client_key?.file === undefined ? { ...base.client_key, ...given.client_key } : given.client_key
  return {
    ...base,
    ...defined,
    ...(Object.keys(values).length === 0 ? {} : { values }),
    ...(Object.keys(key).length === 0 ? {} : { client_key: key }),
  }
}

/** Whether the settings say which authorization server is meant. */
export function namesProvider({ provider, issuer, authorization_endpoint, token_endpoint }: ClientSettings): boolean {
  return [provider, issuer, authorization_endpoint, token_endpoint].some((one) => one !== undefined)
}

function forgetful(remembered: ClientSettings, given: ClientSettings): ClientSettings {
  const { provider, issuer, authorization_endpoint, token_endpoint, values, ...rest } = remembered
  const same = given.provider === provider && given.issuer === issuer
  return same ? { ...rest, provider, issuer, authorization_endpoint, token_endpoint, values } : rest
}
