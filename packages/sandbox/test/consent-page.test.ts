import assert from 'node:assert/strict'
import { test } from 'node:test'
import { person } from '@evergrant/sandbox'
import { authorizationUrl, codeFor, consented, redeem, redirectUri, sandboxAt } from './support.ts'

async function shown(
  url: URL,
): Promise<{ status: number; page: string; headers: Headers; cookie: string; interaction: string }> {
  const response = await fetch(url, { redirect: 'manual' })
  const page = await response.text()
  const cookie = response.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ')
  const interaction = /name="interaction" value="([^"]*)"/.exec(page)?.[1] ?? ''
  return { status: response.status, page, headers: response.headers, cookie, interaction }
}

function send(sandbox: { issuer: string }, fields: Record<string, string>, cookie: string): Promise<Response> {
  const body = new URLSearchParams(fields)
  return fetch(`${sandbox.issuer}/consent`, { method: 'POST', body, headers: { cookie }, redirect: 'manual' })
}

test('approval returns code, state and iss to the redirect URI', async () => {
  await using sandbox = await sandboxAt()
  const callback = new URL(await sandbox.approve(authorizationUrl(sandbox)))
  assert.equal(callback.origin + callback.pathname, redirectUri)
  assert.equal(callback.searchParams.get('state'), 'the state')
  assert.equal(callback.searchParams.get('iss'), sandbox.issuer)
})

test('denial returns access_denied with state and iss', async () => {
  await using sandbox = await sandboxAt()
  const { searchParams } = new URL(await person.deny(authorizationUrl(sandbox)))
  assert.equal(searchParams.get('error'), 'access_denied')
  assert.equal(searchParams.get('state'), 'the state')
  assert.equal(searchParams.get('iss'), sandbox.issuer)
  assert.equal(searchParams.get('code'), null)
})

test('iss is left out when the sandbox is set so, and the metadata says it', async () => {
  await using sandbox = await sandboxAt({ issParameter: false })
  assert.equal(new URL(await sandbox.approve(authorizationUrl(sandbox))).searchParams.get('iss'), null)
  const metadata = await (await fetch(`${sandbox.url}/.well-known/openid-configuration`)).json()
  assert.equal((metadata as Record<string, unknown>).authorization_response_iss_parameter_supported, false)
})

test('a person may leave out a scope, and the answer says what was granted', async () => {
  await using sandbox = await sandboxAt()
  const url = authorizationUrl(sandbox)
  const callback = new URL(await sandbox.approve(url, { username: 'bob', scope: 'mail.read admin' }))
  const { json } = await redeem(sandbox, callback.searchParams.get('code') ?? '')
  assert.equal(json.scope, 'mail.read')
})

test('login_hint preselects the person, by username or e-mail address, and makes up one who is unknown', async () => {
  await using sandbox = await sandboxAt()
  for (const [hint, sub] of [
    ['bob', 'bob'],
    ['BOB@example.test', 'bob'],
    ['carol@example.test', 'carol@example.test'],
  ] as const) {
    await consented(sandbox, { login_hint: hint })
    assert.equal(sandbox.families().at(-1)?.sub, sub)
  }
})

test('a new e-mail address makes a new person, and something else is asked for again', async () => {
  await using sandbox = await sandboxAt()
  const callback = await sandbox.approve(authorizationUrl(sandbox, { scope: 'openid email' }), {
    username: 'dora@example.test',
  })
  await redeem(sandbox, new URL(callback).searchParams.get('code') ?? '')
  assert.equal(sandbox.families()[0]?.sub, 'dora@example.test')

  const first = await shown(authorizationUrl(sandbox))
  const again = await send(
    sandbox,
    { interaction: first.interaction, decision: 'allow', person: '', email: '"><b>x' },
    first.cookie,
  )
  const page = await again.text()
  assert.equal(again.status, 422)
  assert.match(page, /role="alert">Choose a person/)
  assert.match(page, /value="&quot;&gt;&lt;b&gt;x"/)
})

test('what a client or a request says is escaped on the page', async () => {
  const evil = '"><script>alert(1)</script>'
  await using sandbox = await sandboxAt()
  sandbox.registerClient({ client_id: 'native', client_name: evil, redirect_uris: [redirectUri] })
  sandbox.addUser({ sub: 'x', username: evil, email: `${evil}@x`, name: evil })
  const pages = [
    await shown(
      authorizationUrl(sandbox, { scope: "<script>alert(1)</script> '><img>", login_hint: `${evil}@example.test` }),
    ),
    await shown(authorizationUrl(sandbox, { redirect_uri: `http://evil.example/${evil}` })),
    await shown(authorizationUrl(sandbox, { client_id: evil })),
    await shown(new URL(`${sandbox.url}/device?user_code=${encodeURIComponent(evil)}`)),
  ]
  for (const { page, headers } of pages) {
    assert.match(page, /<h1>/)
    assert.doesNotMatch(page, /<script|<img/)
    assert.match(
      headers.get('content-security-policy') ?? '',
      /^default-src 'none'; style-src 'sha256-[^ ]+'; form-action 'self'/,
    )
    assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/)
    assert.equal(headers.get('cross-origin-opener-policy'), null)
  }
  assert.equal(pages[0]?.status, 200)
  assert.match(pages[0]?.page ?? '', /lang="en"/)
  assert.match(pages[0]?.page ?? '', /This is a sandbox: no real account/)
})

