import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { grant, memoryStore, sealed } from '@evergrant/core'
import { keyFromText, keyring, loadKey, newKey } from '@evergrant/stores/keyring'
import { sampleGrant } from '../src/contract/sample-grant.ts'
import { folder } from './folder.ts'

const zeros = keyFromText('00'.repeat(32))
const unseal = { code: 'UNSEAL_FAILED' }

test('[#115] what is sealed opens in its place, whatever the text', () => {
  const ring = keyring({ current: newKey() })
  for (const text of ['', 'a', 'naïve 😀 \u0000', 'x'.repeat(200_000)]) {
    const closed = ring.seal(text, 'grant\na\n1')
    assert.match(closed, /^eg1\.[0-9a-f]{16}\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]+$/)
    assert.equal(ring.open(closed, 'grant\na\n1'), text)
  }
})

test('the same text is never sealed the same way twice', () => {
  const ring = keyring({ current: zeros })
  assert.equal(new Set(Array.from({ length: 100 }, () => ring.seal('text', ''))).size, 100)
})

test('the format stays: a text that was sealed once opens with every later version', () => {
  const ring = keyring({ current: zeros })
  assert.equal(ring.kid, '66687aadf862bd77')
  assert.equal(ring.open(FIXED, 'grant\nalice\n1'), 'fixed')
})

test('a text in another place does not open', () => {
  const ring = keyring({ current: newKey() })
  const closed = ring.seal('very-secret', 'grant\na\n1')
  for (const context of ['grant\na\n2', 'grant\nb\n1', '']) assert.throws(() => ring.open(closed, context), unseal)
})

test('a text that was changed in any character does not open', () => {
  const ring = keyring({ current: newKey() })
  const closed = ring.seal('very-secret!', 'here')
  for (let at = 0; at < closed.length; at++) {
    for (const other of ['A', 'B', '.', '']) {
      const changed = closed.slice(0, at) + other + closed.slice(at + 1)
      if (changed === closed) continue
      // The last character of base64url may carry bits that mean nothing; they must not be open to change either.
      assert.throws(() => ring.open(changed, 'here'), unseal, `position ${at}`)
    }
  }
  for (const nonsense of ['', 'eg1', 'eg1...', closed.slice(0, 40), `${closed} `, closed.replace('eg1', 'eg2')])
    assert.throws(() => ring.open(nonsense, 'here'), unseal)
})

test('an unknown key is named by its id, and neither key nor text is shown', () => {
  const [mine, other] = [newKey(), newKey()]
  const closed = keyring({ current: other }).seal('very-secret', 'here')
  assert.throws(
    () => keyring({ current: mine }).open(closed, 'here'),
    (error: Error) => {
      assert.ok(error.message.includes(keyring({ current: other }).kid))
      assert.ok(error.message.includes(keyring({ current: mine }).kid))
      const shown = inspect(error, { depth: 9 })
      for (const key of [mine, other])
        for (const form of ['hex', 'base64'] as const) assert.ok(!shown.includes(key.export().toString(form)))
      assert.doesNotMatch(shown, /very-secret/)
      return true
    },
  )
})

test('a former key opens and the current one seals, so that keys can be changed under way', async () => {
  const [old, current] = [newKey(), newKey()]
  const store = memoryStore()
  await sealed(store, keyring({ current: old })).put(sampleGrant('a', { refresh_token: 'r1' }), 0)
  const ring = keyring({ current, others: [old] })
  const both = sealed(store, ring)
  const found = await both.get('a')
  assert.equal(found?.refresh_token, 'r1')
  assert.equal(ring.isCurrent((await store.get('a'))?.sealed ?? ''), false)
  assert.ok(found)
  await both.put(grant({ ...found, refresh_token: 'r2' }), 1)
  assert.equal(ring.isCurrent((await store.get('a'))?.sealed ?? ''), true)
  assert.equal((await sealed(store, keyring({ current })).get('a'))?.refresh_token, 'r2')
  await assert.rejects(sealed(store, keyring({ current: old })).get('a'), unseal)
})

test('a key from text is 32 bytes in hex, base64 or base64url', () => {
  const bytes = Buffer.from(Array.from({ length: 32 }, (_, n) => 255 - n))
  for (const text of [bytes.toString('hex'), bytes.toString('base64'), ` ${bytes.toString('base64url')}\n`])
    assert.deepEqual(keyFromText(text).export(), bytes)
})

test('any other text is refused in words that do not repeat it', () => {
  const short = Buffer.alloc(31, 0xab)
  for (const text of [
    '',
    'correct horse battery staple',
    'very-secret-passphrase',
    short.toString('hex'),
    short.toString('base64'),
    Buffer.alloc(33, 0xab).toString('base64'),
    'z'.repeat(64),
    'ä'.repeat(32),
  ]) {
    assert.throws(
      () => keyFromText(text, 'EVERGRANT_KEY'),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'INVALID_SETTING')
        assert.match(error.message, /^EVERGRANT_KEY must be 32 random bytes/)
        assert.ok(text === '' || !inspect(error).includes(text))
        return true
      },
    )
  }
})

test('a key file is made once, for its owner alone, and read afterwards', async () => {
  await using temp = await folder()
  const file = temp.at('deep/key')
  await assert.rejects(loadKey({ file, create: false }), { code: 'STORE_UNAVAILABLE', message: /no sealing key/ })
  const made = await loadKey({ file })
  assert.equal((await stat(file)).mode & 0o777, process.platform === 'win32' ? 0o666 : 0o600)
  assert.ok(made.equals(await loadKey({ file })))
  assert.ok(made.equals(await loadKey({ file, create: false })))
  assert.equal((await readFile(file, 'utf8')).length, 45)
  assert.deepEqual(await readdir(temp.at('deep')), ['key'])
})

test('[#115] processes that start at once end up with the same key', async () => {
  await using temp = await folder()
  const script = fileURLToPath(new URL('./print-kid.ts', import.meta.url))
  const kids = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const child = spawn(process.execPath, ['--conditions=source', script, temp.at('key')])
      let out = ''
      child.stdout.on('data', (chunk) => {
        out += chunk
      })
      await once(child, 'close')
      return out
    }),
  )
  assert.equal(new Set(kids).size, 1)
  assert.match(kids[0] ?? '', /^[0-9a-f]{16}$/)
  const many = await Promise.all(Array.from({ length: 50 }, () => loadKey({ file: temp.at('another') })))
  assert.equal(new Set(many.map((key) => keyring({ current: key }).kid)).size, 1)
  assert.deepEqual((await readdir(temp.at('.'))).sort(), ['another', 'key'])
})

test('a key file that others can read is refused', { skip: process.platform === 'win32' }, async () => {
  await using temp = await folder()
  const file = temp.at('key')
  await loadKey({ file })
  for (const mode of [0o640, 0o604]) {
    await chmod(file, mode)
    await assert.rejects(loadKey({ file }), { code: 'INVALID_SETTING', message: /chmod 600/ })
  }
})

test('a key file that holds something else is named and left as it is', async () => {
  await using temp = await folder()
  const file = temp.at('key')
  for (const text of ['', 'very-secret']) {
    await writeFile(file, text, { mode: 0o600 })
    await assert.rejects(loadKey({ file }), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'INVALID_SETTING')
      assert.ok(error.message.includes(file))
      assert.doesNotMatch(error.message, /very-secret/)
      return true
    })
    assert.equal(await readFile(file, 'utf8'), text)
  }
})

const FIXED = 'eg1.66687aadf862bd77.NPi1XwOua71ky7M-.m2R1QzFUOJLEQb94qqifEDowaa6p'
