import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Finding } from '../finding.ts'
import { environmentReads, storePicks } from '../layers/composition-roots.ts'
import { importCycles } from '../layers/cycles.ts'
import { edgeRuntime } from '../layers/edge.ts'
import { declaredDependencies, layerImports } from '../layers/imports.ts'
import { providerIds } from '../layers/provider-ids.ts'
import { readModule, type SourceModule } from '../source/module.ts'

const at = (path: string, text: string): SourceModule => readModule(`packages/${path}`, text)
const places = (findings: readonly Finding[]): string[] => findings.map(({ file, line }) => `${file}:${line}`)

describe('imports', () => {
  const refused: readonly (readonly [path: string, source: string])[] = [
    ['core/src/a.ts', `import { x } from '@evergrant/stores/file'`],
    ['core/src/a.ts', `import { decode } from 'jose'`],
    ['core/src/a.ts', `import type { x } from '../../stores/src/file.ts'`],
    ['core/src/a.ts', `export * from 'lodash'`],
    ['core/src/a.ts', `type X = import('@evergrant/server').X`],
    ['providers/src/a.ts', `import { x } from '@evergrant/stores/file'`],
    ['stores/src/a.ts', `const x = await import('@evergrant/providers')`],
    ['stores/src/a.ts', `const x = await import(name)`],
    ['sandbox/src/a.ts', `import { x } from '@evergrant/core'`],
    ['web/src/a.tsx', `import { x } from '@evergrant/server'`],
    ['web/src/a.tsx', `import type { x } from '@evergrant/core'`],
    ['web/src/a.tsx', `import { x } from '@evergrant/server/contractual'`],
    ['server/src/a.ts', `import { x } from 'evergrant'`],
    ['unheard-of/src/a.ts', ``],
  ]
  for (const [path, source] of refused) {
    test(`${path} may not say ${source || '(a package without a row)'}`, () => {
      assert.equal(layerImports([at(path, source)]).length, 1)
    })
  }

  test('what the table allows passes, and text that only looks like an import is none', () => {
    const modules = [
      at('core/src/a.ts', `import * as oauth from 'oauth4webapi'\nimport { b } from './b.ts'\n// import x from 'jose'`),
      at('core/src/b.ts', `export const b = "import x from 'jose'" + \`\${1}import('jose')\``),
      at('providers/src/a.ts', `import type { x } from '@evergrant/core'\nimport c from '../catalog/a.json'`),
      at('web/src/a.tsx', `import { x } from '@evergrant/server/contract'\nimport { B } from '@mantine/core'`),
    ]
    assert.deepEqual(layerImports(modules), [])
  })

  test('a package that is imported stands in the manifest; development dependencies count for private packages only', () => {
    const modules = [
      at('core/src/a.ts', `import 'oauth4webapi'\nimport '@scope/a/b'`),
      at('web/src/a.ts', `import 'react/jsx-runtime'\nimport 'node:fs'`),
    ]
    const manifest = {
      name: '@evergrant/core',
      dependencies: { oauth4webapi: '1' },
      devDependencies: { '@scope/a': '1' },
    }
    const web = { name: '@evergrant/web', private: true, devDependencies: { react: '1' } }
    const findings = declaredDependencies(modules, [
      { folder: 'core', path: 'packages/core', manifest },
      { folder: 'web', path: 'packages/web', manifest: web },
    ])
    assert.deepEqual(places(findings), ['packages/core/src/a.ts:2'])
  })
})

describe('edge', () => {
  for (const source of [
    `import { readFile } from 'node:fs/promises'`,
    `import { createHash } from 'crypto'`,
    `export const x = Buffer.from('a')`,
    `export function f(x: Buffer): void {}`,
    `if (globalThis.process) {}`,
    `export const x = typeof process`,
    `export const x = { process }`,
  ]) {
    test(`an edge package may not say ${source}`, () => {
      assert.ok(edgeRuntime([at('core/src/a.ts', source)]).length > 0)
      assert.ok(edgeRuntime([at('providers/src/a.ts', source)]).length > 0)
      assert.ok(edgeRuntime([at('mail/src/sasl/a.ts', source)]).length > 0)
      assert.deepEqual(edgeRuntime([at('stores/src/a.ts', source)]), [])
    })
  }

  test('a member or a key by that name, a comment and a string are no use of Node', () => {
    const source = `/* process.env */ export const a = { process: 'Buffer', Buffer: b.process, 'node:fs': 1 }`
    assert.deepEqual(edgeRuntime([at('core/src/a.ts', source)]), [])
  })

  test('its entry for Node may use Node, and the rest may not reach into it', () => {
    assert.deepEqual(edgeRuntime([at('core/src/node/a.ts', `import { readFile } from 'node:fs/promises'`)]), [])
    assert.equal(edgeRuntime([at('core/src/client/a.ts', `import { b } from '../node/b.ts'`)]).length, 1)
  })
})

