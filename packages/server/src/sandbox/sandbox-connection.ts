import type { SandboxClient } from '@evergrant/sandbox'
import type { ConnectionRow } from '../connections/connection-row.ts'
import { readMeta, swapMeta } from '../db/meta.ts'
import { randomSecret } from '../security/secret.ts'
import type { Services } from '../services.ts'

const CONNECTION = 'sandbox_connection'
/** The one client of the sandbox. A connection with another id is refused there, as at any provider. */
const CLIENT_ID = 'evergrant'

/**
 * The connection "Sandbox", made on the first start, so that a newcomer can connect an account at once. An administrator
 * may change or remove it; it is made again when somebody asks for it (undefined until then). Where it leads to a former
 * address of the sandbox, it leads to the present one afterwards.
 */
export async function sandboxConnection(
  services: Services,
  issuer: string,
  former: readonly string[],
): Promise<ConnectionRow | undefined> {
  const { deps, connections } = services
  if ((await readMeta(deps.db, CONNECTION)) === undefined) return newSandboxConnection(services, issuer)
  const row = await storedSandboxConnection(services)
  return row?.issuer && former.includes(row.issuer) ? connections.move(row.id, row.issuer, issuer) : row
}

/** The connection as it is stored; undefined when it was removed. */
export async function storedSandboxConnection({ deps, connections }: Services): Promise<ConnectionRow | undefined> {
  const known = await readMeta(deps.db, CONNECTION)
  return known === undefined ? undefined : connections.find(known)
}

/** Makes it, unless somebody does at the same moment: then theirs counts. */
export async function newSandboxConnection(services: Services, issuer: string): Promise<ConnectionRow> {
  const { deps, connections } = services
  const before = await readMeta(deps.db, CONNECTION)
  const there = before === undefined ? undefined : await connections.find(before)
  if (there !== undefined) return there
  const made = await connections.create({
    name: 'Sandbox',
    provider: 'sandbox',
    client_id: CLIENT_ID,
    client_secret: randomSecret(),
    scope: 'mail.read',
    issuer,
  })
  if (await swapMeta(deps.db, CONNECTION, before, made.id)) return made
  await connections.remove(made.id)
  return newSandboxConnection(services, issuer)
}

/** The client of the connection, as it is registered at the sandbox. */
export async function sandboxClient({ clients }: Services, connection: ConnectionRow): Promise<SandboxClient> {
  const { authentication } = await clients.of(connection)
  const client_secret = authentication.secret?.reveal()
  return {
    client_id: CLIENT_ID,
    ...(client_secret === undefined ? {} : { client_secret }),
    client_name: 'Evergrant',
    redirect_uris: [clients.redirectUri(connection.id)],
  }
}
