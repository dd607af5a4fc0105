import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compiled } from '../check-examples.ts'
import { examplesIn } from '../examples/blocks.ts'
import { repositoryRoot } from '../source/workspace.ts'

test('examples are found in pages and in comments, at their lines', () => {
  const page = ['# Title', '```ts', 'const a = 1', '```', '```sh', 'ls', '```'].join('\n')
  assert.deepEqual(examplesIn('page.md', page), [{ file: 'page.md', line: 3, code: 'const a = 1\n' }])
  const source = ['/**', ' * @example', ' * ```ts', ' * const b = 2', ' *', ' * b', ' * ```', ' */', 'export {}'].join(
    '\n',
  )
  assert.deepEqual(examplesIn('noun.ts', source), [{ file: 'noun.ts', line: 4, code: 'const b = 2\n\nb\n' }])
})

test('an example that does not compile is named at the line where it stands', () => {
  const good = {
    file: 'good.md',
    line: 1,
    code: "import { isExpired } from '@evergrant/core'\nisExpired({ expires_at: 1 }, 2)\n",
  }
  const bad = { file: 'bad.md', line: 10, code: "import { nothing } from '@evergrant/core'\nnothing()\n" }
  const findings = compiled(repositoryRoot, [good, bad])
  assert.deepEqual(
    findings.map(({ file, line }) => `${file}:${line}`),
    ['bad.md:10'],
  )
})
