import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readAnswer } from '../src/answer/answer-body.ts'
import { type TokenAnswer, tokenAnswer } from '../src/answer/token-answer.ts'
import { isOAuthError, type OAuthError } from '../src/errors.ts'

const now = 1_700_000_000
const provider = { id: 'acme', name: 'Acme' }

async function read(body: unknown, init: ResponseInit = {}): Promise<TokenAnswer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const headers = { 'content-type': 'application/json', ...(init.headers as Record<string, string> | undefined) }
  return tokenAnswer(await readAnswer(new Response(text, { ...init, headers }), 65_536, now), now, provider)
}

async function refused(body: unknown, init: ResponseInit = {}): Promise<OAuthError> {
  try {
    await read(body, init)
  } catch (error) {
    assert.ok(isOAuthError(error), `not an OAuthError: ${String(error)}`)
    return error
  }
  throw new Error('The answer was taken for a success')
}

const lifetimes: readonly (readonly [name: string, fields: Record<string, unknown>, seconds: number | undefined])[] = [
  ['a number', { expires_in: 3600 }, 3600],
  ['a numeric string', { expires_in: '3600' }, 3600],
  ['a fraction', { expires_in: 3599.5 }, 3599.5],
  ['a number beyond all calendars', { expires_in: 1e300 }, undefined],
  ['null', { expires_in: null }, undefined],
  ['absent', {}, undefined],
  ['zero, which means never', { expires_in: 0 }, undefined],
  ['words', { expires_in: 'never' }, undefined],
  ['not finite', { expires_in: '1e999' }, undefined],
  ['expires_on in epoch seconds as a string', { expires_on: String(now + 1800) }, 1800],
  ['expires_at in epoch seconds', { expires_at: now + 1800 }, 1800],
  ['expires_at in milliseconds', { expires_at: (now + 1800) * 1000 }, 1800],
  ['expires_at as an ISO date', { expires_at: new Date((now + 1800) * 1000).toISOString() }, 1800],
  ['expires_at in the past', { expires_at: now - 5 }, 0],
  ['expires as seconds to live', { expires: '5184000' }, 5_184_000],
  ['expires as epoch seconds', { expires: now + 60 }, 60],
  ['expires as a date', { expires: new Date((now + 60) * 1000).toUTCString() }, 60],
  ['expires_in beside ext_expires_in', { expires_in: '3599', ext_expires_in: 7200 }, 3599],
  ['expires_in before expires_on', { expires_in: 100, expires_on: String(now + 900) }, 100],
]

for (const [name, fields, seconds] of lifetimes) {
  test(`[#50] the lifetime is understood when it comes as ${name}`, async () => {
    assert.equal((await read({ access_token: 'a', ...fields })).expires_in, seconds)
  })
}

test('[#50] the provider’s wish for an early refresh is kept', async () => {
  assert.equal((await read({ access_token: 'a', refresh_in: '1800' })).refresh_in, 1800)
  assert.equal((await read({ access_token: 'a', refresh_in: -1 })).refresh_in, undefined)
})

test('[#51] everything of an answer is kept, the tokens apart from what else was said', async () => {
  const answer = await read({
    access_token: 'a',
    token_type: 'user',
    expires_in: 60,
    refresh_token: 'r',
    id_token: 'i',
    scope: 'x y',
    instance_url: 'https://eu.acme.example',
  })
  assert.deepEqual(answer, {
    access_token: 'a',
    token_type: 'user',
    expires_in: 60,
    refresh_token: 'r',
    id_token: 'i',
    scope: 'x y',
    raw: { expires_in: 60, instance_url: 'https://eu.acme.example' },
  })
})

const shapes: readonly (readonly [name: string, body: unknown, init?: ResponseInit])[] = [
  ['without token_type', { access_token: 'a' }],
  ['with HTTP 201', { access_token: 'a' }, { status: 201 }],
  ['with refresh_token null', { access_token: 'a', refresh_token: null }],
  ['with refresh_token empty', { access_token: 'a', refresh_token: '' }],
  ['with id_token false', { access_token: 'a', id_token: false }],
  ['with scope null', { access_token: 'a', scope: null }],
  ['urlencoded', 'access_token=a&token_type=bearer', { headers: { 'content-type': 'text/plain' } }],
  ['as JSON that calls itself a web page', '{"access_token":"a"}', { headers: { 'content-type': 'text/html' } }],
  ['urlencoded that calls itself a web page', 'access_token=a', { headers: { 'content-type': 'text/html' } }],
  ['after a byte order mark', '\ufeff{"access_token":"a"}'],
  ['with an empty error beside it', { access_token: 'a', error: '' }],
]

for (const [name, body, init] of shapes) {
  test(`[#50] an answer ${name} is accepted`, async () => {
    const answer = await read(body, init)
    assert.equal(answer.access_token, 'a')
    assert.equal('refresh_token' in answer, false)
    assert.equal('id_token' in answer, false)
    assert.equal('scope' in answer, false)
  })
}

test('[#50] an urlencoded answer that has a field twice is refused, and no token is shown', async () => {
  for (const body of [
    'access_token=first-token&access_token=second-token&token_type=bearer',
    'access_token=first-token&scope=a&scope=b',
  ])
    await assert.rejects(read(body), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'INVALID_ANSWER')
      assert.doesNotMatch(error.message, /first-token|second-token/)
      return true
    })
})

const scopes: readonly (readonly [given: unknown, scope: string | undefined])[] = [
  ['x y', 'x y'],
  ['x,y', 'x y'],
  [['x', 'y'], 'x y'],
  [['x', 7], 'x'],
  [[], undefined],
  ['', undefined],
  ['https://acme.example/a,b c', 'https://acme.example/a,b c'],
]

