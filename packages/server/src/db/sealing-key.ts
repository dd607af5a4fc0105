import { type Cipher, OAuthError } from '@evergrant/core'
import type { Kysely } from 'kysely'
import { readMeta, writeMeta } from './meta.ts'
import { sealedMeta, sealedPlaces } from './sealed-places.ts'
import type { Tables } from './tables.ts'

const CHECK = sealedMeta.keyCheck
const PLACE = sealedPlaces.meta(CHECK)

/**
 * Throws `UNSEAL_FAILED` when the data was sealed with another key than the one given. Found out at the start: later,
 * some records would open with the one key and some with the other.
 */
export async function assertSealingKey(db: Kysely<Tables>, cipher: Cipher): Promise<void> {
  const sealed = await readMeta(db, CHECK)
  if (sealed === undefined) return writeMeta(db, CHECK, await cipher.seal(CHECK, PLACE))
  try {
    await cipher.open(sealed, PLACE)
  } catch (cause) {
    const message =
      'The sealing key is not the one that the data was sealed with. Give the right one by EVERGRANT_KEY, EVERGRANT_KEY_FILE or the file "key" in the data folder.'
    throw new OAuthError('UNSEAL_FAILED', message, { cause })
  }
}
