import { pino } from 'pino'
import { Changes, type Wire } from './changes/changes.ts'
import { ConnectionDesk } from './connections/connection-desk.ts'
import { assertSealingKey } from './db/sealing-key.ts'
import type { Deps } from './deps.ts'
import { mailSender } from './notices/mail-sender.ts'
import { PeopleDesk } from './security/people-desk.ts'
import { createServices } from './services.ts'
import { type Environment, readSettings } from './settings.ts'

/** What a desk works on: a server's data, opened. The store seals what it is given. */
export type DeskOn = Pick<Deps, 'db' | 'store' | 'cipher' | 'clock' | 'fetch'> & {
  /** The same that the server runs with: its public address is part of links and redirect URIs. */
  readonly env: Environment
  /** How servers that run on the same data are told what was changed here. */
  readonly wire: Wire
}

/** A server's data for whoever runs it, without the server: whether that runs or not. */
export interface Desk extends AsyncDisposable {
  readonly connections: ConnectionDesk
  readonly people: PeopleDesk
  /** The address that links lead to, without a trailing slash. */
  readonly publicUrl: string
}

/**
 * Opens the desk on a server's data. What is changed at it is in the audit log as the command line's, servers that run
 * take it with their next request, and their browsers show it when the desk is closed, at the latest.
 *
 * Throws `INVALID_SETTING` for an environment that no server would start with, and `UNSEAL_FAILED` for another sealing
 * key than the server's: before anything is changed.
 */
export async function openDesk({ env, wire, ...on }: DeskOn): Promise<Desk> {
  const { publicUrl: given, port, mail: post, privateAddresses, loopbackProviders } = readSettings(env)
  await assertSealingKey(on.db, on.cipher)
  const publicUrl = given ?? `http://127.0.0.1:${port}`
  const changes = new Changes(wire)
  // It sends nothing: with it, what people have to hear of is written down for a server to send.
  const mail = post && mailSender(post.url, post.from)
  const services = createServices({
    ...on,
    changes,
    mail,
    logger: pino({ level: 'silent' }),
    publicUrl,
    version: '',
    addresses: { loopback: loopbackProviders, allowed: privateAddresses },
  })
  return {
    connections: new ConnectionDesk(services),
    people: new PeopleDesk(services),
    publicUrl,
    async [Symbol.asyncDispose]() {
      try {
        await services.tokens.close()
      } finally {
        mail?.close()
        await changes.close()
      }
    },
  }
}
