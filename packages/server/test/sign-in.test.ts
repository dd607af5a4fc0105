import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wayBack } from '../src/sign-in/way-back.ts'
import type { Browser } from './support/browser.ts'
import { connectionTo, PASSWORD, Scene, sandboxOf } from './support/scene.ts'

const RULES = { provision: false, domains: [], connect: false, trust_email: false }

async function door(rules: object) {
  const scene = await Scene.begin()
  const sandbox = await sandboxOf(scene)
  const ada = await scene.admin()
  const connection = await connectionTo(sandbox, ada, { sign_in: { ...RULES, ...rules } })
  /** Signs in at the provider; where the way ends. */
  const come = async (username: string, browser = scene.browser()) => {
    const begun = await browser.post('/v1/session/openid', { connection })
    assert.equal(begun.status, 200, begun.text)
    const callback = await sandbox.approve(begun.json.url, { username })
    const end = await browser.visit(callback)
    return { browser, callback, status: end.status, to: end.headers.get('location') ?? '' }
  }
  const close = async (): Promise<void> => {
    await sandbox.close()
    await scene[Symbol.asyncDispose]()
  }
  return { scene, sandbox, ada, connection, come, [Symbol.asyncDispose]: close }
}

const who = async (browser: Browser): Promise<unknown> => (await browser.get('/v1/session')).json.user?.name

test('[#145] somebody who was invited by their address signs in with a provider that verified it', async () => {
  await using world = await door({})
  const { scene, ada, come, connection } = world
  const { sign_in_with } = (await scene.browser().get('/v1/session')).json
  assert.deepEqual(sign_in_with, [{ connection, name: 'Practice', provider: 'sandbox' }])
  const { json } = await ada.post('/v1/users', { name: 'Bob', email: 'Bob@example.test' })
  const { browser, status, to } = await come('bob@example.test')
  assert.deepEqual([status, to, await who(browser)], [303, `${scene.server.url}/`, 'Bob'])
  const { users } = (await ada.get('/v1/users')).json
  assert.equal(users.find(({ id }: { id: string }) => id === json.user.id).invited, undefined)
  const [entry] = (await ada.get('/v1/audit')).json.entries
  assert.deepEqual([entry.action, entry.actor.name, entry.detail], ['session.begin', 'Bob', { connection, new: false }])
})

test('[#145] the provider’s word for a person counts from then on, and not the address', async () => {
  await using world = await door({})
  const { ada, come } = world
  const { json } = await ada.post('/v1/users', { name: 'Bob', email: 'bob@example.test' })
  await come('bob@example.test')
  await ada.patch(`/v1/users/${json.user.id}`, { email: 'robert@example.test', password: PASSWORD })
  assert.equal(await who((await come('bob@example.test')).browser), 'Bob')
  await ada.delete(`/v1/users/${json.user.id}`)
  assert.match((await come('bob@example.test')).to, /problem=SIGN_IN_NOT_INVITED/)
})

test('[#145] people of an allowed domain become members by themselves, and others do not come in', async () => {
  await using world = await door({ provision: true, domains: ['Example.Test'] })
  const { scene, ada, come } = world
  const first = await come('carol@example.test')
  assert.equal(await who(first.browser), 'carol@example.test')
  const again = await come('carol@example.test')
  assert.equal(await who(again.browser), 'carol@example.test')
  for (const other of ['eve@evil.test', 'eve@sub.example.test', 'eve@example.test.evil']) {
    const { browser, to } = await come(other)
    assert.deepEqual([to, await who(browser)], [`${scene.server.url}/sign-in?problem=SIGN_IN_OTHER_DOMAIN`, undefined])
  }
  const { users } = (await ada.get('/v1/users')).json
  assert.deepEqual(
    users.map(({ name, role }: { name: string; role: string }) => `${name} ${role}`),
    ['Ada admin', 'carol@example.test member'],
  )
})

test('[#145] of two first sign-ins at once, both come in as one user', async () => {
  await using world = await door({ provision: true, domains: ['example.test'] })
  const both = await Promise.all([1, 2].map(() => world.come('carol@example.test')))
  assert.ok(both.every(({ status }) => status === 303))
  const { users } = (await world.ada.get('/v1/users')).json
  assert.equal(users.length, 2)
})

