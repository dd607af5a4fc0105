import { type Cipher, OAuthError } from '@evergrant/core'
import type { Kysely } from 'kysely'
import { readMeta, swapMeta } from './meta.ts'
import { sealedMeta, sealedPlaces } from './sealed-places.ts'
import type { Tables } from './tables.ts'

const CHECK = sealedMeta.keyCheck
const PLACE = sealedPlaces.meta(CHECK)

/** Whether anything was ever sealed here: then a missing key is a lost one, and a new one opens nothing. */
export async function isSealed(db: Kysely<Tables>): Promise<boolean> {
  return (await readMeta(db, CHECK)) !== undefined
}

/**
 * Throws `UNSEAL_FAILED` when the data was sealed with another key than the one given. Found out at the start: later,
 * some records would open with the one key and some with the other.
 */
export async function assertSealingKey(db: Kysely<Tables>, cipher: Cipher): Promise<void> {
  const sealed = await readMeta(db, CHECK)
  if (sealed === undefined) {
    if (await swapMeta(db, CHECK, undefined, await cipher.seal(CHECK, PLACE))) return
    // Another server that started at this moment was first, and may have another key.
    return assertSealingKey(db, cipher)
  }
  try {
    await cipher.open(sealed, PLACE)
  } catch (cause) {
    const message =
      'The sealing key is not the one that the data was sealed with. Give the right one by EVERGRANT_KEY, EVERGRANT_KEY_FILE or the file "key" in the data folder.'
    throw new OAuthError('UNSEAL_FAILED', message, { cause })
  }
}
