import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { after, test } from 'node:test'
import { setTimeout as later } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startSandbox } from '@evergrant/sandbox'
import { postgresStore } from '@evergrant/stores/postgres'
import { Browser } from '../packages/server/test/support/browser.ts'
import { startPostgres } from '../packages/stores/test/servers/postgres.ts'
import { type Attempt, LoadBalancer } from './load-balancer.ts'
import { PROCESS_HEADER } from './process-header.ts'

const REPLICAS = 4
/** More for a long run: 10000. */
const ACCOUNTS = Number(process.env['EVERGRANT_CRASH_ACCOUNTS'] ?? 60)
const ROUNDS = Number(process.env['EVERGRANT_CRASH_REPLICA_ROUNDS'] ?? 1)
/** Seconds for which one is paused: longer than the lease, which is the request deadline of 20 and 10 more. */
const PAUSE = 35
/** Seconds within which whoever asks for a token has an answer: a lease of a dead process, and what follows it. */
const DEADLINE = 120
const ASKING = 48

const postgres = await startPostgres()
after(() => postgres.stop())

test(`[#119] ${REPLICAS} replicas, ${ACCOUNTS} accounts that expire together, one killed and one paused every few seconds`, {
  timeout: 3_600_000,
}, async (t) => {
  await using sandbox = await startSandbox({
    rotation: 'always',
    graceSeconds: 0,
    reuse: 'revoke-family',
    journalLimit: 1_000_000,
  })
  const env = {
    DATABASE_URL: await postgres.schema(),
    EVERGRANT_KEY: Buffer.alloc(32, 5).toString('base64'),
    EVERGRANT_PORT: '0',
    EVERGRANT_PUBLIC_URL: 'http://127.0.0.1:9',
    EVERGRANT_SANDBOX: 'off',
    EVERGRANT_LOG_LEVEL: 'silent',
  }
  let ahead = 0
  const replicas: Replica[] = []
  try {
    for (let index = 0; index < REPLICAS; index++) replicas.push(await Replica.start(env, ahead))
    const [first] = replicas
    assert.ok(first)
    const { admin, key, accounts } = await connectedAccounts(first, sandbox)
    const killed = new Set<string>()
    let kills = 0
    let pauses = 0
    let slowest: { seconds: number; attempts: readonly Attempt[] } = { seconds: 0, attempts: [] }
    for (let round = 1; round <= ROUNDS; round++) {
      ahead += 4000
      sandbox.advance(4000)
      await Promise.all(replicas.map((replica) => replica.setAhead(ahead)))
      let asking = true
      await using balancer = new LoadBalancer(replicas)
      const kill = async (): Promise<void> => {
        while (asking) {
          const index = Math.floor(Math.random() * (REPLICAS - 1)) + 1
          killed.add(String(replicas[index]?.child.pid))
          await replicas[index]?.kill()
          kills++
          replicas[index] = await Replica.start(env, ahead)
          await later(2000 + Math.random() * 2000)
        }
      }
      // The first is paused and not killed, so that it wakes up to what it was doing.
      const pause = async (): Promise<void> => {
        while (asking) {
          await later(200 + Math.random() * 300)
          first.child.kill('SIGSTOP')
          pauses++
          await later(PAUSE * 1000)
          first.child.kill('SIGCONT')
          await later(3000)
        }
      }
      const disturbed = [kill(), pause()]
      // Each account is asked for by two, in an order of their own.
      const orders = [shuffled(accounts), shuffled(accounts)].flat()
      const ask = async (): Promise<void> => {
        for (let account = orders.pop(); account !== undefined; account = orders.pop()) {
          const began = performance.now()
          const { status, code, attempts } = await token(account, key, balancer)
          const seconds = (performance.now() - began) / 1000
          if (seconds > slowest.seconds) slowest = { seconds, attempts }
          assert.ok(status === 200 || code === 'CONSENT_REQUIRED', `${status} ${code} for ${account}`)
        }
      }
      try {
        await Promise.all(Array.from({ length: ASKING }, ask))
      } finally {
        asking = false
        await Promise.allSettled(disturbed)
      }
    }
    const { interrupted, doubted } = await troubledGrants(env.DATABASE_URL, accounts)
    // A refresh token that was presented twice belongs to a grant whose refresh was cut short, or was asked for by the
    // paused one after the others had gone on. The record tells of both.
    const spent = Map.groupBy(
      sandbox.journal.where({ endpoint: 'token', grant_type: 'refresh_token' }),
      ({ form }) => form['refresh_token'],
    )
    const troubled = `${interrupted.length} interrupted, ${doubted} in doubt`
    const twice = [...spent.values()].filter((times) => times.length > 1)
    assert.ok(twice.length <= interrupted.length + doubted, `${twice.length} refresh tokens spent twice, ${troubled}`)
    // Nobody can write down an answer after SIGKILL, or within its lease while it is stopped: no other one is lost.
    const excused = new Set([...killed, String(first.child.pid)])
    for (const times of twice) {
      const by = times.map(({ headers }) => String(headers[PROCESS_HEADER]))
      assert.ok(
        by.some((process) => excused.has(process)),
        `a grant was lost between live processes ${by}`,
      )
      assert.ok(new Set(by).size === by.length, `process ${by} spent a refresh token twice`)
    }
    const dead = sandbox.families().filter(({ alive }) => !alive).length
    assert.ok(dead <= interrupted.length + doubted, `${dead} grants ended at the provider, ${troubled}`)
    // What can be cut short is what a killed or paused replica has under way.
    assert.ok(interrupted.length <= (kills + pauses) * 16, `${interrupted.length} interrupted`)
    assert.ok(slowest.seconds <= DEADLINE, `${slowest.seconds} s: ${slowest.attempts.join(', ')}`)
    const shown = await admin(interrupted)
    for (const { id, reason } of shown) assert.equal(reason, 'refresh_interrupted', id)
    t.diagnostic(
      `${spent.size} refreshes, ${kills} kills, ${pauses} pauses of ${PAUSE} s, ${troubled}, slowest answer ${slowest.seconds.toFixed(1)} s${slowest.attempts.map((attempt) => `, ${attempt}`).join('')}`,
    )
  } finally {
    for (const { child } of replicas) child.kill('SIGKILL')
  }
})

