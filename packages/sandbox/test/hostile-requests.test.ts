import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { createSandbox } from '@evergrant/sandbox'
import { consented, post, sandboxAt } from './support.ts'

test('a body beyond 64 KiB is answered 413, and one of 64 KiB is read', async () => {
  await using sandbox = await sandboxAt()
  const size = 64 * 1024
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const send = (length: number) => fetch(`${sandbox.url}/token`, { method: 'POST', body: 'a'.repeat(length), headers })
  assert.equal((await send(size)).status, 401)
  assert.equal((await send(size + 1)).status, 413)
  assert.equal((await send(200_000)).status, 413)
  assert.equal(sandbox.journal.count({ endpoint: 'token', status: 413 }), 2)
})

test('malformed percent-encoding, anywhere, harms nobody', async () => {
  await using sandbox = await sandboxAt()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const body = 'grant_type=refresh_token&client_id=native&refresh_token=%E0%A4%A&%zz=%'
  const answer = await fetch(`${sandbox.url}/token`, { method: 'POST', body, headers })
  assert.equal(answer.status, 400)
  assert.equal((await fetch(`${sandbox.url}/authorize?client_id=%E0%A4%A&redirect_uri=%`)).status, 400)
  assert.equal((await fetch(`${sandbox.url}/%E0%A4%A`)).status, 404)
  const basic = { authorization: `Basic ${Buffer.from('web:%zz').toString('base64')}` }
  const refused = await post(sandbox, '/token', { client_id: '', grant_type: 'client_credentials' }, basic)
  assert.equal(refused.json.error, 'invalid_client')
})

test('odd request lines are answered, not crashed on', async () => {
  await using sandbox = await sandboxAt()
  const port = Number(new URL(sandbox.url).port)
  for (const target of ['//', '//evil.example/authorize', '/?', '/../token', '*', 'http://[/authorize']) {
    const socket = connect(port, '127.0.0.1')
    socket.end(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    assert.match(await text(socket), /^HTTP\/1.1 4\d\d /, target)
  }
  assert.equal((await fetch(`${sandbox.url}/jwks`)).status, 200)
})

test('names that JavaScript objects inherit are no endpoints, parameters or clients', async () => {
  await using sandbox = await sandboxAt()
  for (const name of ['__proto__', 'constructor', 'toString']) {
    assert.equal((await fetch(`${sandbox.url}/${name}`)).status, 404)
    const { json } = await post(sandbox, '/token', { client_id: name, grant_type: name, [name]: 'x' })
    assert.equal(json.error, 'invalid_client')
  }
})

test('a client that goes away in the middle of its request leaves the sandbox well', async () => {
  await using sandbox = await sandboxAt()
  const socket = connect(Number(new URL(sandbox.url).port), '127.0.0.1')
  socket.write('POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf')
  await new Promise((resolve) => setImmediate(resolve))
  socket.destroy()
  assert.ok((await consented(sandbox)).access)
})

test('an issuer or a client that makes no sense is refused when it is set up', () => {
  assert.throws(() => createSandbox({ issuer: 'ftp://x' }), TypeError)
  assert.throws(() => createSandbox({ issuer: 'https://x/?a' }), TypeError)
  const issuer = 'https://x'
  assert.throws(() => createSandbox({ issuer, clients: [{ client_id: 'a', redirect_uris: ['/cb'] }] }), /absolute URI/)
  const pinned = { client_id: 'a', token_endpoint_auth_method: 'client_secret_basic' } as const
  assert.throws(() => createSandbox({ issuer, clients: [pinned] }), /has none/)
})