describe('composition roots', () => {
  for (const source of [
    `const x = process.env.HOME`,
    `const x = process['env']`,
    `const { argv } = process`,
    `import { env } from 'node:process'`,
    `const x = globalThis.process.env`,
    `f(process?.argv)`,
  ]) {
    test(`only a composition root may say ${source}`, () => {
      const elsewhere = ['server/src/app.ts', 'stores/src/env.ts', 'core/src/a.ts', 'server/src/main.tsx']
      for (const path of elsewhere) assert.equal(environmentReads([at(path, source)]).length, 1, path)
      const roots = ['server/src/main.ts', 'cli/src/commands/token.ts', 'sandbox/src/main.ts']
      for (const path of roots) assert.deepEqual(environmentReads([at(path, source)]), [], path)
    })
  }

  test('a store is picked in a composition root only, and its types may be imported anywhere', () => {
    const pick = `import { fileStore } from '@evergrant/stores/file'`
    assert.equal(storePicks([at('server/src/app.ts', pick)]).length, 1)
    assert.equal(storePicks([at('server/src/app.ts', `await import('@evergrant/stores/file')`)]).length, 1)
    assert.deepEqual(storePicks([at('server/src/main.ts', pick), at('cli/src/main.ts', pick)]), [])
    assert.deepEqual(storePicks([at('server/src/app.ts', `import type { F } from '@evergrant/stores/file'`)]), [])
  })
})

describe('provider ids', () => {
  const ids = ['acme', 'acme-mail', 'sandbox', 'generic']
  const found = (source: string): number => providerIds([at('core/src/a.tsx', source)], ids).length

  test('an id in a string, a template, a key, a member or the page’s text is found', () => {
    assert.equal(found(`if (id === 'acme') {}`), 1)
    assert.equal(found(`const x = \`https://login.acme.example/\${y}\``), 1)
    assert.equal(found(`const x = { acme: 1 }`), 1)
    assert.equal(found(`const x = presets.acme`), 1)
    assert.equal(found(`const x = <p>for acme only</p>`), 1)
    assert.equal(found(`const x = 'acme-mail'`), 1)
  })

  test('an id that is an ordinary word counts only where an id of a provider is compared with it', () => {
    const words = (source: string): number =>
      providerIds([at('core/src/a.tsx', source)], ['box', 'line', 'close']).length
    assert.equal(words(`if (provider.id === 'box') {}`), 1)
    assert.equal(words(`switch (client.provider) { case 'line': break }`), 1)
    assert.equal(words(`if ('close' !== providerId) {}`), 1)
    assert.equal(words(`server.on('close', done); const line = { box: 1 }; if (event === 'close') {}`), 0)
    assert.equal(words(`const x = <p>Tick the box on the last line and close the window.</p>`), 0)
  })

  test('comments, longer words, import specifiers, the provider package and nobody’s providers are left alone', () => {
    assert.equal(found(`// acme\nimport x from 'acme'\nconst x = ['acmeology', 'sandbox', 'generic']`), 0)
    assert.deepEqual(providerIds([at('providers/src/a.ts', `const x = 'acme'`)], ids), [])
  })

  test('a package about one vendor’s product names that vendor, and no other', () => {
    const product = [at('microsoft365/src/a.ts', `const x = { microsoft: ['microsoft-v1', 'acme'] }`)]
    const messages = providerIds(product, ['microsoft', 'microsoft-v1', 'acme']).map(({ message }) => message)
    assert.deepEqual(messages, ['names the provider "acme": make it data in the catalogue'])
  })
})

describe('cycles', () => {
  test('files that import each other are reported once, with the way round', () => {
    const findings = importCycles([
      at('core/src/a.ts', `import './b/b.ts'`),
      at('core/src/b/b.ts', `export * from '../c.ts'`),
      at('core/src/c.ts', `import { a } from './a.ts'`),
    ])
    assert.equal(findings.length, 1)
    assert.match(findings[0]?.message ?? '', /a\.ts → b\.ts → c\.ts → a\.ts/)
  })

  test('a type import closes no cycle, and two ways to one file are none', () => {
    const findings = importCycles([
      at('core/src/a.ts', `import './b.ts'; import './c.ts'`),
      at('core/src/b.ts', `import './c.ts'; import type { A } from './a.ts'`),
      at('core/src/c.ts', `export const c = 1`),
    ])
    assert.deepEqual(findings, [])
  })
})
