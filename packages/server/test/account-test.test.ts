import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { accountAt, connect, connectionTo, PASSWORD, Scene, SECRET, sandboxOf } from './support/scene.ts'

/** An authorization server of somebody else, which remembers what it was asked. */
async function stranger(userinfo = '/u') {
  const asked: { readonly path: string; readonly authorization: string | undefined }[] = []
  const server = createServer((request, response) => {
    const { url: path = '', headers } = request
    asked.push({ path, authorization: headers.authorization })
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify({
        issuer,
        authorization_endpoint: `${issuer}/a`,
        token_endpoint: `${issuer}/t`,
        userinfo_endpoint: new URL(userinfo, issuer).href,
        sub: 'alice',
      }),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    server.close()
  }
  return { issuer: `http://127.0.0.1:${port}`, asked, [Symbol.asyncDispose]: close }
}

async function office() {
  const scene = await Scene.begin()
  const sandbox = await sandboxOf(scene)
  const ada = await scene.admin()
  const connection = await connectionTo(sandbox, ada, { scope: 'openid' })
  const ben = await scene.invited(ada, { name: 'Ben' })
  const account = await accountAt(connection, ben)
  await connect(account, sandbox, ben, 'bob@example.test')
  const close = async (): Promise<void> => {
    await sandbox.close()
    await scene[Symbol.asyncDispose]()
  }
  return { scene, sandbox, ada, ben, connection, account, [Symbol.asyncDispose]: close }
}

test('a test shows the token to the server that gave it, and to none that the connection leads to since', async () => {
  await using world = await office()
  const { sandbox, ada, ben, connection, account } = world
  const test = async (browser = ada) => (await browser.post(`/v1/accounts/${account}/test`)).json
  const works = await test()
  assert.deepEqual([works.ok, works.detail.includes('accepted it')], [true, true], works.detail)
  await using thief = await stranger()
  const led = await ada.patch(`/v1/connections/${connection}`, {
    issuer: thief.issuer,
    client_secret: 'of mine',
    password: PASSWORD,
  })
  assert.equal(led.status, 200, led.text)
  for (const browser of [ada, ben]) {
    const { ok, code } = await test(browser)
    assert.deepEqual([ok, code], [false, 'ISSUER_MISMATCH'])
  }
  assert.ok(thief.asked.length > 0, 'it was asked who it is')
  assert.deepEqual(
    thief.asked.filter(({ path, authorization }) => path === '/u' || authorization !== undefined),
    [],
  )
  await ada.patch(`/v1/connections/${connection}`, {
    issuer: sandbox.issuer,
    client_secret: SECRET,
    password: PASSWORD,
  })
  assert.equal((await test()).ok, true, 'the grant is as it was')
})

test('a test asks no address that this server is not to reach, whatever the provider publishes', async () => {
  await using world = await office()
  const { sandbox, ada, ben, connection, account } = world
  const userinfo_endpoint = 'https://10.0.0.1/userinfo'
  sandbox.fault({ match: { endpoint: 'discovery' }, times: Number.POSITIVE_INFINITY, set: { userinfo_endpoint } })
  // Settings that changed are looked up anew.
  assert.equal((await ada.patch(`/v1/connections/${connection}`, { scope: 'openid email' })).status, 200)
  const { ok, code } = (await ben.post(`/v1/accounts/${account}/test`)).json
  assert.deepEqual([ok, code], [false, 'PRIVATE_ADDRESS'])
})