for (const [given, scope] of scopes) {
  test(`a scope that comes as ${JSON.stringify(given)} is read as ${scope}`, async () => {
    assert.equal((await read({ access_token: 'a', scope: given })).scope, scope)
  })
}

const html = '<!doctype html><html><title>Sign in to Wi-Fi</title></html>'
const refusals: readonly (readonly [
  name: string,
  body: unknown,
  init: ResponseInit,
  expected: Partial<Record<keyof OAuthError, unknown>>,
])[] = [
  [
    'invalid_grant',
    { error: 'invalid_grant', error_description: 'expired', error_uri: 'https://acme.example/e' },
    { status: 400 },
    {
      code: 'TOKEN_REQUEST_REFUSED',
      error: 'invalid_grant',
      error_description: 'expired',
      error_uri: 'https://acme.example/e',
      status: 400,
      outcome: 'refused',
    },
  ],
  ['HTTP 200 with an error', { error: 'invalid_grant' }, { status: 200 }, { error: 'invalid_grant', status: 200 }],
  ['HTTP 200 with ok:false', { ok: false, error: 'token_expired' }, {}, { error: 'token_expired' }],
  ['ok:false beside a token', { ok: false, access_token: 'a' }, {}, { code: 'INVALID_ANSWER' }],
  ['invalid_client', { error: 'invalid_client' }, { status: 401 }, { code: 'INVALID_CLIENT', who: 'administrator' }],
  ['unauthorized_client', { error: 'unauthorized_client' }, { status: 400 }, { code: 'INVALID_CLIENT' }],
  ['503 with an OAuth body', { error: 'invalid_grant' }, { status: 503 }, { code: 'PROVIDER_UNAVAILABLE' }],
  ['server_error', { error: 'server_error' }, { status: 400 }, { code: 'PROVIDER_UNAVAILABLE' }],
  ['408', '', { status: 408 }, { code: 'PROVIDER_UNAVAILABLE', outcome: 'unknown' }],
  [
    'an empty 429 with Retry-After in seconds',
    '',
    { status: 429, headers: { 'retry-after': '17' } },
    { code: 'RATE_LIMITED', retryAfter: 17, outcome: 'refused' },
  ],
  [
    'a 429 with Retry-After as a date',
    '',
    { status: 429, headers: { 'retry-after': new Date((now + 30) * 1000).toUTCString() } },
    { retryAfter: 30 },
  ],
  ['Retry-After of a year', '', { status: 503, headers: { 'retry-after': '31536000' } }, { retryAfter: 86_400 }],
  ['nonsense in Retry-After', '', { status: 503, headers: { 'retry-after': 'soon' } }, { retryAfter: undefined }],
  ['a web page', html, { status: 200 }, { code: 'INVALID_ANSWER', outcome: 'unknown' }],
  ['a web page with 502', html, { status: 502 }, { code: 'PROVIDER_UNAVAILABLE', outcome: 'unknown' }],
  ['an empty answer', '', { status: 200 }, { code: 'INVALID_ANSWER' }],
  ['a list', '[{"access_token":"a"}]', {}, { code: 'INVALID_ANSWER' }],
  ['null', 'null', {}, { code: 'INVALID_ANSWER' }],
  ['truncated JSON', '{"access_token":"a', {}, { code: 'INVALID_ANSWER' }],
  ['an access_token that is an object', { access_token: { token: 'a' } }, {}, { code: 'INVALID_ANSWER' }],
  ['an access_token that is a number', { access_token: 7 }, {}, { code: 'INVALID_ANSWER' }],
  [
    'a nested error',
    { error: { code: 'x', message: 'words' } },
    { status: 400 },
    { error: 'x', error_description: 'words' },
  ],
  ['a redirect', '', { status: 302, headers: { location: 'https://evil.example' } }, { code: 'INVALID_ANSWER' }],
]

for (const [name, body, init, expected] of refusals) {
  test(`[#89 #93] ${name} becomes a typed error that names the provider`, async () => {
    const error = await refused(body, init)
    for (const [field, value] of Object.entries(expected))
      assert.equal(error[field as keyof OAuthError], value, `${field} of ${error.message}`)
    assert.equal(error.provider, 'acme')
    assert.match(error.message, /^Acme answered \d{3}/)
  })
}

test('an answer larger than the limit is not read to its end', async () => {
  let pulled = 0
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 1
      controller.enqueue(new Uint8Array(1024).fill(32))
    },
  })
  await assert.rejects(
    readAnswer(new Response(endless), 4096, now),
    (error) => isOAuthError(error) && error.code === 'INVALID_ANSWER' && error.outcome === 'unknown',
  )
  assert.ok(pulled < 10, `${pulled} KiB were read`)
})

test('control characters in a provider’s words do not reach a terminal', async () => {
  const error = await refused(
    { error: 'invalid\u001b[31m_scope', error_description: 'a\r\nb\u0000\u009bc' },
    { status: 400 },
  )
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  assert.doesNotMatch(`${error.message}${error.error}${error.error_description}`, /[\u0000-\u001f\u007f-\u009f]/)
})

test('an access token that no header can hold is no answer, and the error does not show it', async () => {
  for (const access_token of ['LEAK\nME', 'LEAK\u0000ME', 'LEAK\u2028ME', 'LEAKÉ']) {
    const error = await refused({ access_token, token_type: 'Bearer', refresh_token: 'r' })
    assert.equal(error.code, 'INVALID_ANSWER')
    assert.doesNotMatch(`${error.message} ${JSON.stringify(error)}`, /LEAK|ME/)
  }
  assert.equal((await read({ access_token: 'a b~!', token_type: 'Bearer' })).access_token, 'a b~!')
})
