import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GrantStore } from '@evergrant/core'
import { type ManualClock, manualClock, type RunningSandbox, startSandbox } from '@evergrant/sandbox'
import { main, type RunningServer, type Surroundings } from '@evergrant/server/main'
import { postgresPool, postgresStore } from '@evergrant/stores/postgres'
import { sqliteStore } from '@evergrant/stores/sqlite'
import type { Kysely } from 'kysely'
import { openPostgres } from '../../src/db/postgres.ts'
import { openSqlite } from '../../src/db/sqlite.ts'
import type { Tables } from '../../src/db/tables.ts'
import { Browser } from './browser.ts'
import { databaseOf, everythingIn, TEST_DATABASE } from './database.ts'

export const PASSWORD = 'correct horse battery'
export const SECRET = 'a-very-long-client-secret-0123456789'

interface SceneOptions {
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly surroundings?: Surroundings | undefined
}

/** A server on a clock that stands still, in a folder of its own. */
export class Scene implements AsyncDisposable {
  readonly clock: ManualClock = manualClock()
  readonly log: string[] = []
  readonly said: string[] = []
  readonly dir: string
  readonly #options: SceneOptions
  #server: RunningServer | undefined
  #port = '0'

  constructor(dir: string, options: SceneOptions) {
    this.dir = dir
    this.#options = options
  }

  static async begin({ env, ...options }: SceneOptions = {}): Promise<Scene> {
    const database = await databaseOf(process.env[TEST_DATABASE])
    const scene = new Scene(await mkdtemp(join(tmpdir(), 'evergrant-server-')), {
      ...options,
      env: { ...database, ...env },
    })
    await scene.start()
    return scene
  }

  get server(): RunningServer {
    assert.ok(this.#server, 'the server runs')
    return this.#server
  }

  /** At the same port as before, unless another one is given. */
  async start(port = this.#port): Promise<void> {
    const { env = {}, surroundings = {} } = this.#options
    this.#server = await main(
      {
        EVERGRANT_PORT: port,
        EVERGRANT_DATA_DIR: join(this.dir, 'data'),
        EVERGRANT_SANDBOX: 'off',
        EVERGRANT_LOG_LEVEL: 'trace',
        ...env,
      },
      {
        clock: this.clock,
        log: { write: (line) => void this.log.push(line) },
        say: (line) => void this.said.push(line),
        signals: false,
        passwordCost: { N: 2 ** 10, r: 8, p: 1 },
        ...surroundings,
      },
    )
    this.#port = new URL(this.server.listening).port
  }

  /** Another server on the same data, with the same clock. */
  another(env: Readonly<Record<string, string>> = {}): Promise<RunningServer> {
    const { env: own = {} } = this.#options
    return main(
      {
        EVERGRANT_PORT: '0',
        EVERGRANT_DATA_DIR: join(this.dir, 'data'),
        EVERGRANT_SANDBOX: 'off',
        EVERGRANT_LOG_LEVEL: 'silent',
        ...own,
        ...env,
      },
      { clock: this.clock, signals: false, say: () => {}, passwordCost: { N: 2 ** 10, r: 8, p: 1 } },
    )
  }

  async stop(): Promise<void> {
    await this.server.close()
  }

  /** A browser that has done nothing yet. */
  browser(): Browser {
    return new Browser(this.server.url, this.server.listening)
  }

  /** A browser in which the first administrator is signed in. */
  async admin(): Promise<Browser> {
    const browser = this.browser()
    const token = /#token=(.+)$/.exec(this.server.setupLink ?? '')?.[1]
    const { status, text } = await browser.post('/v1/setup', { token, name: 'Ada', password: PASSWORD })
    assert.equal(status, 200, text)
    return browser
  }

