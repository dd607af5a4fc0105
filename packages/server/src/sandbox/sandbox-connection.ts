import type { SandboxClient } from '@evergrant/sandbox'
import type { ConnectionRow } from '../connections/connection-row.ts'
import { readMeta, writeMeta } from '../db/meta.ts'
import { randomSecret } from '../security/secret.ts'
import type { Services } from '../services.ts'

const CONNECTION = 'sandbox_connection'
const CLIENT_ID = 'evergrant'

/**
 * The connection "Sandbox", made on the first start, so that a newcomer can connect an account at once. An administrator
 * may change or remove it; it is not made again (undefined). Where it leads to a former address of the sandbox, it
 * leads to the present one afterwards.
 */
export async function sandboxConnection(
  { deps, connections }: Services,
  issuer: string,
  former: readonly string[],
): Promise<ConnectionRow | undefined> {
  const known = await readMeta(deps.db, CONNECTION)
  if (known !== undefined) {
    const row = await connections.get(known).catch(() => undefined)
    return row?.issuer && former.includes(row.issuer) ? connections.move(known, row.issuer, issuer) : row
  }
  const made = await connections.create({
    name: 'Sandbox',
    provider: 'sandbox',
    client_id: CLIENT_ID,
    client_secret: randomSecret(),
    scope: 'mail.read',
    issuer,
  })
  await writeMeta(deps.db, CONNECTION, made.id)
  return made
}

/** The client of the connection, as it is registered at the sandbox. */
export async function sandboxClient({ clients }: Services, connection: ConnectionRow): Promise<SandboxClient> {
  const { client_id, authentication } = await clients.of(connection)
  const client_secret = authentication.secret?.reveal()
  return {
    client_id,
    ...(client_secret === undefined ? {} : { client_secret }),
    client_name: 'Evergrant',
    redirect_uris: [clients.redirectUri(connection.id)],
  }
}
