import { fileURLToPath } from 'node:url'
import { type GrantStore, memoryStore, OAuthError } from '@evergrant/core'
import type { EnvSeed } from './env.ts'
import { awsSecretsAddress } from './open/aws-secrets-address.ts'
import { bitwardenAddress } from './open/bitwarden-address.ts'
import { firestoreAddress } from './open/firestore-address.ts'
import { postgresAddress } from './open/postgres-address.ts'
import { redisAddress } from './open/redis-address.ts'
import { s3Address } from './open/s3-address.ts'

/** What {@link openStore} may need. */
export interface OpenStoreOptions {
  /** Where `env:` finds its variable, and `bitwarden:` its `BWS_ACCESS_TOKEN`: `process.env`, or any other record. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** What grant a bare refresh token in `env:` belongs to. */
  readonly seed?: EnvSeed | undefined
  readonly onWarning?: ((message: string) => void) | undefined
}

/** A store that was opened by its address, and has to be closed. */
export interface OpenedStore extends GrantStore, AsyncDisposable {
  close(): Promise<void>
}

/** An example of every kind of address that {@link openStore} knows, for messages and completion. */
export const STORE_ADDRESSES: readonly string[] = [
  'file:./grants.json',
  'sqlite:./grants.db',
  'postgres://user@host/database',
  'redis://host',
  's3://bucket/key',
  'aws-secrets:name',
  'firestore:collection/document',
  'bitwarden:secret-id',
  'env:NAME',
  'memory:',
]

/**
 * Opens a store by its address: `file:./grants.json`, `sqlite:./grants.db`, `postgres://user@host/database`,
 * `redis://host`, `s3://bucket/key`, `aws-secrets:name`, `firestore:collection/document`, `bitwarden:secret-id`,
 * `env:NAME` or `memory:`. Paths are relative to the working folder unless they are absolute; `file:///abs/olute` and
 * `file:C:\grants.json` are understood. Only the module that is needed is loaded, and its driver by the first call.
 *
 * Throws `INVALID_ARGUMENT` for any other address, naming those it knows, and for a parameter that such an address has not. What goes wrong with the store itself is told
 * by the store's first call.
 */
export async function openStore(url: string, options: OpenStoreOptions = {}): Promise<OpenedStore> {
  const { onWarning } = options
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+-]+):(.*)$/is.exec(url) ?? []
  switch (scheme.toLowerCase()) {
    case 'file': {
      const { fileStore } = await import('./file.ts')
      return closable(fileStore(pathOf(url, rest), { onWarning }))
    }
    case 'sqlite': {
      const { sqliteStore } = await import('./sqlite.ts')
      return sqliteStore(pathOf(url, rest), { onWarning })
    }
    case 'postgres':
    case 'postgresql': {
      const { postgresStore } = await import('./postgres.ts')
      return postgresStore(postgresAddress(url), { onWarning })
    }
    case 'redis':
    case 'rediss': {
      const { redisStore } = await import('./redis.ts')
      const { server, options } = redisAddress(url)
      return redisStore(server, { ...options, onWarning })
    }
    case 's3': {
      const { s3Store } = await import('./s3.ts')
      return s3Store(s3Address(url))
    }
    case 'aws-secrets': {
      const { awsSecretsStore } = await import('./aws-secrets.ts')
      return awsSecretsStore(awsSecretsAddress(url))
    }
    case 'firestore': {
      const { firestoreStore } = await import('./firestore.ts')
      return firestoreStore(firestoreAddress(url))
    }
    case 'bitwarden': {
      const { bitwardenStore } = await import('./bitwarden.ts')
      return closable(bitwardenStore(bitwardenAddress(url, options.env)))
    }
    case 'env': {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(rest)) throw invalid(`"${url}" does not name an environment variable.`)
      const { envStore } = await import('./env.ts')
      return closable(envStore({ name: rest, env: options.env ?? {}, seed: options.seed, onWarning }))
    }
    case 'memory':
      return closable(memoryStore())
    default:
      throw unknown(url, scheme.toLowerCase())
  }
}

/** `./x`, `/x`, `C:\x` as they are; after two slashes it is a URL with an encoded path. */
function pathOf(url: string, rest: string): string {
  const path = rest.startsWith('//') ? fromUrl(url, rest) : rest
  if (path === '') throw invalid(`"${url}" names no file.`)
  return path
}

function fromUrl(url: string, rest: string): string {
  // file://./x is no URL, but everybody's first try.
  if (/^\/\/\.{1,2}\//.test(rest)) return rest.slice(2)
  try {
    return fileURLToPath(`file:${rest}`)
  } catch (cause) {
    throw invalid(`"${url}" is not the address of a file on this machine.`, cause)
  }
}

function unknown(url: string, scheme: string): OAuthError {
  // An address may carry a password; only its scheme is repeated.
  return invalid(
    scheme === '' ? `A store is given as scheme:place, and "${url}" is not.` : `There is no store ${scheme}:.`,
  )
}

function invalid(what: string, cause?: unknown): OAuthError {
  const message = `${what} Known are ${STORE_ADDRESSES.join(', ')}.`
  return new OAuthError('INVALID_ARGUMENT', message, cause === undefined ? {} : { cause })
}

function closable(store: GrantStore): OpenedStore {
  const close = async (): Promise<void> => {}
  return { ...store, close, [Symbol.asyncDispose]: close }
}
