import { assertBody } from '../assert-body.ts'
import { type CheckResult, type Connection, type ConnectionPatch, NewConnection } from '../contract/index.ts'
import { atDesk, COMMAND_LINE } from '../desk-deed.ts'
import type { Services } from '../services.ts'
import { checkedConnection } from './check.ts'
import { type RemovedConnection, removalDetail, removeConnection } from './remove-connection.ts'

/** The connections of a server for whoever runs it. At an `openDesk` it works while the server runs or not. */
export class ConnectionDesk {
  readonly #services: Services

  constructor(services: Services) {
    this.#services = services
  }

  /** All of them, in order of their names. */
  async list(): Promise<Connection[]> {
    const { accounts, connections } = this.#services
    return accounts.connectionViews(await connections.list())
  }

  /** The one with this id or name; undefined: there is none, or several have the name. */
  async find(named: string): Promise<Connection | undefined> {
    const { accounts, connections } = this.#services
    const all = await connections.list()
    const found = all.filter(({ id, name }) => id === named || name === named)
    return found.length === 1 && found[0] !== undefined ? accounts.connectionView(found[0]) : undefined
  }

  /**
   * Stores a client registration, checked as the API checks it. Throws `INVALID_ARGUMENT` with the words of a refusal,
   * and errors of the engine such as `MISSING_CLIENT_SECRET`. Nothing asks the provider: `check` does.
   */
  create(wanted: Omit<NewConnection, 'password'>): Promise<Connection> {
    const { accounts, audit, connections } = this.#services
    return atDesk(async () => {
      assertBody(NewConnection, wanted)
      const row = await connections.create(wanted)
      const { id, name, provider } = row
      await accounts.publishConnection(row)
      await audit.add({ actor: COMMAND_LINE, action: 'connection.create', subject: id, detail: { name, provider } })
      return accounts.connectionView(row)
    })
  }

  /**
   * Removes one. Throws `INVALID_ARGUMENT` when it has accounts, unless they are to go too: then their grants are
   * revoked at the provider, as far as that works.
   */
  remove(id: string, { accounts: withAccounts }: { readonly accounts: boolean }): Promise<RemovedConnection> {
    return atDesk(async () => {
      const gone = await removeConnection(this.#services, id, withAccounts)
      const detail = removalDetail(gone)
      await this.#services.audit.add({ actor: COMMAND_LINE, action: 'connection.remove', subject: id, detail })
      return gone
    })
  }

  /** Looks at it step by step, and notes what that says about its settings, as the page does. */
  async check(id: string): Promise<CheckResult> {
    const { audit, connections } = this.#services
    const row = await connections.get(id)
    const result = await checkedConnection(row, this.#services)
    await audit.add({ actor: COMMAND_LINE, action: 'connection.check', subject: id })
    return result
  }

  /** Changes what the patch says. Throws `INVALID_ARGUMENT` with the words of the refusal. */
  async update(id: string, patch: ConnectionPatch): Promise<Connection> {
    const { accounts, audit, connections, tokens } = this.#services
    return atDesk(async () => {
      const row = await connections.update(id, patch)
      await tokens.retrySoon(id)
      await accounts.publishConnection(row)
      const detail = { fields: Object.keys(patch) }
      await audit.add({ actor: COMMAND_LINE, action: 'connection.update', subject: id, detail })
      return accounts.connectionView(row)
    })
  }
}
