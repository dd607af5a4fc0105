import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deedDetails } from '../src/audit/deed-words.ts'
import { loadLanguage } from '../src/languages/languages.ts'
import { comeFrom } from '../src/session/come-from.ts'
import { passwordStrength } from '../src/session/strength.ts'

test('times read as people say them, in their language', async () => {
  const now = 1_000_000
  const { relative } = (await loadLanguage('en')).times
  assert.equal(relative(now - 5, now), 'just now')
  assert.equal(relative(now + 30, now), 'in a moment')
  assert.equal(relative(now - 11 * 60, now), '11 minutes ago')
  assert.equal(relative(now + 2 * 3600, now), 'in 2 hours')
  assert.equal(relative(now - 86_400, now), 'yesterday')
  const { relative: german } = (await loadLanguage('de')).times
  assert.equal(german(now - 5, now), 'gerade eben')
  assert.equal(german(now - 11 * 60, now), 'vor 11 Minuten')
})

test('after sign-in a person only ever comes to a path of this page', () => {
  assert.equal(comeFrom({ from: '/settings/api-keys?x=1' }), '/settings/api-keys?x=1')
  assert.equal(comeFrom({ from: '//evil.example' }), '/')
  assert.equal(comeFrom({ from: '/\\evil.example' }), '/')
  assert.equal(comeFrom({ from: 'https://evil.example' }), '/')
  assert.equal(comeFrom(null), '/')
})

test('a password is judged by length and variety', () => {
  assert.equal(passwordStrength('short'), 0)
  assert.equal(passwordStrength('aaaaaaaaaaaaaaaa'), 1)
  assert.equal(passwordStrength('abcdefghijklmnop'), 1)
  assert.ok(passwordStrength('correct horse battery staple') >= 3)
})

test('the audit log says for what a wrong password was given, and about whom, in both languages', async () => {
  const names = new Map([['u2', { name: 'Ben' }]])
  const said = async (tag: 'en' | 'de', detail: Record<string, unknown>, subject?: string) => {
    const actor = { type: 'user', id: 'u1', name: 'Ada' } as const
    const about = subject === undefined ? {} : { subject }
    const entry = { seq: 1, at: 0, actor, action: 'password.refused', ...about, detail, link: '' } as const
    return deedDetails(entry, names, await loadLanguage(tag))
  }
  assert.deepEqual(await said('en', { for: 'user.update' }, 'u2'), ['asked for: a change of a person (Ben)'])
  assert.deepEqual(await said('de', { for: 'user.update' }, 'u2'), ['verlangt: eine Änderung an einer Person (Ben)'])
  assert.deepEqual(await said('en', { for: 'password.change' }), ['asked for: another password'])
  assert.deepEqual(await said('de', { for: 'password.change' }), ['verlangt: ein anderes Passwort'])
  assert.deepEqual(await said('en', { for: 'something.later' }), [])
})
