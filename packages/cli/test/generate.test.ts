import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { home } from './command-line.ts'

const api = `openapi: 3.0.3
info: { title: Pets, version: '1' }
servers: [{ url: https://pets.example }]
security: [{ key: [] }]
paths: { /pets: { get: { responses: { '200': { description: OK } } } } }
components: { securitySchemes: { key: { type: apiKey, in: header, name: X-Key } } }
`

test('generate writes the client of a document into a folder, and says which files', async () => {
  await using at = await home()
  await writeFile(join(at.folder, 'api.yaml'), api)
  const ran = await at.run(['generate', 'api.yaml', '--out', 'src/api'])
  assert.equal(ran.code, 0, ran.stderr)
  assert.deepEqual(ran.stdout.trim().split('\n'), [
    'src/api/schema.ts',
    'src/api/api.ts',
    'src/api/client.ts',
    'src/api/example.ts',
    'src/api/README.md',
    'src/api/docs/Key.md',
  ])
  assert.match(await readFile(join(at.folder, 'src/api/client.ts'), 'utf8'), /export function createClient/)
})

test('generate points to what is wrong in the document, and writes nothing', async () => {
  await using at = await home()
  await writeFile(join(at.folder, 'api.yaml'), api.replace('[{ key: [] }]', '[{ kye: [] }]'))
  const ran = await at.run(['generate', 'api.yaml', '--out', 'src/api'])
  assert.equal(ran.code, 1)
  assert.match(ran.stderr, /#\/security\/0\/kye: there is no security scheme "kye"; there are: key\./)
  await assert.rejects(readFile(join(at.folder, 'src/api/client.ts')), { code: 'ENOENT' })
  const none = await at.run(['generate', 'none.yaml', '--out', 'src/api'])
  assert.equal(none.code, 2)
  assert.match(none.stderr, /none\.yaml cannot be read: ENOENT/)
})
