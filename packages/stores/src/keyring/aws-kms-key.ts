/// <reference path="./client-kms.d.ts" />
import type { KMSClient, KMSClientConfig } from '@aws-sdk/client-kms'
import { OAuthError, type SealingKey } from '@evergrant/core'
import { awsCode } from '../document/aws-failure.ts'
import { driverError, wordsOf } from '../driver-error.ts'
import { optionalPackage } from '../optional-package.ts'

/** What an {@link awsKmsKey} needs. */
export interface AwsKmsKeyOptions {
  /** ARN or id of a symmetric key. Not an alias: it may mean another key tomorrow. */
  readonly keyId: string
  /** The application's own client, or the settings of one. Default: what the SDK finds in its surroundings. */
  readonly client?: KMSClient | KMSClientConfig | undefined
}

/** Authenticated by KMS, and shown in its audit log. */
const CONTEXT = { evergrant: 'data-key' } as const

/**
 * A sealing key in AWS KMS, which never leaves it: data keys are wrapped by `Encrypt` and unwrapped by `Decrypt`, with
 * the encryption context `evergrant: data-key`. `@aws-sdk/client-kms` is loaded by the first call. The permissions that
 * are needed: `kms:Encrypt` and `kms:Decrypt` on the key; `kms:Decrypt` alone for a key that only opens.
 *
 * Throws `INVALID_SETTING` for an alias. Its calls fail with `KEY_UNAVAILABLE`, `UNSEAL_FAILED`, or `NOT_SUPPORTED`
 * when the SDK is not installed.
 *
 * @example
 * ```ts
 * import { awsKmsKey, keyring } from '@evergrant/stores/keyring'
 *
 * const current = awsKmsKey({ keyId: 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab' })
 * console.log(keyring({ current }).kid)
 * ```
 */
export function awsKmsKey({ keyId, client }: AwsKmsKeyOptions): SealingKey {
  if (/(?:^|:)alias\//.test(keyId))
    throw new OAuthError('INVALID_SETTING', `${keyId} is an alias. Give the ARN of the key: an alias may be moved.`)
  let loading: Promise<Sdk> | undefined
  const ready = (): Promise<Sdk> => {
    loading ??= opened(client)
    return loading
  }
  const asked = async (work: (sdk: Sdk) => Promise<Uint8Array | undefined>): Promise<Uint8Array> => {
    const sdk = await ready()
    try {
      const bytes = await work(sdk)
      if (bytes !== undefined) return bytes
    } catch (error) {
      throw failure(error, keyId)
    }
    throw new OAuthError('KEY_UNAVAILABLE', `Key ${keyId} of AWS KMS answered without data.`)
  }
  return {
    id: keyId,
    wrap: (Plaintext) =>
      asked(async ({ client, EncryptCommand }) => {
        const answer = await client.send(new EncryptCommand({ KeyId: keyId, Plaintext, EncryptionContext: CONTEXT }))
        return answer.CiphertextBlob
      }),
    unwrap: (CiphertextBlob) =>
      asked(async ({ client, DecryptCommand }) => {
        const answer = await client.send(
          new DecryptCommand({ KeyId: keyId, CiphertextBlob, EncryptionContext: CONTEXT }),
        )
        return answer.Plaintext
      }),
  }
}

async function opened(client: AwsKmsKeyOptions['client']): Promise<Sdk> {
  const load = (): Promise<Module> => import('@aws-sdk/client-kms')
  const sdk = await optionalPackage('@aws-sdk/client-kms', 'A sealing key in AWS KMS', load)
  if (client !== undefined && 'send' in client) return { ...sdk, client }
  return { ...sdk, client: new sdk.KMSClient(client ?? {}) }
}

function failure(error: unknown, keyId: string): OAuthError {
  const cause = driverError(error)
  const code = awsCode(error)
  if (code === 'InvalidCiphertextException' || code === 'IncorrectKeyException')
    return new OAuthError('UNSEAL_FAILED', `Key ${keyId} of AWS KMS did not wrap this data key.`, { cause })
  const how = code === undefined ? 'could not be reached' : `was refused (${code})`
  return new OAuthError('KEY_UNAVAILABLE', `Key ${keyId} of AWS KMS ${how}: ${wordsOf(error)}`, { cause })
}

type Module = typeof import('@aws-sdk/client-kms')
type Sdk = Module & { readonly client: KMSClient }
