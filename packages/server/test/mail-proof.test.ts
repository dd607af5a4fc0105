import assert from 'node:assert/strict'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'
import { connected, PASSWORD, Scene, sandboxOf } from './support/scene.ts'

/** A server of a thief: it counts who comes. */
async function listener() {
  let visits = 0
  const server = createServer((socket) => {
    visits++
    socket.on('error', () => undefined)
    socket.destroy()
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    imap: { host: '127.0.0.1', port: (server.address() as AddressInfo).port, security: 'none' },
    visits: () => visits,
    async [Symbol.asyncDispose]() {
      await new Promise((closed) => server.close(closed))
    },
  }
}

test('[#145] a session alone sends no token of an account to a mail server that it names', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, account } = await connected(scene, sandbox)
  await using thief = await listener()
  const { imap } = thief
  const mailbox = 'alice@example.test'
  const put = (body: object) => admin.call('PUT', `/v1/accounts/${account}/mail`, { body })
  const verify = () => admin.post(`/v1/accounts/${account}/mail/verify`)
  const told = async () =>
    (await admin.get(`/v1/accounts/${account}/history`)).json.history
      .filter(({ type }: { type: string }) => type === 'mail_servers_set')
      .map(({ detail }: { detail: string }) => detail)
  const notices = async () => (await admin.get('/v1/notices')).json.notices

  for (const [body, status, code] of [
    [{ mailbox, imap }, 400, 'INVALID_REQUEST'],
    [{ mailbox, pop: imap }, 400, 'INVALID_REQUEST'],
    [{ mailbox, smtp: imap }, 400, 'INVALID_REQUEST'],
    [{ mailbox, imap, password: 'a guess of a thief' }, 403, 'PASSWORD_WRONG'],
  ] as const) {
    const { status: answered, json } = await put(body)
    assert.deepEqual([answered, json.code, json.field], [status, code, 'password'])
  }
  assert.deepEqual((await admin.get(`/v1/accounts/${account}/mail`)).json.by_hand, [])
  assert.equal((await verify()).status, 200)
  assert.deepEqual([thief.visits(), await told(), await notices()], [0, [], []])

  const set = await put({ mailbox, imap, password: PASSWORD })
  assert.deepEqual([set.status, set.json.imap], [200, imap], set.text)
  const line = `Ada: IMAP 127.0.0.1:${imap.port}`
  assert.deepEqual(await told(), [line])
  const [notice, ...more] = await notices()
  assert.deepEqual(
    [notice.kind, notice.account.id, notice.by.name, new URL(notice.url).pathname, more],
    ['mail_servers_set', account, 'Ada', `/accounts/${account}`, []],
  )
  await verify()
  assert.ok(thief.visits() > 0, 'whoever knows the password says where the mailbox is')
  assert.ok(!(await scene.stored()).includes(PASSWORD), 'the password is kept nowhere, nor in the audit log')

  // What is not about where tokens go needs no more than the session, and nor does taking a server back.
  assert.equal((await put({ mailbox: 'team@example.test', imap, sent_copy: 'client' })).status, 200)
  for (const other of [{ port: imap.port === 1 ? 2 : 1 }, { host: 'localhost' }, { security: 'tls' }])
    assert.deepEqual([(await put({ imap: { ...imap, ...other } })).json.field], ['password'], JSON.stringify(other))
  assert.equal((await put({ mailbox })).status, 200)
  assert.equal((await put({ mailbox, imap })).json.field, 'password', 'it was taken back')
  assert.equal((await admin.delete(`/v1/accounts/${account}/mail`)).status, 200)
  assert.deepEqual([await told(), (await notices()).length], [[line], 1])
})

test('an address that was typed here leads no token to servers that its domain publishes', async () => {
  const asked: string[] = []
  const published = `<clientConfig version="1.1"><emailProvider id="thief.example"><incomingServer type="imap">
    <hostname>imap.thief.example</hostname><port>993</port><socketType>SSL</socketType><username>%EMAILADDRESS%</username>
    <authentication>OAuth2</authentication></incomingServer></emailProvider></clientConfig>`
  const thiefs: typeof fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    if (!url.hostname.endsWith('thief.example')) return fetch(input, init)
    asked.push(url.href)
    return new Response(published)
  }
  await using scene = await Scene.begin({ surroundings: { fetch: thiefs, resolve: async () => ['93.184.215.14'] } })
  await using sandbox = await sandboxOf(scene)
  // Without an id_token the provider vouches for no address.
  const { admin, account } = await connected(scene, sandbox)
  const patched = await admin.patch(`/v1/accounts/${account}`, { login_hint: 'ann@thief.example' })
  assert.equal(patched.status, 200, patched.text)
  const settings = (await admin.get(`/v1/accounts/${account}/mail`)).json
  assert.deepEqual([settings.from, settings.imap, asked], ['nowhere', undefined, []])
})
