import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { memoryStore, sealed } from '@evergrant/core'
import { commandKey, keyring, keysFromText, newKeyText } from '@evergrant/stores/keyring'
import { sampleGrant } from '../src/contract/sample-grant.ts'
import { folder } from './folder.ts'

const script = fileURLToPath(new URL('./key-command.ts', import.meta.url))
const program = (...args: readonly string[]): string[] => [process.execPath, '--conditions=source', script, ...args]

test('[#115] a key behind a command seals, and the command is asked for data keys alone', async () => {
  await using temp = await folder()
  const file = temp.at('key')
  await writeFile(file, newKeyText())
  const inner = memoryStore()
  const store = sealed(inner, keyring({ current: await commandKey({ command: program(file) }) }))
  for (let n = 0; n < 10; n++) {
    await store.put(sampleGrant(`g${n}`, { refresh_token: 'very-secret' }), 0)
    await store.get(`g${n}`)
  }
  assert.ok((await inner.get('g0'))?.sealed?.startsWith('eg2.hsm-3.'))
  const elsewhere = keyring(await keysFromText(`command:${program(file).join(' ')}`))
  assert.equal((await sealed(inner, elsewhere).get('g7'))?.refresh_token, 'very-secret')
  assert.equal(await readFile(`${file}.log`, 'utf8'), 'key\nwrap\nkey\nunwrap\n')
})

test('what the command’s key did not wrap does not open', async () => {
  await using temp = await folder()
  await writeFile(temp.at('one'), newKeyText())
  await writeFile(temp.at('two'), newKeyText())
  const closed = await keyring({ current: await commandKey({ command: program(temp.at('one')) }) }).seal('text', '')
  const other = keyring({ current: await commandKey({ command: program(temp.at('two')) }) })
  await assert.rejects(other.open(closed, ''), { code: 'UNSEAL_FAILED', message: /refused/ })
})

test('a command that fails, hangs, says something else or is not there is KEY_UNAVAILABLE, in its own words', async () => {
  await using temp = await folder()
  const file = temp.at('key')
  await writeFile(file, newKeyText())
  const failed = async (command: readonly string[], words: RegExp, timeout?: number): Promise<void> => {
    const use = async () => (await commandKey({ command, timeout })).wrap(new Uint8Array(32))
    await assert.rejects(use(), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'KEY_UNAVAILABLE')
      assert.match(error.message, words)
      assert.doesNotMatch(inspect(error), /very-secret/)
      return true
    })
  }
  await failed(program(file, 'dies'), /ended with 7: the slot is empty/)
  await failed(program(file, 'chats'), /not JSON/)
  await failed(program(file, 'refuses'), /the HSM is locked/)
  await failed([temp.at('nothing')], /ENOENT/)
  await failed(program(file, 'hangs'), /SIGKILL/, 0.5)
  await failed(['true'], /not JSON/)
})
