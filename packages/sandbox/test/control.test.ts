import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { authorizationUrl, redeem, refresh, sandboxAt } from './support.ts'

interface Reply {
  readonly status: number
  readonly json: Record<string, unknown>
}

async function call(sandbox: { issuer: string }, method: string, path: string, body?: unknown): Promise<Reply> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const response = await fetch(`${sandbox.issuer}/_sandbox/${path}`, { method, ...sent })
  return { status: response.status, json: (await response.json()) as Reply['json'] }
}

/** The sandbox as a process of its own, which says where it is on its first line. */
async function spawned(): Promise<AsyncDisposable & { issuer: string }> {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
  const args = ['--conditions=source', main, '--client-id', 'native']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(createInterface(child.stdout), 'line')
  const stop = async (): Promise<void> => {
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    assert.deepEqual(await exited, [0, null])
  }
  return { issuer: JSON.parse(String(line)).issuer, [Symbol.asyncDispose]: stop }
}

test('another process drives a sandbox by its control interface alone', async () => {
  await using sandbox = await spawned()
  const { json: approved } = await call(sandbox, 'POST', 'approve', {
    url: authorizationUrl(sandbox).href,
    username: 'bob',
  })
  const code = new URL(String(approved.callback)).searchParams.get('code') ?? ''
  const tokens = await redeem(sandbox, code)
  assert.equal(tokens.status, 200)

  const { json: fault } = await call(sandbox, 'POST', 'faults', {
    match: { endpoint: 'token' },
    times: 'always',
    status: 503,
  })
  assert.equal((await refresh(sandbox, tokens.json.refresh_token ?? '')).status, 503)
  assert.deepEqual((await call(sandbox, 'GET', `faults/${fault.id}`)).json, { hits: 1 })
  await call(sandbox, 'DELETE', `faults/${fault.id}`)

  const { json: hold } = await call(sandbox, 'POST', 'holds', { match: { grant_type: 'refresh_token' } })
  const pending = refresh(sandbox, tokens.json.refresh_token ?? '')
  const { json: held } = await call(sandbox, 'GET', `holds/${hold.id}`)
  assert.equal(held.count, 1)
  await call(sandbox, 'DELETE', `holds/${hold.id}`)
  assert.equal((await pending).status, 200)

  const before = Number((await call(sandbox, 'GET', 'state')).json.now)
  const { json: clock } = await call(sandbox, 'POST', 'clock', { advance: 7200 })
  assert.ok(Number(clock.now) >= before + 7200)
  assert.equal((await call(sandbox, 'POST', 'settings', { graceSeconds: 9 })).json.graceSeconds, 9)

  const { json: state } = await call(sandbox, 'GET', 'state')
  const [family] = state.families as { id: string; alive: boolean; generation: number }[]
  assert.deepEqual([family?.alive, family?.generation], [true, 2])
  await call(sandbox, 'DELETE', `grants/${family?.id}`)
  const [ended] = (await call(sandbox, 'GET', 'state')).json.families as { alive: boolean }[]
  assert.equal(ended?.alive, false)
  const journal = (await call(sandbox, 'GET', 'journal')).json as unknown as { endpoint: string }[]
  assert.ok(journal.length > 0 && journal.every(({ endpoint }) => endpoint !== 'unknown'))
})

test('the control interface is not there unless it was asked for', async () => {
  await using sandbox = await sandboxAt()
  assert.equal((await call(sandbox, 'GET', 'state')).status, 404)
})

test('the control interface says what is wrong with a call, and takes no form from a web page', async () => {
  await using sandbox = await sandboxAt({ control: true })
  assert.deepEqual((await call(sandbox, 'POST', 'faults', { oops: 1 })).json, {
    message: 'There is no fault switch oops',
  })
  assert.equal((await call(sandbox, 'GET', 'holds/9')).status, 400)
  assert.equal((await call(sandbox, 'GET', 'nothing')).status, 404)
  const body = new URLSearchParams({ status: '500' })
  assert.equal((await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'POST', body })).status, 415)
})
