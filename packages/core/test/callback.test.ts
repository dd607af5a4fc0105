import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callbackParameters, isOAuthError } from '@evergrant/core'
import fc from 'fast-check'

const wanted = { code: 'a+b/c%d=', state: 's t' }
const query = 'code=a%2Bb%2Fc%25d%3D&state=s+t'

const forms: readonly (readonly [name: string, callback: string | URL | URLSearchParams])[] = [
  ['a whole URL', `https://app.example/cb?${query}`],
  ['a URL object', new URL(`https://app.example/cb?${query}`)],
  ['parsed parameters', new URLSearchParams(query)],
  ['a fragment', `https://app.example/cb#${query}`],
  ['a private-use scheme', `com.example.app:/cb?${query}`],
  ['a bare query', query],
  ['a query with its question mark', `?${query}`],
  ['a bare fragment', `#${query}`],
  ['a path as a server sees it', `/oauth/callback/7?${query}`],
  ['a host without a scheme', `localhost:8080/cb?${query}`],
  ['a pasted line with white space', `  https://app.example/cb?${query}\r\n`],
  ['a quoted line', `"https://app.example/cb?${query}"`],
  ['an angle-bracketed line', `<https://app.example/cb?${query}>`],
  ['a URL with the harmless fragment that some providers append', `https://app.example/cb?${query}#_=_`],
  ['a URL whose path says code', `https://app.example/code=x?${query}`],
]

for (const [name, callback] of forms) {
  test(`[#35 #37] the callback is read from ${name}, decoded once`, () => {
    const parameters = callbackParameters(callback)
    assert.equal(parameters.get('code'), wanted.code)
    assert.equal(parameters.get('state'), wanted.state)
  })
}

test('[#36] an error is read like a code', () => {
  const parameters = callbackParameters('http://127.0.0.1/cb?error=access_denied&error_description=No%21&state=s')
  assert.equal(parameters.get('error'), 'access_denied')
  assert.equal(parameters.get('error_description'), 'No!')
})

test('[#38] a callback of any length is read', () => {
  const code = 'x'.repeat(100_000)
  assert.equal(callbackParameters(`https://app.example/cb?code=${code}&state=s`).get('code'), code)
})

test('what was given is not changed', () => {
  const given = new URLSearchParams(query)
  callbackParameters(given).delete('code')
  assert.equal(given.get('code'), wanted.code)
})

for (const callback of [
  '',
  ' ',
  'hello',
  'https://app.example/cb',
  'https://app.example/cb?state=s',
  'code=&state=s',
  '???',
]) {
  test(`[#35] ${JSON.stringify(callback)} is refused with words that tell what to paste`, () => {
    assert.throws(() => callbackParameters(callback), { code: 'CALLBACK_INVALID', who: 'person' })
  })
}

for (const name of ['code', 'state', 'iss', 'error']) {
  test(`a callback with two values of ${name} is refused`, () => {
    assert.throws(() => callbackParameters(`?code=a&error=b&state=s&iss=i&${name}=again`), {
      code: 'CALLBACK_INVALID',
      message: new RegExp(`"${name}"`),
    })
  })
}

test('any text at all gives parameters or a typed error', () => {
  const piece = fc.constantFrom(
    'code=',
    'error=',
    '?',
    '#',
    '&',
    '%',
    '%2',
    'https://',
    ':',
    '"',
    '\u0000',
    '+',
    '__proto__=',
  )
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.oneof(piece, fc.string()), { maxLength: 20 }).map((all) => all.join('')),
  )
  fc.assert(
    fc.property(text, (callback) => {
      try {
        const parameters = callbackParameters(callback)
        assert.ok(parameters.get('code') || parameters.get('error'))
      } catch (error) {
        assert.ok(isOAuthError(error) && error.code === 'CALLBACK_INVALID', String(error))
      }
    }),
    { numRuns: 1000 },
  )
})

test('[#37] whatever a code contains comes out as it went in', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (code) => {
      const url = new URL('https://app.example/cb')
      url.searchParams.set('code', code)
      assert.equal(callbackParameters(url.href).get('code'), code.toWellFormed())
    }),
  )
})