for (const [what, changes] of [
  ['an unknown client', { client_id: 'nobody' }],
  ['no client', { client_id: undefined }],
  ['a foreign redirect URI', { redirect_uri: 'https://evil.example/' }],
  ['a longer redirect URI', { redirect_uri: `${redirectUri}/more` }],
  ['a redirect URI with a port that is none', { redirect_uri: 'http://127.0.0.1:99999/callback' }],
  ['a redirect URI with credentials', { redirect_uri: 'http://127.0.0.1:80@evil.example/callback' }],
  ['another loopback name', { redirect_uri: 'http://localhost/callback' }],
] as const) {
  test(`${what} gets an error page and never a redirect`, async () => {
    await using sandbox = await sandboxAt()
    const { status, headers, page } = await shown(authorizationUrl(sandbox, changes))
    assert.equal(status, 400)
    assert.equal(headers.get('location'), null)
    assert.match(page, /role="alert"/)
    await assert.rejects(sandbox.approve(authorizationUrl(sandbox, changes)), /no consent page/)
  })
}

test('a redirect URI that is sent twice gets an error page', async () => {
  await using sandbox = await sandboxAt()
  const url = authorizationUrl(sandbox)
  url.searchParams.append('redirect_uri', 'https://evil.example/')
  assert.deepEqual([(await shown(url)).status, (await shown(url)).headers.get('location')], [400, null])
})

for (const [changes, error] of [
  [{ response_type: 'token' }, 'unsupported_response_type'],
  [{ response_type: undefined }, 'invalid_request'],
  [{ code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
  [{ code_challenge: 'short' }, 'invalid_request'],
  [{ code_challenge_method: 'plain' }, 'invalid_request'],
  [{ scope: 'a"b' }, 'invalid_scope'],
  [{ prompt: 'none', scope: 'openid' }, 'login_required'],
  [{ prompt: 'none' }, 'interaction_required'],
  [{ request: 'x' }, 'request_not_supported'],
  [{ resource: 'x' }, 'invalid_target'],
] as const) {
  test(`a request with ${JSON.stringify(changes)} returns ${error} to the client`, async () => {
    await using sandbox = await sandboxAt()
    const { searchParams } = new URL(await sandbox.approve(authorizationUrl(sandbox, changes)))
    assert.equal(searchParams.get('error'), error)
    assert.equal(searchParams.get('state'), 'the state')
    assert.equal(searchParams.get('iss'), sandbox.issuer)
  })
}

test('the answer to a consent page counts once, and only from the browser that was asked', async () => {
  await using sandbox = await sandboxAt()
  const mine = await shown(authorizationUrl(sandbox))
  const other = await shown(authorizationUrl(sandbox))
  const answer = { interaction: mine.interaction, decision: 'allow', person: 'alice' }
  for (const cookie of ['', other.cookie]) {
    const refused = await send(sandbox, answer, cookie)
    assert.deepEqual([refused.status, refused.headers.get('location')], [403, null])
  }
  assert.equal((await send(sandbox, answer, mine.cookie)).status, 303)
  assert.equal((await send(sandbox, answer, mine.cookie)).status, 403)
  assert.equal((await send(sandbox, { decision: 'allow' }, mine.cookie)).status, 403)
})

test('two consent pages may be open in one browser', async () => {
  await using sandbox = await sandboxAt()
  const first = await shown(authorizationUrl(sandbox))
  const second = await fetch(authorizationUrl(sandbox), { headers: { cookie: first.cookie } })
  const cookie = second.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const interaction = /name="interaction" value="([^"]*)"/.exec(await second.text())?.[1] ?? ''
  for (const id of [first.interaction, interaction])
    assert.equal((await send(sandbox, { interaction: id, decision: 'allow', person: 'bob' }, cookie)).status, 303)
})

test('a consent page that lay open too long is refused', async () => {
  await using sandbox = await sandboxAt()
  const { interaction, cookie } = await shown(authorizationUrl(sandbox))
  sandbox.advance(3600)
  assert.equal((await send(sandbox, { interaction, decision: 'allow', person: 'alice' }, cookie)).status, 403)
})

test('state and code survive the way to the client unharmed', async () => {
  await using sandbox = await sandboxAt()
  const state = 'a+b/c=d&e %25 é'
  assert.equal(new URL(await sandbox.approve(authorizationUrl(sandbox, { state }))).searchParams.get('state'), state)
  assert.match(await codeFor(sandbox), /^[\w-]{43}$/)
})

test('an authorization request may come as a form post', async () => {
  await using sandbox = await sandboxAt()
  const { searchParams, origin, pathname } = authorizationUrl(sandbox)
  const response = await fetch(origin + pathname, { method: 'POST', body: searchParams })
  assert.equal(response.status, 200)
  assert.match(await response.text(), /Who are you today/)
})
