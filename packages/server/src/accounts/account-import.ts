import type { Cipher, Clock, Grant, GrantStore } from '@evergrant/core'
import type { Kysely } from 'kysely'
import { pino } from 'pino'
import type { AuditLog } from '../audit/audit-log.ts'
import type { ConnectionRow } from '../connections/connection-row.ts'
import type { Connections } from '../connections/connections.ts'
import type { Tables } from '../db/tables.ts'
import type { Deps } from '../deps.ts'
import { createServices } from '../services.ts'
import type { Accounts } from './accounts.ts'

/** What an import works on: a server's data, opened. The store seals what it is given. */
export interface ImportInto {
  readonly db: Kysely<Tables>
  readonly store: GrantStore
  readonly cipher: Cipher
  readonly clock: Clock
}

/** Takes over grants of other programs as accounts of a server, whether that runs or not. */
export class AccountImport {
  readonly #into: ImportInto
  readonly #accounts: Accounts
  readonly #connections: Connections
  readonly #audit: AuditLog

  constructor(into: ImportInto) {
    // Nothing is begun with them: what is left out is not used.
    const deps: Deps = { ...into, logger: pino({ level: 'silent' }), publicUrl: 'http://127.0.0.1', version: '' }
    this.#into = into
    const { accounts, connections, audit } = createServices(deps)
    this.#accounts = accounts
    this.#connections = connections
    this.#audit = audit
  }

  /** The connection with this id or name; undefined: there is none, or several have the name. */
  async connection(named: string): Promise<Pick<ConnectionRow, 'id' | 'name' | 'provider' | 'client_id'> | undefined> {
    const all = await this.#connections.list()
    const found = all.filter(({ id, name }) => id === named || name === named)
    return found.length === 1 ? found[0] : undefined
  }

  /** The names under which accounts of a connection were added, in lower case. */
  async known(connection: string): Promise<ReadonlySet<string>> {
    const rows = await this.#accounts.of(connection)
    return new Set(rows.flatMap(({ login_hint, name }) => [login_hint, name].map((one) => one?.toLowerCase() ?? '')))
  }

  /** Adds an account that nobody owns, with its grant, and writes it down in the audit log. Returns its id. */
  async add(connection: string, name: string, grantOf: (id: string) => Grant): Promise<string> {
    const { id } = await this.#accounts.create({ connection, login_hint: name }, null)
    const stored = await this.#into.store.put(grantOf(id), 0)
    if (!stored.ok) throw new Error(`account ${id} has a grant already`)
    await this.#accounts.sorted(id)
    // Refresh-ahead learns of it.
    await this.#accounts.lookAt(id, 0)
    const actor = { type: 'server', name: 'import' } as const
    await this.#audit.add({ actor, action: 'account.create', subject: id, detail: { connection, imported: true } })
    return id
  }
}
