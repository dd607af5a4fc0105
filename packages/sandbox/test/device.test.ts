import assert from 'node:assert/strict'
import { test } from 'node:test'
import { person } from '@evergrant/sandbox'
import { type Answered, post, sandboxAt } from './support.ts'

const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'

async function begun(sandbox: { issuer: string }) {
  const { status, json } = await post(sandbox, '/device_authorization', { scope: 'mail.read' })
  assert.equal(status, 200)
  const poll = async (): Promise<Answered['json']> =>
    (await post(sandbox, '/token', { grant_type, device_code: json.device_code ?? '' })).json
  return {
    poll,
    complete: json.verification_uri_complete ?? '',
    page: json.verification_uri ?? '',
    code: json.user_code ?? '',
  }
}

test('a device waits, is told to slow down when it polls early, and gets its tokens once', async () => {
  await using sandbox = await sandboxAt()
  const { poll, complete } = await begun(sandbox)
  assert.equal((await poll()).error, 'authorization_pending')
  assert.equal((await poll()).error, 'slow_down')
  sandbox.advance(9)
  assert.equal((await poll()).error, 'slow_down')
  sandbox.advance(15)
  await person.approve(complete, { username: 'bob' })
  const tokens = await poll()
  assert.equal(tokens.scope, 'mail.read')
  assert.ok(tokens.refresh_token)
  assert.equal(sandbox.families()[0]?.sub, 'bob')
  sandbox.advance(30)
  assert.equal((await poll()).error, 'invalid_grant')
})

test('a device learns that the person said no', async () => {
  await using sandbox = await sandboxAt()
  const { poll, complete } = await begun(sandbox)
  await person.deny(complete)
  assert.equal((await poll()).error, 'access_denied')
})

test('a device code expires, for the device and for the person', async () => {
  await using sandbox = await sandboxAt()
  const { poll, complete } = await begun(sandbox)
  sandbox.advance(600)
  assert.equal((await poll()).error, 'expired_token')
  assert.equal((await fetch(complete)).status, 404)
})

test('the person may type the code in any case and without the dash, and a wrong one is asked for again', async () => {
  await using sandbox = await sandboxAt()
  const { page, code } = await begun(sandbox)
  assert.match(await (await fetch(page)).text(), /Code that the device shows/)
  const typed = await fetch(`${page}?user_code=${code.toLowerCase().replace('-', ' ')}`)
  assert.match(await typed.text(), /Who are you today/)
  const wrong = await fetch(`${page}?user_code=AAAA-AAAA`)
  assert.equal(wrong.status, 404)
  assert.match(await wrong.text(), /role="alert"/)
})
