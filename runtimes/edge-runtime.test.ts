import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { bundled } from './bundle.ts'
import { installed, temporaryFolder } from './npm.ts'
import { expected, smokeSandbox } from './sandbox.ts'

interface EdgeVm {
  evaluate(code: string): Promise<string[]>
}

test('the smoke suite holds in Vercel’s edge runtime, which has no Node interface at all', async (t) => {
  await using folder = await temporaryFolder()
  const modules = await installed('@edge-runtime/vm@5', folder.path)
  if ('why' in modules) return t.skip(`NOT TRIED: ${modules.why}`)
  const require = createRequire(pathToFileURL(join(modules.path, 'nowhere.js')))
  const { EdgeVM } = require('@edge-runtime/vm') as { EdgeVM: new () => EdgeVm }
  await using sandbox = await smokeSandbox()
  // The runtime evaluates scripts, not modules.
  const code = (await bundled('./smoke.ts')).replace(/^export\s*\{[^}]*\};?\s*$/m, '')
  const vm = new EdgeVM()
  assert.equal(await vm.evaluate('typeof process + typeof Buffer'), 'undefinedundefined')
  const passed = await vm.evaluate(`(async () => { ${code}\nreturn smoke(${JSON.stringify(sandbox.issuer)}) })()`)
  assert.equal(passed.length, expected)
})
