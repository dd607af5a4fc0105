import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { generateClient, parseDocument } from '@evergrant/sdk/generate'

const text = await readFile(new URL('fixtures/recursive.yaml', import.meta.url), 'utf8')

test('schemas that contain themselves at once become types that end, and what is lost by it is told with its place', async () => {
  const warnings: string[] = []
  const document = parseDocument(text)
  const files = await generateClient(document, { onWarning: (one) => warnings.push(one) })
  const schema = (files.get('schema.ts') ?? '').replace(/\s+/g, ' ')
  assert.match(schema, /Tree: \{ children\?: components\["schemas"\]\["Tree"\]\[\]; \}/)
  assert.match(
    schema,
    /Anything: string \| unknown\[\] \| \{ \[key: string\]: components\["schemas"\]\["Anything"\]; \}/,
  )
  assert.match(schema, /\} & \(components\["schemas"\]\["Cat"\] \| components\["schemas"\]\["Dog"\]\)/)
  assert.match(schema, /Cat: \{ kind: string; name: string; \} & \{ lives\?: number; \} & \{/)
  assert.match(schema, /Odd: string;/)
  assert.deepEqual(warnings, [
    '#/components/schemas/Anything/oneOf/1/items: TypeScript has no list of itself; from here on, items are unknown.',
    '#/components/schemas/Pair/prefixItems/1: TypeScript has no list of itself; from here on, items are unknown.',
    '#/components/schemas/Odd/anyOf/0: this is the schema that it is a part of, and is left out.',
  ])
  assert.deepEqual(document, parseDocument(text), 'the document stays as it was')
})

test('a schema that is nothing but a reference to itself is refused with the place of the reference', async () => {
  const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })
  const generated = (schemas: object) =>
    generateClient({ openapi: '3.1.0', info: { title: 'T', version: '1' }, paths: {}, components: { schemas } })
  await assert.rejects(generated({ 'A/B': { $ref: '#/components/schemas/A~1B' } }), {
    code: 'INVALID_DOCUMENT',
    message: '#/components/schemas/A~1B/$ref: "#/components/schemas/A~1B" leads back to itself.',
  })
  await assert.rejects(generated({ Z: ref('A'), A: ref('B'), B: { ...ref('A'), description: 'again' } }), {
    message: '#/components/schemas/A/$ref: "#/components/schemas/B" leads back to itself.',
  })
})
