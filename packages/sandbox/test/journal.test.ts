import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { consented, post, refresh, sandboxAt, web } from './support.ts'

test('the journal holds what came in and what went out, raw, for assertions', async () => {
  await using sandbox = await sandboxAt()
  const tokens = await consented(sandbox)
  const exchange = sandbox.journal.last({ endpoint: 'token', grant_type: 'authorization_code' })
  assert.equal(exchange?.client_id, 'native')
  assert.equal(exchange?.form.redirect_uri, 'http://127.0.0.1/callback')
  assert.equal(exchange?.headers['content-type']?.split(';')[0], 'application/x-www-form-urlencoded')
  assert.equal(exchange?.time, sandbox.clock.now())
  assert.equal(exchange?.answered, true)
  assert.deepEqual(
    [exchange?.outcome?.status, exchange?.outcome?.error, exchange?.outcome?.faulty],
    [200, undefined, false],
  )
  const [family] = sandbox.families()
  const { id_token, ...issued } = exchange?.outcome?.issued ?? {}
  assert.equal(id_token, undefined)
  assert.deepEqual(issued, {
    access_token: tokens.access,
    refresh_token: tokens.refresh,
    family: family?.id,
    generation: 1,
  })
  assert.equal(sandbox.journal.last({ endpoint: 'authorize' })?.query.state, 'the state')
})

test('requests are counted by endpoint, grant type, client, status and error', async () => {
  await using sandbox = await sandboxAt()
  const { refresh: token } = await consented(sandbox)
  await refresh(sandbox, token)
  await refresh(sandbox, token)
  assert.equal(sandbox.journal.count({ endpoint: 'token' }), 3)
  assert.equal(sandbox.journal.count({ grant_type: 'refresh_token' }), 2)
  assert.equal(sandbox.journal.count({ grant_type: 'refresh_token', status: 200 }), 1)
  assert.equal(sandbox.journal.count({ error: 'invalid_grant' }), 1)
  assert.equal(sandbox.journal.count({ client_id: 'web' }), 0)
  sandbox.journal.clear()
  assert.equal(sandbox.journal.length, 0)
})

test('printing the journal, an entry, a family or the sandbox shows no token and no secret', async () => {
  await using sandbox = await sandboxAt()
  const tokens = await consented(sandbox)
  await post(sandbox, '/token', {
    grant_type: 'client_credentials',
    client_id: 'web',
    client_secret: web.client_secret,
  })
  const code = sandbox.journal.last({ grant_type: 'authorization_code' })?.form.code ?? ''
  const printed = [sandbox, sandbox.journal, [...sandbox.journal], sandbox.families()].map((each) =>
    inspect(each, { depth: 9, showHidden: true }),
  )
  const all = printed.join('\n') + [...sandbox.journal].join('\n')
  for (const secret of [tokens.access, tokens.refresh, web.client_secret, code])
    assert.equal(all.includes(secret), false)
  assert.match(all, /POST token authorization_code by native -> 200 family [\w-]+ generation 1/)
})

test('the journal forgets its oldest entries beyond its limit', async () => {
  await using sandbox = await sandboxAt({ journalLimit: 5 })
  for (let round = 0; round < 30; round += 1) await fetch(`${sandbox.url}/nothing`)
  assert.ok(sandbox.journal.length >= 5 && sandbox.journal.length <= 10)
  assert.equal(sandbox.journal.last()?.id, 30)
})
