import type { Cipher } from '@evergrant/core'
import type { SandboxState, SandboxStateKeeper } from '@evergrant/sandbox'
import type { Kysely } from 'kysely'
import { readMeta, writeMetaWhile } from '../db/meta.ts'
import { sealedMeta, sealedPlaces } from '../db/sealed-places.ts'
import type { Tables } from '../db/tables.ts'

const STATE = sealedMeta.sandboxState
const PLACE = sealedPlaces.meta(STATE)

/** What allows to write: as long as this row has this value, nobody else serves the sandbox. */
interface Claim {
  readonly row: { readonly name: string; readonly value: string }
  /** Hears that another process serves it now. */
  lost(): void
}

/**
 * Keeps the sandbox's grants and keys in the database, sealed, so that practice accounts outlive a restart. Writing
 * fails once another process serves the sandbox: what this one knows is out of date then.
 */
export async function sandboxState(db: Kysely<Tables>, cipher: Cipher, claim: Claim): Promise<SandboxStateKeeper> {
  const sealed = await readMeta(db, STATE)
  const kept = sealed === undefined ? undefined : (JSON.parse(await cipher.open(sealed, PLACE)) as SandboxState)
  let last: Promise<void> = Promise.resolve()
  return {
    load: () => kept,
    save(state) {
      // One after another: the newest is written last.
      last = last
        .catch(() => undefined)
        .then(async () => {
          const text = await cipher.seal(JSON.stringify(state), PLACE)
          if (await writeMetaWhile(db, claim.row, STATE, text)) return
          claim.lost()
          throw new Error('another server process serves this sandbox now')
        })
      return last
    },
  }
}
