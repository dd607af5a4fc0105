import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountAt, connect, connected, connectionTo, consentUrl, Scene, SECRET, sandboxOf } from './support/scene.ts'

test('a consent that is finished in another browser redeems nothing, and can still be finished in the right one', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const account = await accountAt(await connectionTo(sandbox, admin), admin)
  const callback = await sandbox.approve(await consentUrl(account, admin))

  const other = scene.browser()
  const refused = await other.visit(callback)
  assert.equal(refused.status, 403)
  assert.match(refused.text, /finish in the other browser/)
  assert.ok(!refused.text.includes(account), 'a stranger learns nothing about the account')
  assert.equal(sandbox.journal.count({ endpoint: 'token' }), 0)

  // One with a name of its own is no better than one without.
  other.cookies.set('__Host-evergrant-browser', 'x'.repeat(43))
  assert.equal((await other.visit(callback)).status, 403)
  assert.equal((await admin.get(`/v1/accounts/${account}`)).json.state, 'awaiting_consent')

  assert.equal((await admin.visit(callback)).status, 200)
  assert.equal((await admin.get(`/v1/accounts/${account}`)).json.state, 'ok')
})

test('[#34] a callback works once, also when it comes twice at the same moment', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const account = await accountAt(await connectionTo(sandbox, admin), admin)
  const callback = await sandbox.approve(await consentUrl(account, admin))
  const pages = await Promise.all([admin.visit(callback), admin.visit(callback), admin.visit(callback)])
  assert.deepEqual(pages.map(({ status }) => status).sort(), [200, 400, 400])
  assert.equal(sandbox.journal.count({ endpoint: 'token' }), 1)
  const replay = await admin.visit(callback)
  assert.equal(replay.status, 400)
  assert.match(replay.text, /used already/)
  assert.equal((await admin.get(`/v1/accounts/${account}`)).json.state, 'ok', 'the replay broke nothing')
})

test('a HEAD request, as link scanners send it, redeems nothing', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const account = await accountAt(await connectionTo(sandbox, admin), admin)
  const callback = await sandbox.approve(await consentUrl(account, admin))
  const cookie = [...admin.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  await fetch(callback, { method: 'HEAD', headers: { cookie } })
  assert.equal(sandbox.journal.count({ endpoint: 'token' }), 0)
  assert.equal((await admin.visit(callback)).status, 200)
})

test('a callback that the provider posts as a form is finished by the navigation that it leads to', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const connection = await connectionTo(sandbox, admin)
  const account = await accountAt(connection, admin)
  const url = new URL(await consentUrl(account, admin))
  url.searchParams.set('response_mode', 'form_post')
  const form = await sandbox.approve(url)
  const address = `${scene.server.url}/oauth/callback/${connection}`
  // A browser adds no Lax cookie to a POST from another site.
  const post = (body: string, type = 'application/x-www-form-urlencoded') =>
    fetch(address, { method: 'POST', redirect: 'manual', body, headers: { 'content-type': type } })

  const posted = await post(form)
  assert.equal(posted.status, 303)
  assert.equal(posted.headers.get('cache-control'), 'no-store')
  const onwards = new URL(posted.headers.get('location') ?? '')
  assert.equal(onwards.origin + onwards.pathname, address)
  assert.deepEqual([...onwards.searchParams].sort(), [...new URLSearchParams(form)].sort())
  assert.equal(sandbox.journal.count({ endpoint: 'token' }), 0, 'the POST alone redeems nothing')

  assert.equal((await scene.browser().visit(onwards.href)).status, 403)
  assert.equal((await admin.visit(onwards.href)).status, 200)
  assert.equal((await admin.get(`/v1/accounts/${account}`)).json.state, 'ok')

  assert.equal((await post('{"state":"x"}', 'application/json')).status, 415)
  assert.equal((await post(`state=${'x'.repeat(20_000)}`)).status, 413)
  assert.ok(!scene.log.join('').includes(new URLSearchParams(form).get('code') ?? 'a code'), 'no code is logged')
})

test('[#36] [#44] declined consent is a friendly page with a way on, and the account says so', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const account = await accountAt(await connectionTo(sandbox, admin), admin)
  const page = await admin.visit(await sandbox.deny(await consentUrl(account, admin)))
  assert.equal(page.status, 400)
  assert.match(page.text, /declined at the provider/)
  assert.ok(page.text.includes(`href="${scene.server.url}/accounts/${account}/connect"`), 'a button to start again')
  const shown = (await admin.get(`/v1/accounts/${account}`)).json
  assert.equal(shown.state, 'needs_consent')
  assert.equal(shown.reason, 'declined')
  assert.equal(shown.who, 'person')

  await connect(account, sandbox, admin)
  assert.equal((await admin.get(`/v1/accounts/${account}`)).json.state, 'ok')
})

test('consent that is declined for an account that works changes nothing about it', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, account, program } = await connected(scene, sandbox)
  await admin.visit(await sandbox.deny(await consentUrl(account, admin)))
  assert.equal((await admin.get(`/v1/accounts/${account}`)).json.state, 'ok')
  assert.equal((await program(account)).status, 200)
})

