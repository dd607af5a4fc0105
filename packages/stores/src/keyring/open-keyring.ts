import { type Keyring, type KeyringOptions, keyring, OAuthError } from '@evergrant/core'
import { isObject } from '../stored-grant.ts'
import { type LoadKeysOptions, loadKeys } from './key-file.ts'
import { keysFromText } from './keys-from-text.ts'

/** Where the keys of a keyring are: in a file, or in a text such as `EVERGRANT_KEY`. */
export type KeyPlace = LoadKeysOptions | { readonly text: string; readonly source?: string | undefined }

/**
 * A keyring of the keys in a file or in a text; see {@link loadKeys} and {@link keysFromText}. A key file is read again
 * when it may have changed, so a key that is added to it, by `evergrant keys new`, reaches programs that run: at once
 * when they meet a text that it sealed, and within a minute when they seal.
 *
 * Throws `INVALID_ARGUMENT` for a place that is neither, and what the two throw.
 *
 * @example
 * ```ts
 * import { sealed } from '@evergrant/core'
 * import { fileStore } from '@evergrant/stores/file'
 * import { openKeyring } from '@evergrant/stores/keyring'
 *
 * const store = sealed(fileStore('./grants.json'), await openKeyring({ file: './grants.key' }))
 * console.log(await store.get('alice'))
 * ```
 */
export async function openKeyring(place: KeyPlace, options: Omit<KeyringOptions, 'reload'> = {}): Promise<Keyring> {
  const given: unknown = place
  if (!isObject(given) || (typeof given['text'] !== 'string' && typeof given['file'] !== 'string'))
    throw new OAuthError('INVALID_ARGUMENT', 'The place of a keyring: { file } or { text } with a text is expected.')
  if ('text' in place) return keyring(await keysFromText(place.text, place.source), options)
  const reload = (): ReturnType<typeof loadKeys> => loadKeys({ file: place.file, create: false })
  return keyring(await loadKeys(place), { ...options, reload })
}
