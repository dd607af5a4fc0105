import { OAuthError } from '@evergrant/core'
import { addressParameters } from '../open/address-parameters.ts'
import type { AwsKmsKeyOptions } from './aws-kms-key.ts'

/** The key of `aws-kms:<ARN or id>?region=…&endpoint=…`. The region of an ARN is taken from it. */
export function awsKmsAddress(text: string): AwsKmsKeyOptions {
  const [, keyId = '', query = ''] = /^aws-kms:(?:\/\/)?([^?]*)(?:\?(.*))?$/i.exec(text) ?? []
  if (keyId === '')
    throw new OAuthError(
      'INVALID_SETTING',
      'A key of AWS KMS is like aws-kms:arn:aws:kms:eu-central-1:111122223333:key/…',
    )
  const names = ['region', 'endpoint']
  const given = addressParameters(query, { what: 'A key of AWS KMS', names, code: 'INVALID_SETTING' })
  const region = given['region'] ?? /^arn:[^:]*:kms:([^:]+):/.exec(keyId)?.[1]
  const { endpoint } = given
  return {
    keyId,
    client: { ...(region === undefined ? {} : { region }), ...(endpoint === undefined ? {} : { endpoint }) },
  }
}
