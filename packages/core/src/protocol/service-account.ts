import { keyReader } from '../client/private-key-jwt.ts'
import { signingKeyFromPem } from '../client/signing-key.ts'
import { isOAuthError, OAuthError } from '../errors.ts'
import type { Flow } from './flow.ts'
import { JWT_BEARER, type JwtBearerOptions, jwtBearerFlow } from './jwt-bearer.ts'
import { scopeNames } from './scope.ts'

/** The key of a service account, by the names of its JSON file. */
export interface ServiceAccount {
  readonly client_email: string
  /** PEM. */
  readonly private_key: string
  readonly private_key_id?: string | undefined
  /** The number that an administrator enters to allow domain-wide delegation. */
  readonly client_id?: string | undefined
}

/** Whom a service account acts for, and with what. */
export interface ServiceAccountOptions extends Pick<JwtBearerOptions, 'scope' | 'params' | 'rules'> {
  /** The e-mail address of the person to act for (domain-wide delegation). Default: the account acts for itself. */
  readonly subject?: string | undefined
}

/**
 * Reads the JSON key file of a service account (`"type": "service_account"`). Where the file says tokens come from is not
 * believed: the provider's definition says that. Throws `INVALID_KEY`, without any part of the file.
 */
export function serviceAccount(json: string): ServiceAccount {
  let read: unknown
  try {
    read = JSON.parse(json)
  } catch (cause) {
    // The parser's own words quote the text.
    throw wrong('it is not JSON', cause instanceof Error ? cause.name : undefined)
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read)) throw wrong('it is no JSON object')
  const file = read as Readonly<Record<string, unknown>>
  if ('web' in file || 'installed' in file)
    throw wrong("it is the file of an OAuth client; make a key under the service account's own page, Keys")
  if (file['type'] !== 'service_account') {
    const type = typeof file['type'] === 'string' ? JSON.stringify(file['type'].slice(0, 40)) : 'not there'
    throw wrong(`its "type" is ${type} and should be "service_account"`)
  }
  const client_email = field(file, 'client_email')
  const private_key = field(file, 'private_key')
  if (client_email === undefined) throw wrong('"client_email" is missing')
  if (private_key === undefined) throw wrong('"private_key" is missing')
  return {
    client_email,
    private_key,
    private_key_id: field(file, 'private_key_id'),
    client_id: field(file, 'client_id'),
  }
}

/**
 * Tokens of a service account, for itself or for a person of the domain that allowed it (RFC 7523 §2.1). Each request is
 * signed anew; there is no refresh token and nothing that ends by not being used. Use a grant id of its own for each
 * person, for tokens are kept by grant.
 *
 * A refusal because the delegation is missing names the number and the scopes that an administrator has to enter. Throws
 * `INVALID_KEY` at the first request when the key cannot be read.
 *
 * @example
 * ```ts
 * import { defineClient, memoryStore, type Provider, serviceAccount, serviceAccountFlow, tokenSource } from '@evergrant/core'
 *
 * function mailbox(provider: Provider, keyFile: string, person: string) {
 *   const account = serviceAccount(keyFile)
 *   const client = defineClient({ provider, client_id: account.client_email, client_auth: 'none' })
 *   const flow = serviceAccountFlow(account, { subject: person, scope: 'https://mail.google.com/' })
 *   return tokenSource(`mail of ${person}`, { client, flow, store: memoryStore() })
 * }
 * ```
 */
export function serviceAccountFlow(account: ServiceAccount, wanted: ServiceAccountOptions = {}): Flow {
  const { client_email, private_key, private_key_id, client_id } = account
  const key = keyReader(() =>
    signingKeyFromPem(private_key, private_key_id === undefined ? {} : { kid: private_key_id }),
  )
  const flow = jwtBearerFlow({ ...wanted, key, issuer: client_email })
  return {
    type: JWT_BEARER,
    spends: false,
    async prepare(client) {
      await key()
      return client.metadata()
    },
    async request(asked) {
      try {
        return await flow.request(asked)
      } catch (error) {
        if (!isOAuthError(error) || error.error !== 'unauthorized_client' || wanted.subject === undefined) throw error
        const scopes = scopeNames(asked.scope ?? wanted.scope).join(',')
        const who = client_id === undefined ? client_email : `client ID ${client_id} (${client_email})`
        const message = `${error.message} To act for ${wanted.subject}, ${who} needs the scopes: ${scopes || 'none were asked for'}.`
        throw new OAuthError(error.code, message, { ...error, cause: error.cause })
      }
    },
  }
}

function field(file: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = file[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

function wrong(why: string, cause?: unknown): OAuthError {
  return new OAuthError('INVALID_KEY', `This is no key file of a service account: ${why}.`, { cause })
}
