import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { checkSnapshots, writeSnapshots } from '../api-snapshot.ts'
import { checkExports } from '../check-exports.ts'
import { lineDiff } from '../line-diff.ts'
import { exportsOf } from '../source/declarations.ts'

const manifest = {
  name: '@evergrant/core',
  version: '1.0.0',
  type: 'module',
  files: ['dist'],
  exports: {
    '.': { source: './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
    './package.json': './package.json',
  },
}

/** A small repository on disk. */
function repository(t: TestContext, files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'evergrant-tools-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  for (const [file, text] of Object.entries(files)) write(root, file, text)
  return root
}

function write(root: string, file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}

function core(overrides: object, files: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    'packages/core/package.json': JSON.stringify({ ...manifest, ...overrides }),
    'packages/core/src/index.ts': 'export {}',
    'packages/core/dist/index.d.ts': 'export {}',
    ...files,
  }
}

const messages = (root: string): string[] => checkExports(root).findings.map(({ message }) => message)

describe('check-exports', () => {
  test('a coherent package passes', (t) => {
    assert.deepEqual(messages(repository(t, core({}))), [])
  })

  test('a source that is not there, a built file elsewhere and a wrong order of conditions are found', (t) => {
    const exports = { './file': { types: './dist/fil.d.ts', source: './src/file.ts', default: './lib/file.js' } }
    const found = messages(repository(t, core({ exports })))
    assert.ok(found.some((message) => message.includes('./src/file.ts does not exist')))
    assert.ok(found.some((message) => message.includes('.types is not ./dist/file.d.ts')))
    assert.ok(found.some((message) => message.includes('./lib/file.js is not under "files"')))
    assert.ok(found.some((message) => message.includes('in this order')))
  })

  test('a pattern without a file, a bin outside "files" and a missing declaration file are found', (t) => {
    const exports = { ...manifest.exports, './data/*.json': './data/*.json' }
    const files = core({ exports, files: ['dist', 'data'], bin: { x: 'bin/x.js' } }, { 'packages/core/bin/x.js': '' })
    const { 'packages/core/dist/index.d.ts': _, ...unbuilt } = files
    const found = messages(repository(t, unbuilt)).join('\n')
    assert.match(found, /\.\/data\/\*\.json does not exist/)
    assert.match(found, /bin\/x\.js is not under "files"/)
    assert.match(found, /run `npx tsc -b`/)
  })

  test('a sibling at another version is found', (t) => {
    const cli = { name: 'evergrant', version: '1.0.0', type: 'module', dependencies: { '@evergrant/core': '0.9.0' } }
    const root = repository(t, core({}, { 'packages/cli/package.json': JSON.stringify(cli) }))
    assert.deepEqual(messages(root), ['wants @evergrant/core 0.9.0, which is at 1.0.0'])
  })

  test('a public name without TSDoc is found where it is declared, through re-exports', (t) => {
    const root = repository(
      t,
      core(
        {},
        {
          'packages/core/src/index.ts': `export { a as b, type T } from './a.ts'\nexport * from './c.ts'\nexport * from 'other'`,
          'packages/core/src/a.ts': `export const a: number = 1\n/** Said. */\nexport interface T {}\n`,
          'packages/core/src/c.ts': `// a line is no TSDoc\nexport function c(): void {}\n/** Said. */\nexport class D {}\nconst e: 1 = 1\nexport { e }`,
        },
      ),
    )
    const found = checkExports(root).findings.map(
      ({ file, line, message }) => `${file}:${line} ${message.split(',')[0]}`,
    )
    assert.deepEqual(found, [
      'packages/core/src/a.ts:1 `b`',
      'packages/core/src/c.ts:2 `c`',
      'packages/core/src/c.ts:5 `e`',
    ])
  })
})

test('overloads, a default and a namespace export are followed, and a cycle of re-exports ends', () => {
  const files: Record<string, string> = {
    'a.ts': `/** One. */ export function f(a: 1): void\nexport function f(a: 2): void\nexport default f\nexport * as ns from './b.ts'\nexport * from './b.ts'`,
    'b.ts': `export * from './a.ts'\n/** B. */ export type B = 1`,
  }
  const found = exportsOf('a.ts', (path) => files[path])
  assert.deepEqual(
    found.map(({ name, documented }) => `${name} ${documented}`),
    ['B true', 'default false', 'f true', 'ns false'],
  )
})

describe('api-snapshot', () => {
  test('the kept snapshot agrees until a declaration changes, and a changed comment is no change', (t) => {
    const types = 'packages/core/dist/index.d.ts'
    const root = repository(t, core({}))
    write(root, types, `export * from './b.ts';\nexport declare const z: number;\n`)
    write(
      root,
      'packages/core/dist/b.d.ts',
      `/** Old. */\nexport interface B {\n  /** a */\n  readonly a: string;\n}\n`,
    )
    assert.equal(checkSnapshots(root)[0]?.message.includes('no snapshot yet'), true)
    writeSnapshots(root)
    assert.deepEqual(checkSnapshots(root), [])

    write(root, 'packages/core/dist/b.d.ts', `/** New. */\nexport interface B {\n  readonly a: string; // why\n}\n`)
    assert.deepEqual(checkSnapshots(root), [])

    write(root, types, `export * from './b.ts';\nexport declare const z: string;\n`)
    assert.match(checkSnapshots(root)[0]?.message ?? '', /- export const z: number;\n\+ export const z: string;/)
  })

  test('a snapshot of a package that is gone is found', (t) => {
    const root = repository(t, core({}))
    writeSnapshots(root)
    write(root, 'docs/reference/api/gone.api.txt', '')
    assert.deepEqual(
      checkSnapshots(root).map(({ file }) => file),
      ['docs/reference/api/gone.api.txt'],
    )
  })
})

test('lineDiff shows what went and what came, in order', () => {
  assert.equal(lineDiff('a\nb\nc', 'a\nx\nc\nd'), '- b\n+ x\n+ d')
  assert.equal(lineDiff('a', 'a'), '')
})
