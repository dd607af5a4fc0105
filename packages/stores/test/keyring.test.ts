import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import {
  addKey,
  commandKey,
  keyFromText,
  keyring,
  keysFromText,
  loadKeys,
  newKeyText,
  openKeyring,
} from '@evergrant/stores/keyring'
import { folder } from './folder.ts'

test('a key from text is 32 bytes in hex, base64 or base64url', async () => {
  const bytes = Buffer.from(Array.from({ length: 32 }, (_, n) => 255 - n))
  const ids = await Promise.all(
    [bytes.toString('hex'), bytes.toString('base64'), ` ${bytes.toString('base64url')}\n`].map(
      async (text) => (await keyFromText(text)).id,
    ),
  )
  assert.deepEqual(new Set(ids), new Set([createHash('sha256').update(bytes).digest('hex').slice(0, 16)]))
})

test('any other text is refused in words that do not repeat it', async () => {
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
    await assert.rejects(keyFromText(text, 'EVERGRANT_KEY'), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'INVALID_SETTING')
      assert.match(error.message, /^EVERGRANT_KEY must be 32 random bytes/)
      assert.ok(text === '' || !inspect(error).includes(text))
      return true
    })
  }
})

test('a key file is made once, for its owner alone, and read afterwards', async () => {
  await using temp = await folder()
  const file = temp.at('deep/key')
  await assert.rejects(loadKeys({ file, create: false }), { code: 'KEY_UNAVAILABLE', message: /no sealing key/ })
  const made = await loadKeys({ file })
  assert.equal((await stat(file)).mode & 0o777, process.platform === 'win32' ? 0o666 : 0o600)
  assert.equal((await loadKeys({ file })).current.id, made.current.id)
  assert.equal((await loadKeys({ file, create: false })).current.id, made.current.id)
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
  const many = await Promise.all(Array.from({ length: 50 }, () => loadKeys({ file: temp.at('another') })))
  assert.equal(new Set(many.map(({ current }) => current.id)).size, 1)
  assert.deepEqual((await readdir(temp.at('.'))).sort(), ['another', 'key'])
})

test('a key file that others can read is refused', { skip: process.platform === 'win32' }, async () => {
  await using temp = await folder()
  const file = temp.at('key')
  await loadKeys({ file })
  for (const mode of [0o640, 0o604]) {
    await chmod(file, mode)
    await assert.rejects(loadKeys({ file }), { code: 'INVALID_SETTING', message: /chmod 600/ })
  }
})

test('a key file that holds something else is named and left as it is', async () => {
  await using temp = await folder()
  const file = temp.at('key')
  for (const text of ['', 'very-secret']) {
    await writeFile(file, text, { mode: 0o600 })
    await assert.rejects(loadKeys({ file }), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'INVALID_SETTING')
      assert.ok(error.message.includes(file))
      assert.doesNotMatch(error.message, /very-secret/)
      return true
    })
    assert.equal(await readFile(file, 'utf8'), text)
  }
})

test('several keys stand in lines or between commas: the first seals, the others open', async () => {
  const [a, b, c] = [newKeyText(), newKeyText(), newKeyText()] as const
  const [idA, idB, idC] = await Promise.all([a, b, c].map(async (text) => (await keyFromText(text)).id))
  for (const text of [`${a},${b},${c}`, `# the new one\n${a}\r\n\n  ${b} , ${c}\n`])
    assert.deepEqual(keyring(await keysFromText(text)).kids, [idA, idB, idC])
  await assert.rejects(keysFromText('# nothing\n', 'EVERGRANT_KEY'), {
    code: 'INVALID_SETTING',
    message: /EVERGRANT_KEY/,
  })
  await assert.rejects(keysFromText('vault:x'), { code: 'INVALID_SETTING', message: /vault:.*command:.*aws-kms:/ })
})

test('a key that is added to the file seals from then on, and what is there is kept', async () => {
  await using temp = await folder()
  const file = temp.at('key')
  const first = await addKey(file)
  assert.equal(first.others?.length, 0, 'a file that is not there is made, with one key')
  await writeFile(file, `# ours\n${await readFile(file, 'utf8')}`)
  const second = await addKey(file)
  assert.deepEqual(
    second.others?.map(({ id }) => id),
    [first.current.id],
  )
  assert.match(await readFile(file, 'utf8'), /# ours/)
  assert.equal((await stat(file)).mode & 0o777, process.platform === 'win32' ? 0o666 : 0o600)
  const more = await Promise.all(Array.from({ length: 8 }, () => addKey(file)))
  const { current, others = [] } = await loadKeys({ file })
  const ids = new Set([current, ...others].map(({ id }) => id))
  assert.equal(ids.size, 10, 'keys that are added at once are all kept')
  for (const keys of more) assert.ok(ids.has(keys.current.id))
  assert.deepEqual(await readdir(temp.at('.')), ['key'])
  await writeFile(file, 'very-secret', { mode: 0o600 })
  await assert.rejects(addKey(file), { code: 'INVALID_SETTING' })
  assert.equal(await readFile(file, 'utf8'), 'very-secret')
})

test('a running program learns of a new key when it meets a text that the key sealed, and then seals with it', async () => {
  await using temp = await folder()
  const file = temp.at('key')
  const clock = { now: () => 0, monotonic: () => 0, sleep: async () => undefined }
  const running = await openKeyring({ file }, { clock })
  const old = await running.seal('old', 'here')
  await addKey(file)
  const rotating = await openKeyring({ file })
  const fresh = await rotating.seal('new', 'here')
  assert.notEqual(rotating.kid, running.kid)
  assert.equal(await running.open(fresh, 'here'), 'new')
  assert.equal(running.kid, rotating.kid)
  assert.equal(await running.open(old, 'here'), 'old')
  assert.ok(running.isCurrent(await running.seal('x', 'here')))
})

test('before it seals, a running program reads a key file again that it has not read for a minute', async () => {
  await using temp = await folder()
  const file = temp.at('key')
  let now = 0
  const clock = { now: () => now, monotonic: () => now, sleep: async () => undefined }
  const running = await openKeyring({ file }, { clock })
  const { current } = await addKey(file)
  now = 59
  assert.ok(!(await running.seal('x', 'here')).includes(current.id))
  now = 60
  assert.ok((await running.seal('x', 'here')).includes(current.id))
  await writeFile(file, 'damaged')
  now = 200
  assert.ok((await running.seal('x', 'here')).includes(current.id), 'a file that cannot be read stops no program')
})

test('a place that is none, and a command without a program, are told by a typed error that names them', async () => {
  const wrong = (place: unknown) => openKeyring(place as { readonly text: string })
  for (const place of [undefined, {}, { text: 5 }, { text: undefined }, { file: 5 }, 'key.txt'])
    await assert.rejects(wrong(place), { code: 'INVALID_ARGUMENT', message: /keyring: \{ file \} or \{ text \}/ })
  for (const text of ['command:', 'command:  ', 'command:a\0b'])
    await assert.rejects(openKeyring({ text, source: 'EVERGRANT_KEY' }), {
      code: 'INVALID_SETTING',
      message: /^EVERGRANT_KEY is command: without a program/,
    })
  for (const options of [undefined, {}, { command: [] }, { command: [''] }, { command: 'our-hsm' }])
    await assert.rejects(commandKey(options as { readonly command: readonly string[] }), {
      code: 'INVALID_ARGUMENT',
      message: /^command: a program/,
    })
})