test('[#145] an address that nobody verified opens no door, unless the provider is trusted', async () => {
  for (const trust_email of [false, true]) {
    await using world = await door({ provision: true, domains: ['example.test'], trust_email })
    world.sandbox.addUser({
      sub: 'carol',
      username: 'carol',
      name: 'Carol',
      email: 'carol@example.test',
      email_verified: false,
    })
    const { browser, to } = await world.come('carol')
    assert.equal(await who(browser), trust_email ? 'carol@example.test' : undefined)
    assert.equal(to.includes('SIGN_IN_UNVERIFIED'), !trust_email)
  }
})

test('[#146] after signing in, an account is connected in one go, and its tokens are kept apart', async () => {
  await using world = await door({ provision: true, domains: ['example.test'], connect: true })
  const { scene, sandbox, come, connection } = world
  const { browser, to } = await come('carol@example.test')
  assert.ok(to.startsWith(sandbox.issuer), to)
  assert.equal(new URL(to).searchParams.get('login_hint'), 'carol@example.test')
  assert.match(new URL(to).searchParams.get('scope') ?? '', /mail\.read/)
  const page = await browser.visit(await sandbox.approve(to, { username: 'carol@example.test' }))
  assert.equal(page.status, 200)
  const [account] = (await browser.get('/v1/accounts')).json.accounts
  assert.deepEqual([account.state, account.owner.name], ['ok', 'carol@example.test'])
  const { id } = (await browser.get('/v1/session')).json.user
  const store = scene.grants()
  const [signIn, mail] = await Promise.all([store.get(`sign-in/${id}/${connection}`), store.get(account.id)])
  assert.ok(signIn?.sealed)
  assert.ok(mail?.sealed)
  await store[Symbol.asyncDispose]()
  // With an account there is nothing more to ask for.
  assert.equal((await come('carol@example.test')).to, `${scene.server.url}/`)
})

test('a sign-in is finished in the browser that began it, once, and at its own connection', async () => {
  await using world = await door({ provision: true, domains: ['example.test'] })
  const { scene, sandbox, ada, connection } = world
  const victim = scene.browser()
  const attacker = scene.browser()
  const begun = await attacker.post('/v1/session/openid', { connection })
  const callback = await sandbox.approve(begun.json.url, { username: 'mallory@example.test' })
  const fixed = await victim.visit(callback)
  assert.match(fixed.headers.get('location') ?? '', /problem=OTHER_BROWSER/)
  assert.equal(await who(victim), undefined)
  const other = await connectionTo(sandbox, ada, { name: 'Other', sign_in: RULES })
  const misdirected = await attacker.visit(callback.replace(connection, other))
  assert.match(misdirected.headers.get('location') ?? '', /problem=STATE_MISMATCH/)
  assert.equal((await attacker.visit(callback)).headers.get('location'), `${scene.server.url}/`)
  assert.equal(await who(attacker), 'mallory@example.test')
  assert.notEqual((await attacker.visit(callback)).status, 303)
})

