import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bearerTokenAuthenticationPolicy, createEmptyPipeline, createPipelineRequest } from '@azure/core-rest-pipeline'
import { AuthenticationError, OAuthError } from '@evergrant/core'
import { azureCredential, graphAuthProvider, graphHttpHandler } from '@evergrant/core/adapters'
import type { Account } from '@evergrant/microsoft365'
import { Client } from '@microsoft/microsoft-graph-client'
import { accountAt } from './support/account.ts'
import { type Entra, entra, SECRET, TENANT } from './support/entra.ts'
import { type Graph, type GraphUser, graph } from './support/graph.ts'
import { all } from './support/kinds.ts'

async function world(users?: Iterable<GraphUser>) {
  const sign: Entra = await entra()
  const api: Graph = await graph(sign, users)
  const account: Account = accountAt(sign, api, { authFlowType: 'credentials', tenantId: TENANT })
  return {
    sign,
    api,
    account,
    directory: account.directory(),
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]()
      await sign[Symbol.asyncDispose]()
    },
  }
}

function* many(count: number): Generator<GraphUser> {
  for (let index = 0; index < count; index++) {
    const id = String(index)
    yield { id, userPrincipalName: `${id}@contoso.test`, displayName: `User ${id}` }
  }
}

test('[#107] ten thousand users come one by one, and no page is asked for before the one before was read', async () => {
  await using w = await world(many(10_000))
  let count = 0
  let ahead = 0
  for await (const user of w.directory.getUsers()) {
    assert.equal(user.id, String(count))
    count += 1
    ahead = Math.max(ahead, w.api.sent - count)
  }
  assert.equal(count, 10_000)
  // What is in memory is what was sent and not yet read: one page, never more.
  assert.ok(ahead < 999, `${ahead} were ahead`)
  assert.equal(w.api.seen.length, 11)
})

test('[#107] a loop that ends early asks for no more, and a limit is one of all pages', async () => {
  await using w = await world(many(3000))
  for await (const user of w.directory.getUsers({ batch: 10 })) if (user.id === '14') break
  assert.equal(w.api.seen.length, 2)
  assert.equal((await all(w.directory.getUsers({ limit: 25, batch: 10 }))).length, 25)
  assert.equal((await all(w.directory.getUsers({ limit: 0 }))).length, 0)
  assert.equal(w.api.seen.length, 5)
})

test('[#107] users are chosen by OData’s own words, and a search says how consistent it is', async () => {
  await using w = await world()
  const query = { search: '"displayName:A & B"', filter: "mail eq 'a'", orderBy: 'displayName', select: ['mail'] }
  await all(w.directory.getUsers(query))
  const [seen] = w.api.seen
  assert.deepEqual(Object.fromEntries(seen?.url.searchParams ?? []), {
    $top: '999',
    $search: '"displayName:A & B"',
    $filter: "mail eq 'a'",
    $orderby: 'displayName',
    $select: 'id,mail',
  })
})

test('[#107] user, manager, direct reports, photo and invitation', async () => {
  await using w = await world()
  const alice = await w.directory.getUser('Alice@contoso.test')
  assert.equal(alice.fullName, 'Alice A')
  assert.equal((await alice.manager())?.displayName, 'Bob B')
  assert.equal((await w.directory.getUserManager('a1'))?.id, 'b2')
  assert.equal(await w.directory.getUserManager('b2'), undefined)
  const reports = await all(w.directory.getUserDirectReports('b2'))
  assert.deepEqual(
    reports.map(({ displayName }) => displayName),
    ['Alice A', 'Carol C'],
  )
  assert.equal(await alice.photo(), undefined)
  await alice.updatePhoto(new Blob(['a jpeg']))
  assert.equal(w.api.seen.at(-1)?.headers['content-type'], 'image/jpeg')
  assert.equal(await (await alice.photo())?.text(), 'a jpeg')
  assert.equal(await (await alice.photo(48))?.text(), '48x48')
  await assert.rejects(alice.photo(50 as 48), { code: 'INVALID_ARGUMENT', message: /648/ })
  const invited = await w.directory.inviteUser({ email: 'new@fabrikam.test', redirectUrl: 'https://app.test/' })
  assert.equal(invited.status, 'PendingAcceptance')
  assert.equal(invited['invitedUserEmailAddress'], 'new@fabrikam.test')
  await assert.rejects(w.directory.getUser('nobody'), { status: 404, error: 'Request_ResourceNotFound' })
  const carol = w.account.newUser('carol@contoso.test')
  assert.equal(carol.displayName, undefined)
  assert.equal((await carol.load()).displayName, 'Carol C')
  await assert.rejects(w.directory.getUser('..'), { code: 'INVALID_ARGUMENT' })
})

test('the official Graph client and an Azure pipeline work with the account’s tokens, and renew a refused one', async () => {
  await using w = await world()
  const { source } = w.account
  const graphClient = Client.initWithMiddleware({ middleware: graphHttpHandler(source), baseUrl: w.api.url })
  assert.equal((await graphClient.api('/users/a1').get()).displayName, 'Alice A')
  const first = (await source.token()).access_token
  assert.equal(await graphAuthProvider(source).getAccessToken(), first)
  w.api.revoked.add(first)
  assert.equal((await graphClient.api('/users/b2').get()).displayName, 'Bob B')
  assert.notEqual((await source.token()).access_token, first)

  const credential = azureCredential(source, { scopes: false, clock: w.sign.clock })
  const pipeline = createEmptyPipeline()
  pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential, scopes: [`${w.api.url}/.default`] }))
  const request = createPipelineRequest({ url: 'https://graph.test/v1.0/users/c3' })
  let authorization: string | undefined
  const sendRequest = async (sent: typeof request) => {
    authorization = sent.headers.get('authorization')
    return { request: sent, headers: sent.headers, status: 200 }
  }
  await pipeline.sendRequest({ sendRequest }, request)
  assert.equal(authorization, `Bearer ${(await source.token()).access_token}`)
})

test('the session ends when the app’s secret does, with an error that says so', async () => {
  await using w = await world()
  w.sign.app({ client_id: 'web', secrets: [{ id: 'old', value: SECRET, expires_at: w.sign.clock.now() }] })
  await assert.rejects(all(w.directory.getUsers()), (error: unknown) => {
    assert.ok(error instanceof AuthenticationError && error instanceof OAuthError)
    assert.match(error.message, /AADSTS7000222/)
    return true
  })
  assert.equal(w.api.seen.length, 0)
})
