/** `evergrant import --connection`: grants of another program become accounts of a server. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { startSandbox } from '@evergrant/sandbox'
import { main as server } from '@evergrant/server/main'
import { startPostgres } from '../../stores/test/servers/postgres.ts'
import { home } from './command-line.ts'
import { run } from './in-process.ts'

const postgres = await startPostgres()
after(() => postgres.stop())

const CLIENT = { client_id: 'app', client_secret: 'a-very-long-client-secret-0123456789' }
const REDIRECT = 'http://127.0.0.1:9/cb'

/** A cache of MSAL with so many accounts; the first one's refresh token is real. */
function cacheOf(count: number, real: string): string {
  const ids = Array.from({ length: count }, (_, n) => `u${n}`)
  const environment = 'login.example'
  return JSON.stringify({
    Account: Object.fromEntries(
      ids.map((id) => [id, { home_account_id: id, environment, username: `${id}@example.com` }]),
    ),
    RefreshToken: Object.fromEntries(
      ids.map((id, n) => [
        id,
        { home_account_id: id, environment, client_id: CLIENT.client_id, secret: n === 0 ? real : `rt-${id}` },
      ]),
    ),
  })
}

for (const kind of ['SQLite', 'PostgreSQL'] as const) {
  test(`[#121] grants of another program become accounts of a server that runs on ${kind}, and a bar tells how far it is`, async () => {
    await using at = await home()
    const env: Record<string, string> = {
      EVERGRANT_DATA_DIR: join(at.folder, 'data'),
      ...(kind === 'PostgreSQL' ? { DATABASE_URL: await postgres.schema() } : {}),
    }
    await using sandbox = await startSandbox({ clients: [{ ...CLIENT, redirect_uris: [REDIRECT] }] })
    await using running = await server(
      { EVERGRANT_PORT: '0', EVERGRANT_SANDBOX: 'off', ...env },
      {
        signals: false,
        say: () => undefined,
        log: { write: () => undefined },
        passwordCost: { N: 2 ** 10, r: 8, p: 1 },
      },
    )
    const headers: Record<string, string> = { 'content-type': 'application/json', 'x-evergrant': '1' }
    const send = async (path: string, body: object) => {
      const response = await fetch(running.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
      const [cookie] = response.headers.getSetCookie()
      if (cookie !== undefined) headers['cookie'] = cookie.split(';')[0] ?? ''
      return { status: response.status, json: await response.json() }
    }
    const token = running.setupLink?.split('#token=')[1]
    await send('/v1/setup', { token, name: 'Ada', password: 'correct horse battery' })
    const settings = { name: 'Practice', provider: 'sandbox', issuer: sandbox.issuer, scope: 'mail.read', ...CLIENT }
    assert.equal((await send('/v1/connections', settings)).status, 201)
    const { key } = (await send('/v1/api-keys', { name: 'a program', password: 'correct horse battery' })).json

    const count = 250
    await writeFile(join(at.folder, 'cache.json'), cacheOf(count, await refreshTokenOf(sandbox)))
    const args = ['import', join(at.folder, 'cache.json'), '--connection', 'Practice']
    const dry = await run(args, env)
    assert.equal(dry.code, 0, dry.stderr)
    assert.equal(dry.stdout.match(/would store/g)?.length, count)
    const accounts = async () => {
      const response = await fetch(`${running.url}/v1/accounts`, { headers: { authorization: `Bearer ${key}` } })
      return (await response.json()).accounts
    }
    assert.deepEqual(await accounts(), [], 'nothing was written')

    const written = await run([...args, '--write'], env, [], true)
    assert.equal(written.code, 0, written.stderr)
    assert.match(written.stderr, /█+░+.* Stored 100 of 250/)
    assert.match(written.stderr, /Stored 250 of 250/)
    const all = await accounts()
    assert.equal(all.length, count)
    const first = all.find((account: { login_hint: string }) => account.login_hint === 'u0@example.com')
    const got = await fetch(`${running.url}/v1/accounts/${first.id}/token`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
    })
    assert.equal(got.status, 200, 'the real one is refreshed by the server')

    const again = await run([...args, '--write', '--json'], env)
    assert.equal(again.code, 1)
    const outcomes = JSON.parse(again.stdout).map(({ outcome }: { outcome: string }) => outcome)
    assert.deepEqual(new Set(outcomes), new Set(['kept: there already']))
    assert.equal((await accounts()).length, count)
    const followed = await run(['audit', 'verify', '--json'], env)
    assert.deepEqual([JSON.parse(followed.stdout).ok, JSON.parse(followed.stdout).entries], [true, 3 + count])
  })
}

test('a connection that is not there, or of another client, is named, and nothing is written', async () => {
  await using at = await home()
  const env = { EVERGRANT_DATA_DIR: join(at.folder, 'data') }
  await using running = await server(
    { EVERGRANT_PORT: '0', EVERGRANT_SANDBOX: 'on', ...env },
    { signals: false, say: () => undefined, log: { write: () => undefined } },
  )
  assert.ok(running.url)
  await writeFile(join(at.folder, 'cache.json'), cacheOf(2, 'rt'))
  const into = (...args: string[]) => run(['import', join(at.folder, 'cache.json'), '--write', ...args], env)
  const missing = await into('--connection', 'Nothing')
  assert.deepEqual([missing.code, /no connection "Nothing"/.test(missing.stderr)], [2, true], missing.stderr)
  const both = await into('--connection', 'Sandbox', '--store', 'memory:')
  assert.deepEqual([both.code, /goes without --store/.test(both.stderr)], [2, true], both.stderr)
})

/** As a person and another program would have come by it. */
async function refreshTokenOf(sandbox: Awaited<ReturnType<typeof startSandbox>>): Promise<string> {
  const found = await (await fetch(`${sandbox.issuer}/.well-known/openid-configuration`)).json()
  const asked = { response_type: 'code', client_id: CLIENT.client_id, redirect_uri: REDIRECT, state: 's' }
  const code_verifier = 'v'.repeat(43)
  const code_challenge = createHash('sha256').update(code_verifier).digest('base64url')
  const pkce = { code_challenge, code_challenge_method: 'S256' }
  const scope = 'openid offline_access mail.read'
  const back = await sandbox.approve(
    `${found.authorization_endpoint}?${new URLSearchParams({ ...asked, ...pkce, scope })}`,
  )
  const code = new URL(back).searchParams.get('code') ?? ''
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT,
    code_verifier,
    ...CLIENT,
  })
  const answer = await (await fetch(found.token_endpoint, { method: 'POST', body })).json()
  assert.ok(answer.refresh_token, JSON.stringify(answer))
  return answer.refresh_token
}