  /** A browser in which somebody is signed in whom the administrator invited. */
  async invited(admin: Browser, user: { readonly name: string; readonly role?: 'admin' | 'member' }): Promise<Browser> {
    const { status, json, text } = await admin.post('/v1/users', {
      ...user,
      ...(user.role === 'admin' && { password: PASSWORD }),
    })
    assert.equal(status, 201, text)
    const browser = this.browser()
    const token = /#token=(.+)$/.exec(json.link)?.[1]
    assert.equal((await browser.post('/v1/invitations/accept', { token, password: PASSWORD })).status, 200)
    return browser
  }

  /** The server's own tables, by another connection than the server's. */
  async tables(): Promise<Kysely<Tables>> {
    const url = this.#options.env?.['DATABASE_URL']
    return url === undefined ? openSqlite(this.#file) : openPostgres(await postgresPool(url))
  }

  /** The grants as they are stored, sealed. */
  grants(): GrantStore & AsyncDisposable {
    const url = this.#options.env?.['DATABASE_URL']
    return url === undefined ? sqliteStore(this.#file) : postgresStore(url)
  }

  get #file(): string {
    return join(this.dir, 'data', 'evergrant.db')
  }

  /** All that is stored. */
  async stored(): Promise<string> {
    const url = this.#options.env?.['DATABASE_URL']
    if (url !== undefined) return everythingIn(url)
    const folder = join(this.dir, 'data')
    const names = (await readdir(folder)).filter((name) => name.startsWith('evergrant.db'))
    return (await Promise.all(names.map((name) => readFile(join(folder, name), 'latin1')))).join('\n')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.close()
    await rm(this.dir, { recursive: true, force: true })
  }
}

/** A sandbox on the scene's clock. */
export function sandboxOf(scene: Scene): Promise<RunningSandbox> {
  return startSandbox({ clock: scene.clock })
}

/** A connection to the sandbox whose client is registered there, with the redirect URI that the server says. */
export async function connectionTo(sandbox: RunningSandbox, admin: Browser, change: object = {}): Promise<string> {
  const made = await admin.post('/v1/connections', {
    name: 'Practice',
    provider: 'sandbox',
    client_id: 'evergrant',
    client_secret: SECRET,
    issuer: sandbox.issuer,
    scope: 'mail.read',
    ...('sign_in' in change && { password: PASSWORD }),
    ...change,
  })
  assert.equal(made.status, 201, made.text)
  sandbox.registerClient({
    client_id: 'evergrant',
    client_secret: SECRET,
    redirect_uris: [made.json.redirect_uri],
  })
  return made.json.id
}

export async function accountAt(connection: string, admin: Browser, change: object = {}): Promise<string> {
  const made = await admin.post('/v1/accounts', { connection, ...change })
  assert.equal(made.status, 201, made.text)
  return made.json.id
}

/** Begins a consent; the provider's page. */
export async function consentUrl(account: string, browser: Browser): Promise<string> {
  const begun = await browser.post(`/v1/accounts/${account}/authorize`)
  assert.equal(begun.status, 200, begun.text)
  return begun.json.url
}

/** Connects the account as a person does. */
export async function connect(account: string, sandbox: RunningSandbox, browser: Browser, username?: string) {
  const callback = await sandbox.approve(await consentUrl(account, browser), { username })
  return { callback, page: await browser.visit(callback) }
}

/** Everything from nothing to an account that works. */
export async function connected(scene: Scene, sandbox: RunningSandbox) {
  const admin = await scene.admin()
  const connection = await connectionTo(sandbox, admin)
  const account = await accountAt(connection, admin)
  const { page, callback } = await connect(account, sandbox, admin)
  assert.equal(page.status, 200, page.text)
  const made = await admin.post('/v1/api-keys', { name: 'a program', password: PASSWORD })
  assert.equal(made.status, 201, made.text)
  const key: string = made.json.key
  return { admin, connection, account, key, callback, page, program: programWith(key, scene) }
}

/** A program with an API key: no cookies, no page. */
export function programWith(key: string, scene: Scene) {
  return async (account: string, want: object = {}) => {
    const response = await fetch(`${scene.server.url}/v1/accounts/${account}/token`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(want),
    })
    return { status: response.status, headers: response.headers, json: await response.json() }
  }
}
