import { sealed } from '@evergrant/core'
import { type ForeignGrant, importedGrant } from '@evergrant/stores/import'
import { exitCode } from '../exit-code.ts'
import { table } from '../grant-text.ts'
import { inTurns } from '../in-turns.ts'
import type { Invocation } from '../invocation.ts'
import { namedKeyring } from '../keys.ts'
import { openServer, type ServerOptions, serverFolder, serverPlace } from '../server-place.ts'
import { UsageError } from '../usage-error.ts'

interface IntoServer extends ServerOptions {
  readonly connection: string
  readonly file: string
  readonly write?: boolean
  readonly replace?: boolean
  readonly store?: string
}

/** Adds an account with its grant for each that was found; those that the connection has already are kept. */
export async function importIntoServer(
  options: IntoServer,
  grants: readonly ForeignGrant[],
  format: string,
  invocation: Invocation,
): Promise<number> {
  const { terminal, clock } = invocation
  if (options.store !== undefined || options.replace === true) {
    throw new UsageError(
      `--connection goes without ${options.store === undefined ? '--replace' : '--store'}.`,
      'Accounts of a server are removed and connected again on its page.',
    )
  }
  await using server = await openServer(serverPlace(options, invocation), (words) => terminal.say(words))
  const cipher = await namedKeyring({ dataDir: serverFolder(options, invocation) }, invocation)
  const { AccountImport } = await import('@evergrant/server')
  const into = new AccountImport({
    ...server,
    store: sealed(server.store, cipher, { requireSealed: true }),
    cipher,
    clock,
  })
  const connection = await into.connection(options.connection)
  if (connection === undefined) {
    throw new UsageError(
      `The server has no connection "${options.connection}", or several of that name.`,
      'Give its id, which stands in the address of its page.',
    )
  }
  const { id, provider, client_id } = connection
  // A refresh token is bound to the client that it was issued to (RFC 6749 §10.4).
  const other = grants.find(({ client }) => client.client_id !== undefined && client.client_id !== client_id)
  if (other !== undefined) {
    throw new UsageError(
      `${other.name} consented to the client ${other.client.client_id}, and the connection ${connection.name} is another: ${client_id}.`,
      'Import it into a connection with that client.',
    )
  }
  const known = await into.known(id)
  const taken = new Set<string>()
  const isThere = ({ name }: ForeignGrant): boolean => known.has(name.toLowerCase())
  const fresh = grants.filter((one) => {
    const name = one.name.toLowerCase()
    if (isThere(one) || taken.has(name)) return false
    taken.add(name)
    return true
  })
  const added = new Set(fresh)
  const accounts = new Map<string, string>()
  if (options.write === true) {
    const add = async (one: ForeignGrant): Promise<void> => {
      const grantOf = (account: string) =>
        importedGrant(one, { id: account, provider, client: client_id, now: clock.now() })
      accounts.set(one.name, await into.add(id, one.name, grantOf))
    }
    await inTurns('Stored', fresh, add, invocation)
  }
  const rows = grants.map((one) => ({
    name: one.name,
    account: accounts.get(one.name),
    refreshable: one.refresh_token !== undefined,
    outcome: !added.has(one) ? 'kept: there already' : options.write === true ? 'stored' : 'would store',
  }))
  if (terminal.json) terminal.data(rows)
  else {
    const cells = rows.map((row) => [
      row.name,
      row.account ?? '',
      row.refreshable ? 'yes' : 'no: it ends with its token',
      row.outcome,
    ])
    terminal.text(table([['NAME', 'ACCOUNT', 'RENEWS ITSELF', 'OUTCOME'], ...cells]))
  }
  if (options.write === true) {
    terminal.note(
      `${terminal.style('green', '✓')} ${fresh.length} of ${grants.length} are accounts of ${connection.name} now. Stop the other program: two must not spend one refresh token.`,
    )
  } else {
    terminal.note(`The file is of the kind ${format}. Nothing was written; --write adds them to ${connection.name}.`)
  }
  return fresh.length === grants.length || options.write !== true ? exitCode.done : exitCode.failed
}
