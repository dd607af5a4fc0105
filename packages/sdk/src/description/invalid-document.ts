import { OAuthError } from '@evergrant/core'

/** The place in a document: names from the root down. */
export type Path = readonly (string | number)[]

/** RFC 6901 §6: the fragment that points to a place. */
export function pointer(path: Path): string {
  return `#${path.map((name) => `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`
}

/** Says what is wrong and where. */
export function invalidDocument(path: Path, problem: string, cause?: unknown): OAuthError {
  return new OAuthError('INVALID_DOCUMENT', `${pointer(path)}: ${problem}`, { outcome: 'not_sent', cause })
}
