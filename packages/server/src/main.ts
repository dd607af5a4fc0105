import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import {
  type Clock,
  type GrantStore,
  isOAuthError,
  type Keyring,
  OAuthError,
  sealed,
  systemClock,
} from '@evergrant/core'
import { openKeyring } from '@evergrant/stores/keyring'
import { postgresPool, postgresStore } from '@evergrant/stores/postgres'
import { sqliteStore } from '@evergrant/stores/sqlite'
import type { Kysely } from 'kysely'
import { type DestinationStream, destination, pino } from 'pino'
import packageJson from '../package.json' with { type: 'json' }
import { buildApp } from './app.ts'
import { Changes, type Wire } from './changes/changes.ts'
import { hearChanges } from './changes/hear-changes.ts'
import { postgresWire } from './changes/postgres-wire.ts'
import { TableWire } from './changes/table-wire.ts'
import { openDataFolder } from './data-folder.ts'
import { openPostgres } from './db/postgres.ts'
import { assertSealingKey, isSealed } from './db/sealing-key.ts'
import { openSqlite } from './db/sqlite.ts'
import type { Tables } from './db/tables.ts'
import type { Deps } from './deps.ts'
import { startJobs } from './jobs/jobs.ts'
import { Languages } from './languages/languages.ts'
import { REDACTED_KEYS } from './log.ts'
import { mailSender } from './notices/mail-sender.ts'
import { ReplicaPulse } from './replicas/replica-pulse.ts'
import { EmbeddedSandbox, SANDBOX_HEADER } from './sandbox/embedded-sandbox.ts'
import type { Resolve } from './security/address-policy.ts'
import type { PasswordCost } from './security/password.ts'
import { pinnedFetch } from './security/pinned-fetch.ts'
import { createServices } from './services.ts'
import { type Environment, type MailGatewayPorts, readSettings, type Settings } from './settings.ts'
import { serverTelemetry } from './telemetry/server-telemetry.ts'
import { answerUnready } from './unready.ts'

/** What a test, or a program that embeds the server, may put in the place of the usual. */
export interface Surroundings {
  readonly clock?: Clock | undefined
  readonly fetch?: typeof fetch | undefined
  /** The addresses of a provider's host name, before it is asked. Default: the machine's resolver. */
  readonly resolve?: Resolve | undefined
  /** Where the log goes, one JSON object per line. Default: stderr. */
  readonly log?: DestinationStream | undefined
  /** Where words for a person go. Default: stdout. */
  readonly say?: ((line: string) => void) | undefined
  /** End on SIGTERM and SIGINT. Default true. */
  readonly signals?: boolean | undefined
  readonly passwordCost?: PasswordCost | undefined
  /** Folder of the built page. Default: beside the program. */
  readonly page?: string | undefined
}

/** A server that listens. */
export interface RunningServer extends AsyncDisposable {
  /** The address that people use. */
  readonly url: string
  /** Where it listens; the same unless a proxy stands before it. */
  readonly listening: string
  /** The first-run link, while there is no administrator. */
  readonly setupLink: string | undefined
  /** Where the mail gateway listens. */
  readonly mailPorts: MailGatewayPorts
  /** Lets requests under way end, then stops. */
  close(): Promise<void>
}

/** Requests that are still under way after so many seconds of draining are cut. */
const DRAIN = 10

/**
 * Starts the connection server as the environment says, and says where it is. Everything it needs is made on the first
 * start: the data folder (mode 0700), the database, the sealing key (0600).
 *
 * Throws `INVALID_SETTING` or a store error, naming what to change.
 */
