import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningSandbox, startSandbox } from '@evergrant/sandbox'
import { main } from '@evergrant/server/main'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

/** The client that the sandbox of a stage knows; its redirect URI is registered once a connection has one. */
export const client = { client_id: 'web-tests', client_secret: 'a-secret-of-the-tests-9f3a' }
export const administrator = { name: 'Robin', password: 'a sentence that is long' }

/** A server of its own data folder, a provider on another origin, and a browser. */
export interface Stage extends AsyncDisposable {
  readonly url: string
  readonly setupLink: string
  readonly sandbox: RunningSandbox
  readonly browser: Browser
  /** Where the server has its data. */
  readonly folder: string
  /** Stops the server, does `meanwhile`, and starts it again at the same address with the same data. */
  restart(meanwhile: () => Promise<void>): Promise<void>
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** `env`: what the server is told besides. */
export async function openStage(env: Readonly<Record<string, string>> = {}): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'evergrant-web-'))
  const sandbox = await startSandbox({ clients: [{ ...client, redirect_uris: [] }] })
  const start = (port: string) =>
    main(
      {
        EVERGRANT_PORT: port,
        EVERGRANT_DATA_DIR: folder,
        EVERGRANT_SANDBOX: 'off',
        EVERGRANT_LOG_LEVEL: 'warn',
        ...env,
      },
      // The cost of a password is a matter of the server's own tests; here a browser waits for it.
      { signals: false, say: () => undefined, passwordCost: { N: 2 ** 10, r: 8, p: 1 } },
    )
  let server = await start('0')
  const { url, setupLink = '' } = server
  const browser = await openBrowser()
  return {
    url,
    setupLink,
    sandbox,
    browser,
    folder,
    restart: async (meanwhile) => {
      await server.close()
      await meanwhile()
      server = await start(new URL(url).port)
    },
    [Symbol.asyncDispose]: async () => {
      await browser.close()
      await server.close()
      await sandbox.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A page, and everything that a browser complained about on it: script errors, policy violations, foreign requests. */
export interface Visit {
  readonly context: BrowserContext
  readonly page: Page
  readonly complaints: string[]
}

export async function visit(stage: Stage, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await stage.browser.newContext({ baseURL: stage.url, reducedMotion: 'reduce', ...options })
  // What never comes fails the test; what is slow, on a machine with much to do, does not.
  context.setDefaultTimeout(60_000)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    if (protocol.startsWith('http') && origin !== stage.url) complaints.push(`asked ${request.url()}`)
  })
  return { context, page, complaints }
}
