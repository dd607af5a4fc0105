import type { Cipher } from '@evergrant/core'
import type { Sandbox, SandboxState, SandboxStateKeeper } from '@evergrant/sandbox'
import type { Kysely } from 'kysely'
import { readMeta, writeMeta } from '../db/meta.ts'
import { sealedMeta, sealedPlaces } from '../db/sealed-places.ts'
import type { Tables } from '../db/tables.ts'
import { randomSecret } from '../security/secret.ts'
import type { Services } from '../services.ts'

const CONNECTION = 'sandbox_connection'
const STATE = sealedMeta.sandboxState
const CLIENT_ID = 'evergrant'

/**
 * Makes the connection "Sandbox" on the first start, so that a newcomer can connect an account at once, and registers
 * its client at the sandbox. An administrator may change or remove it; it is not made again.
 */
export async function ensureSandboxConnection(services: Services, sandbox: Sandbox): Promise<void> {
  const { deps, connections } = services
  const known = await readMeta(deps.db, CONNECTION)
  if (known === undefined) {
    const { id } = await connections.create({
      name: 'Sandbox',
      provider: 'sandbox',
      client_id: CLIENT_ID,
      client_secret: randomSecret(),
      scope: 'mail.read',
      issuer: sandbox.issuer,
    })
    await writeMeta(deps.db, CONNECTION, id)
    return ensureSandboxConnection(services, sandbox)
  }
  const row = await connections.get(known).catch(() => undefined)
  if (row === undefined) return
  // The server may run at another port today.
  const connection = row.issuer === sandbox.issuer ? row : await connections.update(known, { issuer: sandbox.issuer })
  const { client_id, authentication } = await connections.client(connection)
  const client_secret = authentication.secret?.reveal()
  sandbox.registerClient({
    client_id,
    ...(client_secret === undefined ? {} : { client_secret }),
    client_name: 'Evergrant',
    redirect_uris: [connections.redirectUri(known)],
  })
}

/** Keeps the sandbox's grants and keys in the database, sealed, so that practice accounts outlive a restart. */
export async function sandboxState(db: Kysely<Tables>, cipher: Cipher): Promise<SandboxStateKeeper> {
  const sealed = await readMeta(db, STATE)
  const kept =
    sealed === undefined ? undefined : (JSON.parse(await cipher.open(sealed, sealedPlaces.meta(STATE))) as SandboxState)
  let last: Promise<void> = Promise.resolve()
  return {
    load: () => kept,
    save(state) {
      // One after another: the newest is written last.
      last = last
        .catch(() => undefined)
        .then(async () => writeMeta(db, STATE, await cipher.seal(JSON.stringify(state), sealedPlaces.meta(STATE))))
      return last
    },
  }
}
