import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bundled } from './bundle.ts'

test('core bundles into one module without node:, Buffer, process or require', async () => {
  const code = await bundled('./smoke.ts')
  assert.ok(code.length > 20_000)
  const bled = code
    .split('\n')
    .filter(
      (line) =>
        /["']node:|\bBuffer\b|\bprocess\.\w|\brequire\(|\b__dirname\b/.test(line) && !/^\s*(\*|\/\/)/.test(line),
    )
  assert.deepEqual(bled, [])
  assert.doesNotMatch(code, /^import /m)
})

test('a program with a token source and refresh does not carry what it does not use', async () => {
  const [smallest, everything] = [await bundled('./smallest.ts'), await bundled('./smoke.ts')]
  for (const telling of ['HttpOnly', 'idempotency-key', 'evergrant.acquire', 'client_credentials']) {
    assert.ok(everything.includes(telling), `${telling} tells nothing`)
    assert.ok(!smallest.includes(telling), `the smallest bundle has ${telling}`)
  }
})
