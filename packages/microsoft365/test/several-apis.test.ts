import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AccessToken, memoryStore } from '@evergrant/core'
import { Account, MSGraphProtocol, Protocol } from '@evergrant/microsoft365'
import { accountAt } from './support/account.ts'
import { entra, SECRET, TENANT } from './support/entra.ts'
import { all } from './support/kinds.ts'
import { server } from './support/server.ts'

// One registration, one store, two APIs: a token for one of them must never reach the other.

const OWN = 'https://api.contoso.test'
const own = new Protocol({ protocolUrl: `${OWN}/`, scopePrefix: `${OWN}/` })

function audience({ access_token }: Pick<AccessToken, 'access_token'>): unknown {
  return JSON.parse(Buffer.from(access_token.split('.')[1] ?? '', 'base64url').toString()).aud
}

test('[#95] a program with two APIs in one store sends each its own token, whichever came first, and after an hour too', async () => {
  await using sign = await entra()
  await using api = await server(() => ({ body: {} }))
  const store = memoryStore()
  const protocol = new Protocol({ protocolUrl: api.url, scopePrefix: `${OWN}/` })
  const of = (more?: { readonly protocol: Protocol }): Account =>
    accountAt(sign, undefined, { store, authFlowType: 'credentials', tenantId: TENANT, ...more })
  await of().authenticate()
  await of({ protocol }).connection.get('things')
  const [, token = ''] = api.seen[0]?.headers.authorization?.split(' ') ?? []
  assert.equal(audience({ access_token: token }), OWN)
  await of({ protocol }).authenticate()
  for (const _ of [1, 2]) {
    assert.equal(audience(await of().source.token()), 'https://graph.microsoft.com')
    assert.equal(audience(await of({ protocol }).source.token()), OWN)
    sign.clock.advance(7200)
  }
})

test('[#99] a person who consents to two APIs has a grant for each; forgetting one leaves the other', async () => {
  await using sign = await entra()
  const store = memoryStore()
  const graph = accountAt(sign, undefined, { store })
  const other = accountAt(sign, undefined, { store, protocol: own })
  await graph.authenticate({ scopes: ['basic'], handleConsent: sign.consents('bob@contoso.test') })
  assert.equal(await other.isAuthenticated(), false)
  assert.deepEqual(await other.getAuthenticatedUsernames(), [])
  await other.authenticate({ scopes: ['Things.Read'], handleConsent: sign.consents('bob@contoso.test') })
  sign.clock.advance(7200)
  assert.equal(audience(await graph.source.token()), 'https://graph.microsoft.com')
  assert.equal(audience(await other.source.token()), OWN)
  // Two versions of one API share the grant.
  const beta = accountAt(sign, undefined, { store, protocol: new MSGraphProtocol({ apiVersion: 'beta' }) })
  assert.equal((await beta.source.token()).access_token, (await graph.source.token()).access_token)
  await other.clearTokenCache()
  assert.equal(await other.isAuthenticated(), false)
  assert.equal(await graph.isAuthenticated(), true)
})

test('[#99] a grant under an id that did not name the API is used by the API it is for, and by no other', async () => {
  await using sign = await entra()
  const store = memoryStore()
  await accountAt(sign, undefined, { store }).authenticate({
    scopes: ['basic'],
    handleConsent: sign.consents('Alice@contoso.test'),
  })
  const [kept] = await all(store.list())
  assert.ok(kept)
  const record = await store.get(kept.id)
  assert.ok(record)
  const former = 'web/common/alice@contoso.test'
  await store.delete(kept.id)
  await store.put({ ...record, id: former }, 0)
  const other = accountAt(sign, undefined, { store, protocol: own })
  assert.equal(await other.isAuthenticated(), false)
  const account = accountAt(sign, undefined, { store })
  assert.deepEqual(await account.getAuthenticatedUsernames(), ['Alice@contoso.test'])
  sign.clock.advance(7200)
  assert.equal(audience(await account.source.token()), 'https://graph.microsoft.com')
  assert.deepEqual(
    (await all(store.list())).map(({ id }) => id),
    [former],
  )
  await account.authenticate({ scopes: ['basic'], handleConsent: sign.consents('Alice@contoso.test') })
  assert.deepEqual(await account.getAuthenticatedUsernames(), ['Alice@contoso.test'])
  await account.clearTokenCache({ username: 'alice@contoso.test' })
  assert.deepEqual(await all(store.list()), [])
})

test('[#103] scopes of another API are refused before anything is sent: their token would go to this one', async () => {
  await using sign = await entra()
  const account = new Account(['web', SECRET], { provider: sign.definition })
  const scopes = ['openid', 'https://outlook.office.com/IMAP.AccessAsUser.All', 'Mail.Read']
  const refused = { code: 'INVALID_ARGUMENT', message: /another API than https:\/\/graph\.microsoft\.com/ }
  await assert.rejects(account.getAuthorizationUrl({ scopes }), refused)
  assert.equal(sign.sandbox.journal.where({}).length, 0)
})
