import type { GrantStore } from '@evergrant/core'
import type { DocumentReference, FieldPath, Firestore, Settings, Timestamp } from '@google-cloud/firestore'
import { type DocumentTimes, documentStore } from './document/document-store.ts'
import { googleFailure, googleStatus } from './document/google-failure.ts'
import type { GrantDocument } from './document/grant-document.ts'
import { openedOnce } from './opened-once.ts'
import { optionalPackage } from './optional-package.ts'

/** What a {@link firestoreStore} needs. */
export interface FirestoreStoreOptions extends DocumentTimes {
  /** Path of the collection. */
  readonly collection: string
  /** Id of the document. It may hold other fields, which are left alone. */
  readonly document: string
  /** The field that holds the grants. Default `token`. */
  readonly field?: string | undefined
  /** The application's own client, or the settings of one. Default: what the SDK finds in its surroundings. */
  readonly client?: Firestore | Settings | undefined
}

/** A {@link GrantStore} in Google Cloud Firestore. */
export interface FirestoreStore extends GrantStore, AsyncDisposable {
  /** Closes the store's client, unless it was handed in. */
  close(): Promise<void>
}

/** A document holds 1 MiB, names and other fields included: https://firebase.google.com/docs/firestore/quotas */
const MAX_BYTES = 1_000_000

const NOT_FOUND = 5
const ALREADY_EXISTS = 6
const FAILED_PRECONDITION = 9

/**
 * Keeps some grants in one field of a document of Google Cloud Firestore.
 *
 * Every write carries the document's update time as it was read as its precondition (or that there is no document), so
 * that of several writers one wins and the others read again. `@google-cloud/firestore` is loaded by the first call.
 *
 * Fails with `STORE_CORRUPT`, `STORE_READ_ONLY`, `STORE_UNAVAILABLE` (also above 1 MB), `ABORTED`, or `NOT_SUPPORTED`
 * when the SDK is not installed.
 *
 * @example
 * ```ts
 * import { type Client, tokenSources } from '@evergrant/core'
 * import { firestoreStore } from '@evergrant/stores/firestore'
 *
 * async function read(client: Client): Promise<Response> {
 *   await using store = firestoreStore({ collection: 'tokens', document: 'mail', client: { projectId: 'my-project' } })
 *   return await tokenSources({ client, store }).get('alice').fetch('https://api.example/me')
 * }
 * ```
 */
export function firestoreStore(options: FirestoreStoreOptions): FirestoreStore {
  const { collection, document, field = 'token', client, ...times } = options
  const name = `the document ${collection}/${document} of Firestore`

  const opened = openedOnce(
    async (): Promise<Place> => {
      const load = (): Promise<Module> => import('@google-cloud/firestore')
      const sdk = await optionalPackage('@google-cloud/firestore', 'A Firestore store', load)
      const own = isFirestore(client) ? undefined : new sdk.Firestore(client ?? {})
      const database = isFirestore(client) ? client : own
      if (database === undefined) throw new TypeError('no client')
      return { own, document: database.collection(collection).doc(document), field: new sdk.FieldPath(field) }
    },
    ({ own }) => own?.terminate(),
  )

  const place: GrantDocument<Timestamp> = {
    name,
    async read() {
      const { document, field } = await opened.get()
      const snapshot = await document.get()
      if (snapshot.updateTime === undefined) return undefined
      const text: unknown = snapshot.get(field)
      return { text: text === undefined || text === null ? undefined : String(text), revision: snapshot.updateTime }
    },
    async replace(text, seen) {
      const { document, field: path } = await opened.get()
      try {
        if (seen === undefined) await document.create({ [field]: text })
        else await document.update(path, text, { lastUpdateTime: seen.revision })
        return true
      } catch (error) {
        const lost = seen === undefined ? [ALREADY_EXISTS] : [FAILED_PRECONDITION, NOT_FOUND]
        if (lost.includes(googleStatus(error) ?? 0)) return false
        throw error
      }
    },
  }

  const traits = { durable: true, cas: 'native' } as const
  const store = documentStore(place, { traits, maxBytes: MAX_BYTES, failure: googleFailure(name), ...times })
  return { ...store, close: opened.close, [Symbol.asyncDispose]: opened.close }
}

type Module = typeof import('@google-cloud/firestore')

interface Place {
  readonly own: Firestore | undefined
  readonly document: DocumentReference
  readonly field: FieldPath
}

function isFirestore(client: Firestore | Settings | undefined): client is Firestore {
  return client !== undefined && 'collection' in client && typeof client['collection'] === 'function'
}
