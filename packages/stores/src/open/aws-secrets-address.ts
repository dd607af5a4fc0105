import { OAuthError } from '@evergrant/core'
import type { AwsSecretsStoreOptions } from '../aws-secrets.ts'
import { addressParameters } from './address-parameters.ts'

/** The secret of `aws-secrets:name?region=…&endpoint=…`; an ARN is a name too. */
export function awsSecretsAddress(text: string): AwsSecretsStoreOptions {
  const [, secret = '', query = ''] = /^aws-secrets:(?:\/\/)?([^?]*)(?:\?(.*))?$/i.exec(text) ?? []
  if (secret === '')
    throw new OAuthError('INVALID_ARGUMENT', `"${text}" is not like aws-secrets:name?region=eu-central-1.`)
  const { region, endpoint } = addressParameters(query, {
    what: 'An aws-secrets address',
    names: ['region', 'endpoint'],
  })
  const client = { ...(region === undefined ? {} : { region }), ...(endpoint === undefined ? {} : { endpoint }) }
  return { secret, client }
}
