import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { folder } from './folder.ts'

const root = join(import.meta.dirname, '../../..')

for (const page of ['docs/reference/stores.md', 'packages/stores/README.md']) {
  const examples = [...(await readFile(join(root, page), 'utf8')).matchAll(/```ts\n(.*?)```/gs)]
  for (const [n, [, code = '']] of examples.entries()) {
    test(`example ${n + 1} of ${page} runs`, async () => {
      await using temp = await folder()
      // Imports are resolved from where the process starts, and the files are made where it goes.
      const text = `process.chdir(${JSON.stringify(temp.at('.'))})\n${code}`
      const flags = ['--conditions=source', '--input-type=module-typescript', '--eval', text]
      const env = { ...process.env, NODE_TEST_CONTEXT: undefined }
      const child = spawn(process.execPath, flags, { cwd: join(root, 'packages/stores'), env })
      let out = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (out += chunk))
      const [exit] = await once(child, 'close')
      assert.equal(exit, 0, out)
    })
  }
}
