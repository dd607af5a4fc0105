/// <reference path="./bitwarden/sdk-napi.d.ts" />
import { type GrantStore, isOAuthError, type Lock, OAuthError, processLock } from '@evergrant/core'
import type { BitwardenClient, BitwardenSecret, BitwardenSecrets } from './bitwarden/client.ts'
import { type DocumentTimes, documentStore } from './document/document-store.ts'
import type { GrantDocument } from './document/grant-document.ts'
import { driverError, wordsOf } from './driver-error.ts'
import { openedOnce } from './opened-once.ts'
import { optionalPackage } from './optional-package.ts'

export type { BitwardenClient, BitwardenSecret, BitwardenSecrets } from './bitwarden/client.ts'

/** What a {@link bitwardenStore} needs. */
export interface BitwardenStoreOptions extends DocumentTimes {
  /** Id of a secret that is there, with the value `{}` at first. Its key, note and project are left alone. */
  readonly secretId: string
  /** A client of the official SDK that has signed in, or what to sign in with. */
  readonly client: BitwardenClient | BitwardenLogin
  /**
   * Makes processes take turns. Without one the callers of this process do, and nobody else may write the secret; say
   * so by leaving it out.
   */
  readonly lock?: Lock | undefined
}

/** What a client is made of. */
export interface BitwardenLogin {
  /** Of a machine account. */
  readonly accessToken: string
  /** Of a server of your own. Default: Bitwarden's. */
  readonly apiUrl?: string | undefined
  readonly identityUrl?: string | undefined
}

/** A limit of ours: Bitwarden names none, and a secret of this size is beyond what it is made for. */
const MAX_BYTES = 25_000

/**
 * Keeps a few grants in one secret of Bitwarden Secrets Manager.
 *
 * Bitwarden has no conditional write. One process is safe; several are only with a `lock` that all of them use, and
 * `traits.cas` says which it is: `emulated` with a lock, else `none`. `@bitwarden/sdk-napi` is loaded by the first call
 * unless a client is handed in.
 *
 * Fails with `STORE_CORRUPT`, `STORE_UNAVAILABLE` (also when there is no such secret, and above 25,000 bytes),
 * `ABORTED`, or `NOT_SUPPORTED` when the SDK is not installed.
 *
 * @example
 * ```ts
 * import { bitwardenStore } from '@evergrant/stores/bitwarden'
 *
 * const store = bitwardenStore({
 *   secretId: 'be8e0ad8-d545-4017-a55a-b02f014d4158',
 *   client: { accessToken: 'of a machine account' },
 * })
 * console.log(store.traits.cas)
 * ```
 */
export function bitwardenStore({ secretId, client, lock, ...times }: BitwardenStoreOptions): GrantStore {
  const name = `the Bitwarden secret ${secretId}`
  const turns = lock ?? processLock()
  // The SDK has nothing to close.
  const secrets = openedOnce(
    async () => ('secrets' in client ? client.secrets() : signIn(client)),
    () => undefined,
  )

  const document: GrantDocument<BitwardenSecret> = {
    name,
    async read() {
      const secret = await (await secrets.get()).get(secretId)
      const { value } = secret
      // A secret cannot be empty: an empty object is what people are told to begin with.
      return { text: /^\s*(?:\{\s*\})?\s*$/.test(value) ? undefined : value, revision: secret }
    },
    replace: (text, seen) =>
      turns(name, async () => {
        const signedIn = await secrets.get()
        const now = await signedIn.get(secretId)
        if (now.value !== seen?.revision.value || time(now) !== time(seen.revision)) return false
        const { organizationId, key, note, projectId } = now
        const projects = projectId === null || projectId === undefined ? [] : [projectId]
        await signedIn.update(organizationId, secretId, key, text, note, projects)
        return true
      }),
  }

  const traits = { durable: true, cas: lock === undefined ? 'none' : 'emulated' } as const
  return documentStore(document, { traits, maxBytes: MAX_BYTES, failure: bitwardenFailure(name), ...times })
}

async function signIn({ accessToken, apiUrl, identityUrl }: BitwardenLogin): Promise<BitwardenSecrets> {
  const load = (): Promise<typeof import('@bitwarden/sdk-napi')> => import('@bitwarden/sdk-napi')
  const { BitwardenClient } = await optionalPackage('@bitwarden/sdk-napi', 'A Bitwarden store', load)
  const client = new BitwardenClient({
    ...(apiUrl === undefined ? {} : { apiUrl }),
    ...(identityUrl === undefined ? {} : { identityUrl }),
    userAgent: 'evergrant',
    deviceType: 'SDK',
  })
  await client.auth().loginAccessToken(accessToken)
  return client.secrets()
}

function time({ revisionDate }: BitwardenSecret): number {
  return new Date(revisionDate).getTime()
}

function bitwardenFailure(name: string): (error: unknown, doing: 'read' | 'write') => OAuthError {
  return (error, doing) => {
    if (isOAuthError(error)) return error
    const then = doing === 'write' ? ' It may yet have been written; the record, read again, tells.' : ''
    const what = `${name} could not be ${doing === 'read' ? 'read' : 'written'}`
    return new OAuthError('STORE_UNAVAILABLE', `${what}: ${wordsOf(error)}.${then}`, { cause: driverError(error) })
  }
}
