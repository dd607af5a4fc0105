import { OAuthError } from '@evergrant/core'
import type { BitwardenStoreOptions } from '../bitwarden.ts'
import { addressParameters } from './address-parameters.ts'

const TOKEN = 'BWS_ACCESS_TOKEN'

/**
 * The secret of `bitwarden:secret-id?apiUrl=…&identityUrl=…`. The machine account's access token is no part of an
 * address; it stands where Bitwarden's own command line looks for it.
 */
export function bitwardenAddress(
  text: string,
  env: Readonly<Record<string, string | undefined>> = {},
): BitwardenStoreOptions {
  const [, secretId = '', query = ''] = /^bitwarden:(?:\/\/)?([^?]*)(?:\?(.*))?$/i.exec(text) ?? []
  if (secretId === '') throw new OAuthError('INVALID_ARGUMENT', `"${text}" is not like bitwarden:id-of-the-secret.`)
  const { apiUrl, identityUrl } = addressParameters(query, {
    what: 'A bitwarden address',
    names: ['apiUrl', 'identityUrl'],
  })
  const accessToken = env[TOKEN]
  if (accessToken === undefined || accessToken === '')
    throw new OAuthError('INVALID_ARGUMENT', `A bitwarden: store needs the access token in ${TOKEN}.`)
  return { secretId, client: { accessToken, apiUrl, identityUrl } }
}
