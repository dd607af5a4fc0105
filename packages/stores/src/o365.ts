import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { GrantStore } from '@evergrant/core'
import { type AwsSecretsStore, type AwsSecretsStoreOptions, awsSecretsStore } from './aws-secrets.ts'
import { type BitwardenStoreOptions, bitwardenStore } from './bitwarden.ts'
import { type EnvSeed, type EnvStoreOptions, envStore } from './env.ts'
import { type FileStoreOptions, fileStore } from './file.ts'
import { type FirestoreStore, type FirestoreStoreOptions, firestoreStore } from './firestore.ts'
import { type S3Store, type S3StoreOptions, s3Store } from './s3.ts'

/**
 * The token backends of python-o365 by their names and parameters: those of its documentation and, where they differ,
 * those of its code. Each is one of our stores; what a store promises and refuses is told there. They keep grants in our
 * form: what python-o365 left behind is taken over by `evergrant import` or `readForeignGrants`.
 *
 * @module
 */

/** Where {@link fileSystemTokenBackend} keeps its file. */
export interface FileSystemTokenBackendOptions extends FileStoreOptions {
  /** A folder, or the file itself where there is one already. Default: the working folder. */
  readonly tokenPath?: string | undefined
  /** Default `o365_token.txt`. Not looked at when `tokenPath` is a file. */
  readonly tokenFilename?: string | undefined
}

/** `FileSystemTokenBackend`: a {@link fileStore}. A folder that is missing is made. */
export function fileSystemTokenBackend(options: FileSystemTokenBackendOptions = {}): GrantStore {
  const { tokenPath = '.', tokenFilename = 'o365_token.txt', ...others } = options
  const isFile = statSync(tokenPath, { throwIfNoEntry: false })?.isFile() === true
  return fileStore(isFile ? tokenPath : join(tokenPath, tokenFilename), others)
}

/** Where {@link envTokenBackend} finds its variable. */
export interface EnvTokenBackendOptions extends Pick<EnvStoreOptions, 'env' | 'onWarning'> {
  /** Name of the variable. Default `O365_TOKEN`, or `O365TOKEN` where only that is set. */
  readonly envVarName?: string | undefined
  /** Another name of `envVarName`. */
  readonly tokenEnvName?: string | undefined
  /** What grant a bare refresh token belongs to. */
  readonly seed?: EnvSeed | undefined
}

/** `EnvTokenBackend`: an {@link envStore}. It warns when the provider replaces the refresh token. */
export function envTokenBackend({ envVarName, tokenEnvName, ...others }: EnvTokenBackendOptions): GrantStore {
  const only = others.env['O365_TOKEN'] ? 'O365_TOKEN' : others.env['O365TOKEN'] ? 'O365TOKEN' : 'O365_TOKEN'
  return envStore({ ...others, name: envVarName ?? tokenEnvName ?? only })
}

/** A bucket and the object in it, by either of its names. */
export type AWSS3BackendOptions = Omit<S3StoreOptions, 'bucket' | 'key'> & {
  readonly bucketName: string
} & ({ readonly objectKey: string } | { readonly filename: string })

/** `AWSS3Backend`: an {@link s3Store}. */
export function awsS3Backend({ bucketName, ...options }: AWSS3BackendOptions): S3Store {
  return s3Store({ ...options, bucket: bucketName, key: 'objectKey' in options ? options.objectKey : options.filename })
}

/** A collection and the document in it, by either of their names. */
export type FirestoreBackendOptions = Omit<FirestoreStoreOptions, 'collection' | 'document' | 'field'> & {
  /** Default `tokens`. */
  readonly collectionName?: string | undefined
  /** Default `token`. */
  readonly fieldName?: string | undefined
} & ({ readonly documentId: string } | { readonly docId: string })

/** `FirestoreBackend`: a {@link firestoreStore}. */
export function firestoreBackend(options: FirestoreBackendOptions): FirestoreStore {
  const { collectionName = 'tokens', fieldName, client, deadline, clock } = options
  const document = 'documentId' in options ? options.documentId : options.docId
  return firestoreStore({ collection: collectionName, document, field: fieldName, client, deadline, clock })
}

/** The name of a secret. */
export type AWSSecretsBackendOptions = Omit<AwsSecretsStoreOptions, 'secret'> & {
  readonly secretName: string
  /** Of the client that is made. Default: what the SDK finds in its surroundings. */
  readonly regionName?: string | undefined
}

/** `AWSSecretsBackend`: an {@link awsSecretsStore}. */
export function awsSecretsBackend({ secretName, regionName, ...options }: AWSSecretsBackendOptions): AwsSecretsStore {
  const client = options.client ?? (regionName === undefined ? undefined : { region: regionName })
  return awsSecretsStore({ ...options, secret: secretName, client })
}

/** The id of a secret, and the machine account that may read and write it. */
export type BitwardenSecretsManagerBackendOptions = Omit<BitwardenStoreOptions, 'client'> & {
  readonly accessToken: string
}

/** `BitwardenSecretsManagerBackend`: a {@link bitwardenStore}. */
export function bitwardenSecretsManagerBackend(options: BitwardenSecretsManagerBackendOptions): GrantStore {
  const { accessToken, ...others } = options
  return bitwardenStore({ ...others, client: { accessToken } })
}

/** `DjangoTokenBackend`: a token field of a row that an ORM owns. */
export { type GrantFields, type GrantModel, type GrantRow, modelStore as modelTokenBackend } from './model.ts'

export type { AccountQuery } from './o365/account-query.ts'
export type { ShouldRefreshToken } from './o365/next-token.ts'
export { TokenBackend, type TokenBackendOptions } from './o365/token-backend.ts'
