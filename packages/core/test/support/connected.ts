import {
  beginAuthorization,
  type Client,
  defineClient,
  type EngineOptions,
  finishAuthorization,
  type GrantEvent,
  type GrantStore,
  type Http,
  memoryStore,
  type ProviderDefinition,
  resolveProvider,
  type TokenSource,
  tokenSource,
} from '@evergrant/core'
import {
  type Hold,
  type ManualClock,
  manualClock,
  type RunningSandbox,
  type StartOptions,
  startSandbox,
} from '@evergrant/sandbox'

const redirect_uri = 'http://127.0.0.1/callback'
const web = { client_id: 'web', client_secret: 'pLaNtEd-s3cr3t', redirect_uris: [redirect_uri] }

/** A person has consented at a sandbox: the grant `alice` is stored, and time stands still. */
export interface Connected extends AsyncDisposable {
  readonly sandbox: RunningSandbox
  readonly clock: ManualClock
  readonly client: Client
  readonly store: GrantStore
  readonly events: GrantEvent[]
  /** A token source as another process would have it: a memory of its own on the shared store. */
  source(options?: Partial<EngineOptions>): TokenSource
  /** Another client object for the same registration. */
  newClient(http?: Partial<Http>): Client
  /** How many refreshes the sandbox has seen. */
  refreshes(): number
}

export interface ConnectedOptions extends StartOptions {
  readonly provider?: Partial<ProviderDefinition>
  readonly store?: GrantStore
  readonly scope?: string
  readonly resource?: string
}

export async function connected(options: ConnectedOptions = {}): Promise<Connected> {
  const { provider: definition, store = memoryStore(), scope = 'mail', resource, ...start } = options
  const clock = manualClock()
  const sandbox = observed(await startSandbox({ clock, clients: [web], signing: 'ES256', ...start }))
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: sandbox.issuer, ...definition })
  const { client_id, client_secret } = web
  const newClient = (http: Partial<Http> = {}): Client =>
    defineClient({ provider, client_id, client_secret, http: { clock, fetch: counted, ...http } })
  const client = newClient()
  const begun = await beginAuthorization(client, { grant: 'alice', redirect_uri, scope, resource })
  const callback = await sandbox.approve(begun.url, { username: 'alice' })
  await finishAuthorization(client, { callback, pending: begun.pending, store })
  const events: GrantEvent[] = []
  const onEvent = (event: GrantEvent): void => void events.push(event)
  return {
    sandbox,
    clock,
    client,
    store,
    events,
    newClient,
    source: (more = {}) => tokenSource('alice', { store, client, clock, onEvent, random: () => 0.5, ...more }),
    refreshes: () => sandbox.journal.count({ endpoint: 'token', grant_type: 'refresh_token' }),
    [Symbol.asyncDispose]: () => sandbox.close(),
  }
}

// What this test file has asked and not got an answer to, less what a hold keeps on purpose.
let underWay = 0
const holds = new Set<Hold>()

const counted: typeof fetch = async (...request) => {
  underWay += 1
  try {
    return await fetch(...request)
  } finally {
    underWay -= 1
  }
}

function observed(sandbox: RunningSandbox): RunningSandbox {
  const begin = sandbox.hold.bind(sandbox)
  return Object.assign(sandbox, {
    hold(...options: Parameters<typeof begin>): Hold {
      const hold = begin(...options)
      const release = hold.release
      holds.add(hold)
      return Object.assign(hold, {
        release() {
          holds.delete(hold)
          release()
        },
      })
    },
  })
}

/**
 * Lets everything run that needs no more time to pass: answers arrive, events are heard. However busy the machine is, it goes on
 * until no request is under way that is not held, and then a little longer.
 */
export async function settled(): Promise<void> {
  for (let calm = 0; calm < 20; calm++) {
    await new Promise((resolve) => setTimeout(resolve, 1))
    const stopped = [...holds].reduce((sum, { count }) => sum + count, 0)
    if (underWay > stopped) calm = 0
  }
}

/** Lets time pass whenever somebody sleeps, until the work is done. */
export async function passing<T>(clock: ManualClock, work: Promise<T>, step = 0.1): Promise<T> {
  let done = false
  const finished = work.finally(() => {
    done = true
  })
  finished.catch(() => undefined)
  while (!done) {
    await new Promise((resolve) => setImmediate(resolve))
    if (clock.sleepers > 0) clock.advance(step)
  }
  return finished
}

/** A store with switches: what is named fails until it is taken out again. */
export function brittle(inner: GrantStore): {
  readonly store: GrantStore
  readonly broken: Set<'get' | 'put'>
  readonly puts: () => number
} {
  const broken = new Set<'get' | 'put'>()
  let puts = 0
  const check = (operation: 'get' | 'put'): void => {
    if (broken.has(operation)) throw new Error(`the disk is gone (postgres://app:pLaNtEd-pw@db/${operation})`)
  }
  return {
    broken,
    puts: () => puts,
    store: {
      ...inner,
      async get(id, options) {
        check('get')
        return inner.get(id, options)
      },
      async put(next, expected, options) {
        puts += 1
        check('put')
        return inner.put(next, expected, options)
      },
    },
  }
}
