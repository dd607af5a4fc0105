import { OAuthError } from '@evergrant/core'
import type { FirestoreStoreOptions } from '../firestore.ts'
import { addressParameters } from './address-parameters.ts'

/** The document of `firestore:collection/document?project=…&database=…&field=…`. */
export function firestoreAddress(text: string): FirestoreStoreOptions {
  const [, path = '', query = ''] = /^firestore:(?:\/\/)?([^?]*)(?:\?(.*))?$/i.exec(text) ?? []
  const parts = path.split('/')
  // Collections and documents take turns in a path, and it ends with a document.
  if (parts.length % 2 !== 0 || parts.includes(''))
    throw new OAuthError('INVALID_ARGUMENT', `"${text}" is not like firestore:collection/document?project=my-project.`)
  const names = ['project', 'database', 'field']
  const { project, database, field } = addressParameters(query, { what: 'A firestore address', names })
  const client = {
    ...(project === undefined ? {} : { projectId: project }),
    ...(database === undefined ? {} : { databaseId: database }),
  }
  return {
    collection: parts.slice(0, -1).join('/'),
    document: parts.at(-1) ?? '',
    client,
    ...(field === undefined ? {} : { field }),
  }
}