test('[#34] a consent that takes longer than ten minutes is told so', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const account = await accountAt(await connectionTo(sandbox, admin), admin)
  const url = await consentUrl(account, admin)
  scene.clock.advance(601)
  const page = await admin.visit(await sandbox.approve(url))
  assert.equal(page.status, 400)
  assert.match(page.text, /took too long/)
  assert.equal(sandbox.journal.count({ endpoint: 'token' }), 0)
})

test("an answer at another connection's address is not redeemed", async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const [one, two] = [await connectionTo(sandbox, admin), await connectionTo(sandbox, admin)]
  sandbox.registerClient({
    client_id: 'evergrant',
    client_secret: 'a-very-long-client-secret-0123456789',
    redirect_uris: [one, two].map((id) => `${scene.server.url}/oauth/callback/${id}`),
  })
  const callback = await sandbox.approve(await consentUrl(await accountAt(one, admin), admin))
  const page = await admin.visit(callback.replace(one, two))
  assert.equal(page.status, 400)
  assert.match(page.text, /does not belong here/)
  assert.equal(sandbox.journal.count({ endpoint: 'token' }), 0)
})

test('[#28] a changed state is not known here', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const account = await accountAt(await connectionTo(sandbox, admin), admin)
  const callback = new URL(await sandbox.approve(await consentUrl(account, admin)))
  callback.searchParams.set('state', 'another')
  assert.equal((await admin.visit(callback.href)).status, 400)
  callback.searchParams.append('state', 'one more')
  assert.equal((await admin.visit(callback.href)).status, 400)
  assert.equal((await admin.visit(callback.href.split('?')[0] ?? '')).status, 400)
  assert.equal(sandbox.journal.count({ endpoint: 'token' }), 0)
})

test('[#33] two consents of one browser may be under way at the same time', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const connection = await connectionTo(sandbox, admin)
  const [one, two] = [await accountAt(connection, admin), await accountAt(connection, admin)]
  const [first, second] = [await consentUrl(one, admin), await consentUrl(two, admin)]
  assert.equal((await admin.visit(await sandbox.approve(second, { username: 'bob' }))).status, 200)
  assert.equal((await admin.visit(await sandbox.approve(first, { username: 'alice' }))).status, 200)
  assert.equal((await admin.get(`/v1/accounts/${one}`)).json.subject.sub, 'alice')
  assert.equal((await admin.get(`/v1/accounts/${two}`)).json.subject.sub, 'bob')
})

test('[#138] reconnecting with another account is refused; the right one is suggested to the provider', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, account, program } = await connected(scene, sandbox)
  const url = await consentUrl(account, admin)
  assert.equal(new URL(url).searchParams.get('login_hint'), 'alice')
  const page = await admin.visit(await sandbox.approve(url, { username: 'bob' }))
  assert.equal(page.status, 409)
  assert.match(page.text, /another account/)
  assert.equal((await admin.get(`/v1/accounts/${account}`)).json.subject.sub, 'alice')
  assert.equal((await program(account)).status, 200)
})

test('[#93] a token endpoint that answers with a web page, or not at all, is a page that says whom to ask', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const account = await accountAt(await connectionTo(sandbox, admin), admin)
  for (const fault of [
    { html: true },
    { status: 200, body: '<h1>Welcome', contentType: 'text/html' },
    { lostResponse: true },
  ]) {
    sandbox.fault({ ...fault, match: { endpoint: 'token' } })
    const page = await admin.visit(await sandbox.approve(await consentUrl(account, admin)))
    assert.ok(page.status >= 500, String(page.status))
    assert.match(page.text, /Start again/)
    assert.match(page.text, /Technical details/)
    assert.equal((await admin.get(`/v1/accounts/${account}`)).json.state, 'needs_consent')
  }
})

test("a provider's words are shown as words: nothing in them runs", async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const connection = await connectionTo(sandbox, admin)
  const account = await accountAt(connection, admin)
  const state = new URL(await consentUrl(account, admin)).searchParams.get('state') ?? ''
  const evil = '</script><script>alert(1)</script><img src=x onerror=alert(2)>'
  const query = new URLSearchParams({ error: 'server_error', error_description: evil, state, iss: sandbox.issuer })
  const page = await admin.visit(`${scene.server.url}/oauth/callback/${connection}?${query}`)
  assert.ok(!page.text.includes('<img'))
  assert.ok(!page.text.includes('<script>'))
  assert.ok(page.text.includes('&lt;img src=x'), 'but they are shown')
})