test('who was on their way to a page comes back to it, and nowhere else than to a page of this server', async () => {
  await using world = await door({ provision: true, domains: ['example.test'] })
  const { scene, sandbox, connection } = world
  const { url } = scene.server
  const begin = (browser: Browser, return_to: string) => browser.post('/v1/session/openid', { connection, return_to })
  const follow = async (browser: Browser, to: string, more = '') => {
    const callback = await sandbox.approve(to, { username: 'carol@example.test' })
    return (await browser.visit(callback + more)).headers.get('location')
  }
  for (const path of ['/accounts/x?tab=technical', '/', '/a/../accounts']) {
    const browser = scene.browser()
    const { status, text, json } = await begin(browser, path)
    assert.equal(status, 200, text)
    assert.ok(!(await scene.stored()).includes('tab=technical'), 'it is kept sealed')
    assert.equal(await follow(browser, json.url), new URL(path, url).href)
    assert.equal(await who(browser), 'carol@example.test')
  }
  for (const path of ['/v1/accounts.csv', '/..//evil.test']) {
    const browser = scene.browser()
    assert.equal(await follow(browser, (await begin(browser, path)).json.url), `${url}/`, path)
  }
  // What comes back from the provider, or from whoever made that link, says nothing about it.
  const browser = scene.browser()
  const begun = await begin(browser, '/accounts')
  assert.ok(!begun.json.url.includes('accounts'), 'nor is the provider told')
  assert.equal(await follow(browser, begun.json.url, '&return_to=/settings&to=//evil.test'), `${url}/accounts`)

  const elsewhere = [
    '//evil.test',
    '///evil.test',
    '/\\evil.test',
    '\\\\evil.test',
    '/\t/evil.test',
    '/\n/evil.test',
    '\t//evil.test',
    ' //evil.test',
    'https://evil.test/',
    `${url}/accounts`,
    'javascript:alert(1)',
    'accounts',
    '@evil.test',
    '.evil.test',
    ':80@evil.test/',
    '/accounts/\u0000',
    '/kön',
    `/${'a'.repeat(2000)}`,
  ]
  for (const path of elsewhere) {
    const { status, json } = await begin(scene.browser(), path)
    assert.deepEqual([status, json.code], [400, 'INVALID_REQUEST'], JSON.stringify(path))
    assert.match(json.field ?? json.detail, /return_to|way back/, JSON.stringify(path))
  }
})

test('the way back ends at a place of the page: of what is for programs, a file or doubled, at the first page', () => {
  for (const base of ['https://apps.example.test', 'https://apps.example.test/evergrant']) {
    for (const path of [
      '/v1/accounts.csv',
      '/v1',
      '/v1?x',
      '/a/../v1/session',
      '/%76%31/session',
      '/sandbox/authorize?client_id=a',
      '/oauth/callback/c1?code=a',
      '/openapi.json',
      '/metrics#x',
      '/assets/index.js',
      '/accounts//x',
      '/a/..//evil.test',
      '/.//evil.test',
      '/%2fevil.test',
      '/%2F%2Fevil.test',
      '/%',
    ]) {
      assert.equal(wayBack(base, path), `${base}/`, path)
    }
    for (const path of ['/v1s', '/accounts?next=//x&file=a.csv', '/settings/people#//', '/accounts/a%20b']) {
      assert.equal(wayBack(base, path), base + path, path)
    }
  }
  assert.equal(wayBack('https://apps.example.test', '/..//evil.test'), 'https://apps.example.test/')
})

test('below a folder of a host, the way back does not lead out of that folder', () => {
  const base = 'https://apps.example.test/evergrant'
  for (const out of ['/..', '/../other', '/a/../../other', '/%2e%2e/other', '/.%2E/evergrant-two', '/..//evil.test']) {
    assert.equal(wayBack(base, out), undefined, out)
  }
  assert.equal(wayBack(base, '/accounts?q=%2e%2e#x'), `${base}/accounts?q=%2e%2e#x`)
  assert.equal(wayBack(base, '/'), `${base}/`)
  assert.equal(wayBack('https://apps.example.test', '/../accounts'), 'https://apps.example.test/accounts')
})

test('a connection without rules, and one that lost them, lets nobody in', async () => {
  await using world = await door({ provision: true, domains: ['example.test'] })
  const { scene, sandbox, ada, connection } = world
  const browser = scene.browser()
  const begun = await browser.post('/v1/session/openid', { connection })
  await ada.patch(`/v1/connections/${connection}`, { sign_in: null })
  assert.equal((await ada.get(`/v1/connections/${connection}`)).json.sign_in, undefined)
  const callback = await sandbox.approve(begun.json.url, { username: 'carol@example.test' })
  assert.match((await browser.visit(callback)).headers.get('location') ?? '', /problem=NOT_FOUND/)
  assert.equal((await scene.browser().post('/v1/session/openid', { connection })).status, 404)
  assert.equal((await scene.browser().post('/v1/session', { name: 'Ada', password: PASSWORD })).status, 200)
})
