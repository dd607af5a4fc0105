import type { PutObjectCommandInput, S3Client, S3ClientConfig } from '@aws-sdk/client-s3'
import type { GrantStore } from '@evergrant/core'
import { awsCode, awsFailure, awsStatus } from './document/aws-failure.ts'
import { type DocumentTimes, documentStore } from './document/document-store.ts'
import type { GrantDocument, Seen } from './document/grant-document.ts'
import { openedOnce } from './opened-once.ts'
import { optionalPackage } from './optional-package.ts'

/** What an {@link s3Store} needs. */
export interface S3StoreOptions extends DocumentTimes {
  readonly bucket: string
  /** Of the one object that holds the grants. */
  readonly key: string
  /** The application's own client, or the settings of one. Default: what the SDK finds in its surroundings. */
  readonly client?: S3Client | S3ClientConfig | undefined
  /** More for every write, such as `{ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: '…' }`. */
  readonly write?: Partial<Pick<PutObjectCommandInput, 'ServerSideEncryption' | 'SSEKMSKeyId' | 'Tagging'>> | undefined
  /** The object does not grow beyond this. Default 4 MiB: every write writes all of it. */
  readonly maxBytes?: number | undefined
}

/** A {@link GrantStore} in Amazon S3. */
export interface S3Store extends GrantStore, AsyncDisposable {
  /** Closes the store's client, unless it was handed in. */
  close(): Promise<void>
}

/**
 * Keeps some grants in one object of Amazon S3, or of a storage that has its conditional writes.
 *
 * Every write is a `PutObject` with `If-Match` (with `If-None-Match` for the first), which S3 takes from one writer alone;
 * the others read again. `@aws-sdk/client-s3` is loaded by the first call. An object that was removed is an empty store.
 * Do not use a storage that ignores the conditions: it would let the last writer win.
 *
 * Fails with `STORE_CORRUPT`, `STORE_READ_ONLY`, `STORE_UNAVAILABLE`, `ABORTED`, or `NOT_SUPPORTED` when the SDK is not
 * installed.
 *
 * @example
 * ```ts
 * import { type Client, tokenSources } from '@evergrant/core'
 * import { s3Store } from '@evergrant/stores/s3'
 *
 * async function read(client: Client): Promise<Response> {
 *   await using store = s3Store({ bucket: 'my-bucket', key: 'grants.json', client: { region: 'eu-central-1' } })
 *   return await tokenSources({ client, store }).get('alice').fetch('https://api.example/me')
 * }
 * ```
 */
export function s3Store(options: S3StoreOptions): S3Store {
  const { bucket, key, client, write, maxBytes = 4 * 1024 * 1024, ...times } = options
  const name = `s3://${bucket}/${key}`
  const handed = client !== undefined && 'send' in client ? client : undefined

  const endOwn = ({ client }: Sdk): void => (handed === undefined ? client.destroy() : undefined)
  const sdk = openedOnce(async (): Promise<Sdk> => {
    const sdk = await optionalPackage('@aws-sdk/client-s3', 'An S3 store', () => import('@aws-sdk/client-s3'))
    if (handed !== undefined) return { ...sdk, client: handed }
    return { ...sdk, client: new sdk.S3Client(client === undefined || 'send' in client ? {} : client) }
  }, endOwn)

  const object: GrantDocument<string> = {
    name,
    async read() {
      const { client, GetObjectCommand } = await sdk.get()
      try {
        const { Body, ETag } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
        return { text: (await Body?.transformToString('utf-8')) ?? '', revision: ETag ?? '' }
      } catch (error) {
        if (awsCode(error) === 'NoSuchKey') return undefined
        throw error
      }
    },
    async replace(text, seen) {
      const { client, PutObjectCommand } = await sdk.get()
      const input = { Bucket: bucket, Key: key, Body: text, ContentType: 'application/json', ...write }
      try {
        await client.send(new PutObjectCommand({ ...input, ...condition(seen) }))
        return true
      } catch (error) {
        // 404: it was removed since it was seen. 409: another write is under way.
        if (seen !== undefined && awsCode(error) === 'NoSuchKey') return false
        if ([409, 412].includes(awsStatus(error) ?? 0)) return false
        throw error
      }
    },
  }

  const traits = { durable: true, cas: 'native' } as const
  const store = documentStore(object, { traits, maxBytes, failure: awsFailure(name), ...times })
  return { ...store, close: sdk.close, [Symbol.asyncDispose]: sdk.close }
}

type Module = typeof import('@aws-sdk/client-s3')
type Sdk = Pick<Module, 'GetObjectCommand' | 'PutObjectCommand'> & { readonly client: S3Client }

function condition(seen: Seen<string> | undefined): { IfMatch: string } | { IfNoneMatch: string } {
  return seen === undefined ? { IfNoneMatch: '*' } : { IfMatch: seen.revision }
}
