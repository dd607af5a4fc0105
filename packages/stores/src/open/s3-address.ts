import { OAuthError } from '@evergrant/core'
import type { S3StoreOptions } from '../s3.ts'
import { addressParameters } from './address-parameters.ts'

/** The object of `s3://bucket/key?region=…&endpoint=…`. An endpoint of one's own is addressed by path, not by host. */
export function s3Address(text: string): S3StoreOptions {
  const [, bucket = '', rest = ''] = /^s3:\/\/([^/?]+)\/(.*)$/i.exec(text) ?? []
  const [path = '', query = ''] = rest.split('?', 2)
  const key = decoded(path)
  if (bucket === '' || key === undefined || key === '')
    throw new OAuthError('INVALID_ARGUMENT', `"${text}" is not like s3://bucket/key?region=eu-central-1.`)
  const { region, endpoint } = addressParameters(query, { what: 'An s3 address', names: ['region', 'endpoint'] })
  const client = {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
  }
  return { bucket, key, client }
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}