test('[#42] [#43] the page of a consent tells its opener at our own origin only, and lets run only what is its own', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { page, account, callback } = await connected(scene, sandbox)
  const policy = page.headers.get('content-security-policy') ?? ''
  const nonce = /script-src 'nonce-([\w-]+)'/.exec(policy)?.[1]
  assert.ok(nonce)
  assert.match(policy, /default-src 'none'/)
  assert.match(policy, /frame-ancestors 'none'/)
  assert.ok(!policy.includes('unsafe'))
  assert.equal(page.headers.get('referrer-policy'), 'no-referrer')
  assert.equal(page.headers.get('cache-control'), 'no-store')
  assert.equal(
    [...page.text.matchAll(/<(?:script|style)\b/g)].length,
    [...page.text.matchAll(new RegExp(`nonce="${nonce}"`, 'g'))].length,
  )
  assert.ok(
    page.text.includes(`"message":{"account":"${account}","outcome":"connected"},"origin":"${scene.server.url}"`),
  )
  assert.match(page.text, /postMessage\(told\.message, told\.origin\)/)
  assert.match(page.text, /history\.replaceState\(null, '', location\.pathname\)/)
  assert.ok(!page.text.includes(new URL(callback).searchParams.get('code') ?? '?'))
  assert.ok(!/\b(?:src|href)="(?!http:\/\/127\.0\.0\.1)/.test(page.text), 'nothing from elsewhere')
})

test('an account that is removed while its person consents leaves no grant behind', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const account = await accountAt(await connectionTo(sandbox, admin), admin)
  const hold = sandbox.hold({ match: { endpoint: 'token' } })
  const visit = admin.visit(await sandbox.approve(await consentUrl(account, admin)))
  await hold.arrived
  assert.equal((await admin.get(`/v1/accounts/${account}`)).json.state, 'checking')
  assert.equal((await admin.delete(`/v1/accounts/${account}`)).status, 204)
  hold.release()
  assert.ok((await visit).status >= 400)
  await using grants = scene.grants()
  for await (const { id } of grants.list()) assert.fail(`${id} was left behind`)
})

test('a callback whose parameters have other names is understood by the provider’s definition', async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  const wanted = { name: 'Ads', provider: 'tiktok-ads', client_id: 'app', client_secret: SECRET }
  const { json: connection } = await admin.post('/v1/connections', wanted)
  const { text } = await admin.visit(`${scene.server.url}/oauth/callback/${connection.id}?auth_code=c1&state=unknown`)
  assert.match(text, /AUTHORIZATION_NOT_FOUND/)
})

test('[#147] the page after consent is in the language that was chosen, else in the one that the browser likes best', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const nowhere = `${admin.origin}/oauth/callback/${await connectionTo(sandbox, admin)}`
  const heading = async (languages: string | undefined) => {
    const { text } = await admin.visit(nowhere, languages)
    return `${/<html lang="(..)">/.exec(text)?.[1]}: ${/<h1>(.*)<\/h1>/.exec(text)?.[1]}`
  }
  const [english, german] = ['en: There is nothing to finish here', 'de: Hier gibt es nichts abzuschließen']
  assert.equal(await heading(undefined), english)
  assert.equal(await heading('fr, de-AT;q=0.7, en;q=0.3'), german)
  assert.equal(await heading('de;q=0, fr'), english)
  assert.equal(await heading('de;q=0.1, en;q=0.9'), english)
  admin.cookies.set('evergrant-language', 'de')
  assert.equal(await heading('en'), german)
  const { text } = await admin.visit(`${nowhere}?state=unknown&error=access_denied`)
  assert.match(
    text,
    /<dt>Code<\/dt><dd>AUTHORIZATION_NOT_FOUND<\/dd><dt><\/dt><dd>Auf diese Antwort wartet keine /,
    'its details are German too',
  )
  admin.cookies.set('evergrant-language', 'constructor')
  assert.equal(await heading('en'), english)
})

test('[#36] [#147] what was left out is named as the page names it, in the person’s language; the scopes themselves are details', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const connection = await connectionTo(sandbox, admin, { scope: 'mail.read mail.send' })
  const page = async (language: string, username: string) => {
    admin.cookies.set('evergrant-language', language)
    const url = await consentUrl(await accountAt(connection, admin), admin)
    return (await admin.visit(await sandbox.approve(url, { username, scope: 'openid' }))).text
  }
  const english = await page('en', 'alice')
  assert.match(english, /without: “Read mail \(practice\)” and “mail\.send”\./)
  assert.match(english, /<dt>Not given \(scopes\)<\/dt><dd>mail\.read mail\.send<\/dd>/)
  const german = await page('de', 'bob')
  assert.match(german, /jedoch ohne: „E-Mail lesen \(zum Üben\)“ und „mail\.send“\./)
  assert.match(german, /<dt>Nicht erteilt \(Scopes\)<\/dt><dd>mail\.read/)
})

test('[#36] a box that was left unticked is named at once, and the account works without it', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const connection = await connectionTo(sandbox, admin, { scope: 'mail.read mail.send' })
  const account = await accountAt(connection, admin)
  const callback = await sandbox.approve(await consentUrl(account, admin), { scope: 'openid offline_access mail.read' })
  const page = await admin.visit(callback)
  assert.equal(page.status, 200)
  assert.match(page.text, /Connected, but something was left out/)
  assert.match(page.text, /without: “mail\.send”\./)
  assert.match(page.text, new RegExp(`href="[^"]*/accounts/${account}/connect"`))
  assert.match(page.text, /"close":false/)
  const { state, missing_scopes } = (await admin.get(`/v1/accounts/${account}`)).json
  assert.deepEqual([state, missing_scopes], ['ok', ['mail.send']])
})
