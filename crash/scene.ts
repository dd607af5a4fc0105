import { beginAuthorization, defineClient, finishAuthorization, type Grant, resolveProvider } from '@evergrant/core'
import { type RunningSandbox, type SandboxOptions, startSandbox } from '@evergrant/sandbox'
import { type OpenedStore, openStore } from '@evergrant/stores/open'
import type { Place, Places, SharedStore } from './places.ts'
import { WorkerProcess } from './worker-process.ts'

/** Times of a worker, in seconds. The lease is longer than the deadline, as it has to be. */
export interface Times {
  /** By the worker's own pace. */
  readonly lease: number
  /**
   * By the clock on the wall: the authorization server is in the test's own process, which a busy machine may leave
   * without a processor for long, or whose disk keeps it waiting.
   */
  readonly deadline: number
  /** How many seconds of leases pass in one. Default 1. */
  readonly pace?: number | undefined
}

/** A lease that is over soon, although a request may take its time. */
const patient: Times = { lease: 60, deadline: 30, pace: 12 }

const redirect_uri = 'http://127.0.0.1/callback'
const client_id = 'crash'

/** An authorization server, a store, and the processes that share it. Disposing ends and removes all of it. */
export class Scene implements AsyncDisposable {
  readonly sandbox: RunningSandbox
  readonly store: OpenedStore
  readonly #place: Place
  readonly #workers: WorkerProcess[] = []
  #ahead = 0

  private constructor(sandbox: RunningSandbox, store: OpenedStore, place: Place) {
    this.sandbox = sandbox
    this.store = store
    this.#place = place
  }

  static async begin(places: Places, kind: SharedStore, settings: Partial<SandboxOptions> = {}): Promise<Scene> {
    const place = await places.make(kind)
    const sandbox = await startSandbox({ clients: [{ client_id, redirect_uris: [redirect_uri] }], ...settings })
    return new Scene(sandbox, await openStore(place.url), place)
  }

  /** A person consents; the grant is stored, and its access token has ended by now. */
  async connect(grant: string, username = 'alice'): Promise<Grant> {
    const provider = resolveProvider({ id: 'sandbox', name: 'Sandbox', issuer: this.sandbox.issuer })
    const client = defineClient({ provider, client_id })
    const { url, pending } = await beginAuthorization(client, { grant, redirect_uri, scope: 'mail' })
    const callback = await this.sandbox.approve(url, { username })
    return await finishAuthorization(client, { callback, pending, store: this.store })
  }

  async worker(times: Times = patient): Promise<WorkerProcess> {
    const worker = await WorkerProcess.start({
      store: this.#place.url,
      issuer: this.sandbox.issuer,
      client_id,
      ...times,
    })
    this.#workers.push(worker)
    return worker
  }

  /** Lets so much time pass, for the server and for every worker that is asked from now on, that tokens end. */
  expire(): void {
    this.#ahead += 4000
    this.sandbox.advance(4000)
  }

  /** Seconds by which the workers' clocks have to be ahead. */
  get ahead(): number {
    return this.#ahead
  }

  /** How often a refresh token was presented. */
  get refreshes(): number {
    return this.sandbox.journal.count({ endpoint: 'token', grant_type: 'refresh_token' })
  }

  /** The record as it is in the store. */
  async record(grant: string): Promise<Grant> {
    const found = await this.store.get(grant)
    if (found === undefined) throw new Error(`The record of ${grant} is gone`)
    return found
  }

  /** Which generation of its family a refresh token is: 1 is the one from the consent. */
  generation(refreshToken: string | undefined): number {
    for (const { outcome } of this.sandbox.journal)
      if (outcome?.issued?.refresh_token === refreshToken) return outcome?.issued?.generation ?? 0
    return 0
  }

  /** Whether the server's resource accepts the token. */
  async accepts(token: string): Promise<boolean> {
    const headers = { authorization: `Bearer ${token}` }
    return (await fetch(`${this.sandbox.url}/api/echo`, { headers })).status === 200
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.kill()))
    await this.store.close()
    await this.sandbox.close()
    await this.#place[Symbol.asyncDispose]()
  }
}
