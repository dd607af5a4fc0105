import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
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
  assert.match(
    ran.stderr,
    /a client of Pets, security: key\n.*npm install @evergrant\/sdk.*node src\/api\/example\.ts/s,
  )
  const again = await at.run(['generate', 'api.yaml', '--out', 'src/api', '--json'])
  assert.deepEqual([again.code, again.stderr, JSON.parse(again.stdout).warnings], [0, '', []], 'the same again is fine')
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
  if (process.platform === 'win32') return
  execFileSync('mkfifo', [join(at.folder, 'pipe.yaml')])
  const pipe = await at.run(['generate', 'pipe.yaml', '--out', 'src/api'])
  assert.deepEqual([pipe.code, /pipe\.yaml is a named pipe\./.test(pipe.stderr)], [2, true], pipe.stderr)
})

test('generate replaces no file that it did not write', async () => {
  await using at = await home()
  await writeFile(join(at.folder, 'api.yaml'), api)
  await writeFile(join(at.folder, 'README.md'), '# My project')
  const ran = await at.run(['generate', 'api.yaml', '--out', '.'])
  assert.equal(ran.code, 2)
  assert.match(ran.stderr, /README\.md is there already, and evergrant generate did not write it/)
  assert.equal(await readFile(join(at.folder, 'README.md'), 'utf8'), '# My project')
  await assert.rejects(readFile(join(at.folder, 'client.ts')), { code: 'ENOENT' })
})

test('generate takes undeclared scopes where that is asked for, and tells about each', async () => {
  await using at = await home()
  const oauth = `type: oauth2, flows: { clientCredentials: { tokenUrl: 'https://a.example/t', scopes: { read: Read } } }`
  const sloppy = api.replace('[{ key: [] }]', '[{ key: [write, erase] }]').replace(/type: apiKey.*X-Key/, oauth)
  await writeFile(join(at.folder, 'api.yaml'), sloppy)
  const refused = await at.run(['generate', 'api.yaml', '--out', 'src/api'])
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /#\/security\/0\/key\/0: .* declares no scope "write"; .*--allow-undeclared-scopes/)
  const taken = await at.run(['generate', 'api.yaml', '--out', 'src/api', '--allow-undeclared-scopes'])
  assert.equal(taken.code, 0, taken.stderr)
  assert.match(taken.stderr, /warning #\/security\/0\/key\/0: .*\nwarning #\/security\/0\/key\/1: /)
  assert.match(
    await readFile(join(at.folder, 'src/api/client.ts'), 'utf8'),
    /READ: 'read',.*WRITE: 'write',.*ERASE: 'erase'/s,
  )
})

test('generate --help says what is written, what it needs, and shows examples', async () => {
  await using at = await home()
  const { stdout } = await at.run(['generate', '--help'])
  for (const words of [
    'docs/ has a page per security scheme',
    '--allow-undeclared-scopes',
    'npm install --save-dev',
    'evergrant generate api.yaml',
  ])
    assert.ok(stdout.includes(words), words)
})
