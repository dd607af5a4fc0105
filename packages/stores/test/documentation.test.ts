import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { folder } from './folder.ts'

const root = join(import.meta.dirname, '../../..')

const stores = (await readdir(join(root, 'docs/stores'))).map((name) => `docs/stores/${name}`)

/** Runs code from where imports are resolved, in a folder of its own; resolves with what it wrote. */
async function run(code: string): Promise<string> {
  await using temp = await folder()
  const text = `process.chdir(${JSON.stringify(temp.at('.'))})\n${code}`
  const flags = ['--conditions=source', '--input-type=module-typescript', '--eval', text]
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined }
  const child = spawn(process.execPath, flags, { cwd: join(root, 'packages/stores'), env })
  let out = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (out += chunk))
  const [exit] = await once(child, 'close')
  assert.equal(exit, 0, out)
  return out
}

async function examples(page: string): Promise<string[]> {
  const text = await readFile(join(root, page), 'utf8')
  return [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code)
}

for (const page of [...stores, 'docs/reference/sealing.md', 'packages/stores/README.md']) {
  for (const [n, code] of (await examples(page)).entries()) {
    test(`example ${n + 1} of ${page} runs`, async () => {
      await run(code)
    })
  }
}

test("[#114] a store of one's own takes 20 lines, and passes both contracts", async () => {
  const [code = ''] = await examples('docs/stores/your-own.md')
  assert.ok(
    code
      .trim()
      .split('\n')
      .filter((line) => line !== '').length <= 20,
  )
  const out = await run(code)
  assert.match(out, /my store keeps the contract:/)
  assert.match(out, /my store under a seal:/)
  assert.match(out, /^ℹ fail 0$|^# fail 0$/m)
})

test('every page of a store names its address, traits, permissions, promises and limits', async () => {
  const own = ['README.md', 'your-own.md']
  for (const page of stores.filter((one) => !own.some((name) => one.endsWith(name)))) {
    const text = await readFile(join(root, page), 'utf8')
    for (const word of ['Address', 'Traits', 'It promises', 'ermissions', 'imit'])
      assert.ok(text.includes(word), `${page}: ${word}`)
  }
})
