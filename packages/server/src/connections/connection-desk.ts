import { OAuthError } from '@evergrant/core'
import { pino } from 'pino'
import type { CheckResult, Connection, ConnectionPatch } from '../contract/index.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../problem.ts'
import { createServices, type Services } from '../services.ts'
import { type Environment, readSettings } from '../settings.ts'
import { checkedConnection } from './check.ts'

/** What a desk works on: a server's data, opened. */
export type ConnectionDeskOn = Pick<Deps, 'db' | 'store' | 'cipher' | 'clock' | 'fetch'> & {
  /** The same that the server runs with: its public address is part of redirect URIs. */
  readonly env: Environment
}

/**
 * The connections of a server for whoever runs it, without the server: from its data, whether it runs or not. What is
 * changed here, a server that runs takes with its next request.
 */
export class ConnectionDesk {
  readonly #services: Services

  /** Throws `INVALID_SETTING` for an environment that no server would start with. */
  constructor({ env, ...on }: ConnectionDeskOn) {
    const { publicUrl, port, privateAddresses, loopbackProviders } = readSettings(env)
    this.#services = createServices({
      ...on,
      logger: pino({ level: 'silent' }),
      publicUrl: publicUrl ?? `http://127.0.0.1:${port}`,
      version: '',
      addresses: { loopback: loopbackProviders, allowed: privateAddresses },
    })
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

  /** Looks at it step by step, and notes what that says about its settings, as the page does. */
  async check(id: string): Promise<CheckResult> {
    const { audit, connections } = this.#services
    const row = await connections.get(id)
    const result = await checkedConnection(row, this.#services)
    await audit.add({ actor: ACTOR, action: 'connection.check', subject: id })
    return result
  }

  /** Changes what the patch says. Throws `INVALID_ARGUMENT` with the words of the refusal. */
  async update(id: string, patch: ConnectionPatch): Promise<Connection> {
    const { accounts, audit, connections, tokens } = this.#services
    try {
      const row = await connections.update(id, patch)
      await tokens.retrySoon(id)
      await audit.add({
        actor: ACTOR,
        action: 'connection.update',
        subject: id,
        detail: { fields: Object.keys(patch) },
      })
      return await accounts.connectionView(row)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      throw new OAuthError('INVALID_ARGUMENT', error.message, { cause: error })
    }
  }
}

const ACTOR = { type: 'server', name: 'command line' } as const