class Replica {
  readonly child: ChildProcess
  readonly url: string
  readonly setupLink: string

  private constructor(child: ChildProcess, url: string, setupLink: string) {
    this.child = child
    this.url = url
    this.setupLink = setupLink
  }

  static async start(env: Record<string, string>, ahead: number): Promise<Replica> {
    const child = fork(fileURLToPath(new URL('./replica.ts', import.meta.url)), {
      env: { ...process.env, ...env },
      execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning'],
    })
    const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`a replica ended with ${code}`)))
    ended.catch(() => undefined)
    const [told] = (await Promise.race([once(child, 'message'), ended])) as [{ url: string; setupLink?: string }]
    const replica = new Replica(child, told.url, told.setupLink ?? '')
    await replica.setAhead(ahead)
    return replica
  }

  async setAhead(ahead: number): Promise<void> {
    const heard = once(this.child, 'message')
    this.child.send({ ahead })
    await heard
  }

  async kill(): Promise<void> {
    const gone = once(this.child, 'exit')
    this.child.kill('SIGKILL')
    await gone
  }
}

type Sandbox = Awaited<ReturnType<typeof startSandbox>>

/** The accounts, each connected as a person does it, an API key, and a view of accounts. */
async function connectedAccounts(replica: Replica, sandbox: Sandbox) {
  const browser = new Browser('http://127.0.0.1:9', replica.url)
  const post = async (path: string, body: object = {}) => {
    const { status, text, json } = await browser.post(path, body)
    assert.ok(status < 300, text)
    return json
  }
  const setup = new URL(replica.setupLink).hash.slice('#token='.length)
  await post('/v1/setup', { token: setup, name: 'Ada', password: 'correct horse battery' })
  const client = { client_id: 'evergrant', client_secret: 'a-very-long-client-secret-0123456789' }
  const settings = { name: 'Practice', provider: 'sandbox', issuer: sandbox.issuer, scope: 'mail.read', ...client }
  const { id: connection, redirect_uri } = await post('/v1/connections', settings)
  sandbox.registerClient({ ...client, redirect_uris: [redirect_uri] })
  const accounts: string[] = []
  const connect = async (until: number): Promise<void> => {
    while (accounts.length < until) {
      const username = `person${accounts.length}@example.test`
      const { id } = await post('/v1/accounts', { connection })
      accounts.push(id)
      const { url } = await post(`/v1/accounts/${id}/authorize`)
      assert.equal((await browser.visit(await sandbox.approve(url, { username }))).status, 200)
    }
  }
  // The first one alone: with it the browser gets the cookie that the others are bound to.
  await connect(1)
  await Promise.all(Array.from({ length: 8 }, () => connect(ACCOUNTS)))
  const { key } = await post('/v1/api-keys', { name: 'programs', password: 'correct horse battery' })
  const admin = (ids: readonly string[]) =>
    Promise.all(ids.map(async (id) => (await browser.get(`/v1/accounts/${id}`)).json))
  return { admin, key: String(key), accounts: accounts.slice() }
}