export async function main(env: Environment = process.env, surroundings: Surroundings = {}): Promise<RunningServer> {
  const settings = readSettings(env)
  const { clock = systemClock, say = (line) => process.stdout.write(`${line}\n`), signals = true } = surroundings
  const logger = pino(
    { level: settings.logLevel, redact: { paths: REDACTED_KEYS, censor: '<redacted>' }, base: null },
    surroundings.log ?? destination({ dest: 2, sync: true }),
  )
  const telemetry = await serverTelemetry(env, packageJson.version)
  const { databaseUrl } = settings
  const onWarning = (message: string): void => logger.warn(message)
  const { db, store, wire, pulse } = await (databaseUrl === undefined
    ? inSqlite(settings, clock, onWarning)
    : inPostgres(databaseUrl, clock, onWarning))
  const changes = new Changes(wire)

  // Listening comes first: with port 0 the address is known only then, and redirect URIs are made of it.
  let route: RequestListener | undefined
  let starting: Readonly<Record<string, string>> = {}
  const languages = new Languages()
  let sandbox: EmbeddedSandbox | undefined
  // Longer than proxies keep theirs: otherwise they send a request into a connection that is just being closed.
  const server = createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
    if (route !== undefined) route(request, response)
    else answerUnready(request, response, languages, starting)
  })
  try {
    await listen(server, settings)
    const cipher = await cipherOf(settings, !(await isSealed(db)))
    await assertSealingKey(db, cipher)
    const listening = listeningAt(server)
    const here = listening.replace(/\/\/(?:0\.0\.0\.0|\[::\]):/, '//127.0.0.1:')
    const publicUrl = settings.publicUrl ?? here
    const tokenLifetime = settings.sandboxTokenLifetime
    sandbox = settings.sandbox ? new EmbeddedSandbox({ db, cipher, clock, publicUrl, tokenLifetime }) : undefined
    if (sandbox !== undefined) starting = { [SANDBOX_HEADER]: sandbox.by }
    const addresses = {
      loopback: settings.loopbackProviders,
      allowed: settings.privateAddresses,
      resolve: surroundings.resolve,
    }
    const pinned = surroundings.fetch === undefined ? await pinnedFetch(addresses, settings.noProxy) : undefined
    if (surroundings.fetch === undefined && pinned === undefined) {
      logger.warn(
        'The package undici is not installed: addresses of providers are checked before they are connected to only.',
      )
    }
    // It never wrote a record in clear: one that is was put there by somebody else.
    const kept = sealed(store, cipher, { requireSealed: true })
    const send = surroundings.fetch ?? pinned
    const deps: Deps = {
      db,
      store: telemetry === undefined ? kept : telemetry.store(kept),
      cipher,
      clock,
      changes,
      logger,
      publicUrl,
      version: packageJson.version,
      fetch: telemetry === undefined ? send : telemetry.fetch(send ?? fetch),
      telemetry,
      addresses,
      mail: settings.mail && mailSender(settings.mail.url, settings.mail.from),
      sandbox,
      page: surroundings.page ?? join(import.meta.dirname, '../public'),
      passwordCost: surroundings.passwordCost,
      trustProxy: settings.trustProxy,
      metricsToken: settings.metricsToken,
    }
    const services = createServices(deps)
    const app = await buildApp(services)
    await hearChanges(services)
    await sandbox?.begin(services, here)
    const token = await services.users.setupToken()
    const setupLink = token === undefined ? undefined : `${publicUrl}/setup#token=${token}`
    const { gateway } = services
    await gateway.start(services, settings.mailGateway)
    const jobs = startJobs(services, { takeSandbox: async () => sandbox?.take(), pulse })
    route = (request, response) => app.routing(request, response)

    let closing: Promise<void> | undefined
    const close = (): Promise<void> => {
      closing ??= (async () => {
        process.off('SIGTERM', onSignal).off('SIGINT', onSignal)
        services.hub.close()
        const programs = gateway.stop()
        // What it fails with is told when it is waited for.
        programs.catch(() => undefined)
        // Not ready from here on, and still there: whoever shares requests out learns of it before they are refused.
        if (settings.shutdownDelay > 0) await clock.sleep(settings.shutdownDelay)
        const drained = drain(server)
        await jobs.stop()
        await drained
        await programs
        await app.close()
        try {
          // A token that the store did not take so far is written now, or the end is a failure.
          await services.tokens.close()
        } finally {
          // Idle connections are no reason to wait.
          pinned?.close().catch(() => undefined)
          deps.mail?.close()
          await sandbox?.close()
          await changes.close()
          await db.destroy()
          await store.close()
          // What could not be sent to the collector is no reason to call the end unclean.
          await telemetry?.close().catch((err: unknown) => logger.warn({ err }, 'telemetry was not sent'))
        }
      })()
      return closing
    }
    const onSignal = (signal: NodeJS.Signals): void => {
      logger.info({ signal }, 'stopping')
      close().catch((err: unknown) => {
        logger.error({ err }, 'the end was not clean')
        process.exitCode = 1
      })
    }
    if (signals) process.on('SIGTERM', onSignal).on('SIGINT', onSignal)
    announce(say, {
      publicUrl,
      mailHost: settings.mailGateway.host,
      mailPorts: gateway.ports,
      listening,
      setupLink,
      sandboxRefused: settings.sandboxRefused,
      sandboxElsewhere: sandbox?.elsewhere?.issuer,
    })
    return {
      url: publicUrl,
      listening,
      setupLink,
      mailPorts: gateway.ports,
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    server.close()
    await sandbox?.close()
    await changes.close()
    await db.destroy()
    await store.close()
    await telemetry?.close().catch(() => undefined)
    throw error
  }
}

interface Announcement {
  readonly publicUrl: string
  readonly mailHost: string
  readonly mailPorts: MailGatewayPorts
  readonly listening: string
  readonly setupLink: string | undefined
  readonly sandboxRefused: boolean
  readonly sandboxElsewhere: string | undefined
}