/** Asks some replica, and another one when that is killed or does not answer. */
async function token(account: string, key: string, balancer: LoadBalancer) {
  const until = AbortSignal.timeout(DEADLINE * 1000)
  const attempts: Attempt[] = []
  for (let next = Math.floor(Math.random() * REPLICAS); ; next++) {
    if (until.aborted) throw new Error(`no answer for ${account} within ${DEADLINE} s: ${attempts.join(', ')}`)
    const { place, url, silent } = balancer.pick(next)
    const began = performance.now()
    const note = (said: string): void => {
      attempts.push(`${Math.round((performance.now() - began) / 100) / 10} s: ${said} (${place})`)
    }
    try {
      const response = await fetch(`${url}/v1/accounts/${account}/token`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: '{}',
        signal: AbortSignal.any([until, silent]),
      })
      const answer = (await response.json()) as { access_token?: string; code?: string; class?: string }
      // 503 says to try again: the provider or the database was in trouble for a moment.
      if (response.status !== 503 && answer.class !== 'transient') {
        return { status: response.status, code: answer.code, attempts }
      }
      note(`${response.status} ${answer.code}`)
    } catch (error) {
      // Killed or silent: another one is there.
      note(error instanceof DOMException ? error.name : 'gone')
    }
    await later(50)
  }
}

/**
 * The grants that ended, all of them because a refresh was cut short; every other one is active. How many of these know
 * that a request of the paused one came late.
 */
async function troubledGrants(url: string, accounts: readonly string[]) {
  await using store = postgresStore(url)
  await atRest(store)
  const interrupted: string[] = []
  let seen = 0
  let doubted = 0
  for await (const { id, standing } of store.list()) {
    seen++
    if (standing.state === 'active') {
      if ((await store.get(id))?.in_doubt !== undefined) doubted++
      continue
    }
    assert.equal(standing.state, 'revoked', `${id} is ${standing.state}`)
    assert.equal(standing.state === 'revoked' && standing.reason, 'refresh_interrupted', id)
    interrupted.push(id)
  }
  assert.equal(seen, accounts.length)
  return { interrupted, doubted }
}

/** Waits until the one that was paused has gone to the end of what it had under way. */
async function atRest(store: ReturnType<typeof postgresStore>): Promise<void> {
  const until = AbortSignal.timeout(DEADLINE * 1000)
  for (let busy = true; busy; await later(200)) {
    until.throwIfAborted()
    busy = false
    for await (const { id, standing } of store.list()) {
      if (standing.state === 'failing' || (await store.get(id))?.spending !== undefined) busy = true
    }
  }
}

function shuffled<T>(all: readonly T[]): T[] {
  return all
    .map((value) => ({ value, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value)
}