function announce(say: (line: string) => void, told: Announcement): void {
  const { publicUrl, listening, setupLink, mailHost, mailPorts, sandboxRefused, sandboxElsewhere } = told
  say(`Evergrant runs at ${publicUrl}${publicUrl === listening ? '' : ` (it listens at ${listening})`}`)
  if (setupLink !== undefined) {
    say('')
    say('No administrator yet. Open this link to make one; it works once:')
    say(`  ${setupLink}`)
    say('')
  }
  for (const [protocol, port] of Object.entries(mailPorts)) {
    say(
      `Mail programs without OAuth reach ${protocol.toUpperCase()} at ${mailHost}:${port}, with an API key as their password.`,
    )
  }
  if (sandboxRefused) {
    say('The sandbox stays off: its practice accounts need no password, so it is for loopback addresses only.')
  }
  if (sandboxElsewhere !== undefined) {
    say(
      `Another process on the same data serves the sandbox, at ${sandboxElsewhere}. This one takes over when it ends.`,
    )
  }
}

function listeningAt(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

/** Where the data is: the server's own tables and the grants, and how servers on it tell each other what changed. */
interface Place {
  readonly db: Kysely<Tables>
  readonly store: GrantStore & { close(): Promise<void> }
  readonly wire: Wire
  /** Undefined where the store itself sees which processes have ended. */
  readonly pulse?: ReplicaPulse
}

async function inSqlite({ dataDir }: Settings, clock: Clock, onWarning: (message: string) => void): Promise<Place> {
  const file = join(openDataFolder(dataDir), 'evergrant.db')
  const store = sqliteStore(file, { onWarning, clock })
  // The store makes the file, for nobody else to read.
  await store.get('')
  const db = openSqlite(file)
  return { db, store, wire: new TableWire(db, { now: () => clock.now(), moved: () => db.moved() }) }
}

async function inPostgres(url: string, clock: Clock, onWarning: (message: string) => void): Promise<Place> {
  const pool = await postgresPool(url)
  try {
    const store = postgresStore(pool, { onWarning })
    await store.get('')
    const db = await openPostgres(pool)
    const pulse = new ReplicaPulse(db)
    await pulse.beat()
    return { db, store: { ...store, processes: pulse }, wire: await postgresWire(pool, db, () => clock.now()), pulse }
  } catch (error) {
    await pool.end()
    throw error
  }
}

/** @param fresh nothing was sealed so far: a key may be made */
function cipherOf({ key, keyFile, ...settings }: Settings, fresh: boolean): Promise<Keyring> {
  if (key !== undefined) return openKeyring({ text: key, source: 'EVERGRANT_KEY' })
  const dataDir = keyFile === undefined ? openDataFolder(settings.dataDir) : ''
  // A new key would not open what an existing database holds: a lost key is said, never replaced.
  const place = { file: keyFile ?? join(dataDir, 'key'), create: keyFile === undefined && fresh }
  return openKeyring(place).catch((cause: unknown) => {
    if (!isOAuthError(cause)) throw cause
    const message =
      keyFile === undefined
        ? `${cause.message} The ${settings.databaseUrl === undefined ? `database in ${dataDir}` : 'PostgreSQL database'} was sealed with that key. Bring the file back from a backup, or set EVERGRANT_KEY.`
        : `EVERGRANT_KEY_FILE: ${cause.message} Name a file that holds the key, or leave it out.`
    throw new OAuthError('INVALID_SETTING', message, { cause })
  })
}

function listen(server: Server, { port, host }: Settings): Promise<void> {
  return new Promise((done, failed) => {
    server.once('error', (cause: NodeJS.ErrnoException) => failed(cannotListen(cause, host, port)))
    server.listen(port, host, done)
  })
}

function cannotListen(cause: NodeJS.ErrnoException, host: string, port: number): OAuthError {
  const { code = '', message } = cause
  const words =
    code === 'EADDRINUSE'
      ? `EVERGRANT_PORT: cannot listen at ${host}:${port}: something else listens there. Set another port, or 0 for one that is free.`
      : code === 'EACCES'
        ? `EVERGRANT_PORT: cannot listen at ${host}:${port}: the user that runs this program may not use that port. Set one from 1024 on.`
        : `EVERGRANT_HOST: cannot listen at ${host}:${port}: ${NO_SUCH_HOST.has(code) ? 'this machine has no such address' : message}. Set 127.0.0.1, or 0.0.0.0 for all addresses of this machine.`
  return new OAuthError('INVALID_SETTING', words, { cause })
}

const NO_SUCH_HOST = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'])

/** Takes no new connection, and waits for the requests under way. */
async function drain(server: Server): Promise<void> {
  const closed = new Promise<void>((done) => server.close(() => done()))
  server.closeIdleConnections()
  const idle = setInterval(() => server.closeIdleConnections(), 100)
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN * 1000)
  await closed
  clearInterval(idle)
  clearTimeout(cut)
}
