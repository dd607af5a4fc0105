import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseChecklist } from '../checklist/rows.ts'
import { claimsOf } from '../checklist/titles.ts'
import { coverage, coverageTable } from '../checklist-coverage.ts'
import { readText, repositoryRoot } from '../source/workspace.ts'

const page =
  '| # | Capability | Pass criterion |\n|---|---|---|\n|  | **Flows** |  |\n| 1 | One | a |\n| 2 | Two | b |\n'

test('the checklist of this repository has its 149 rows', () => {
  const rows = parseChecklist(readText(repositoryRoot, 'docs/reference/checklist.md') ?? '')
  assert.equal(rows.length, 149)
  assert.equal(rows.at(66)?.group, 'Automatic acquisition')
})

test('rows are read with their heading, and a row out of order is refused', () => {
  assert.deepEqual(parseChecklist(page)[0], { number: 1, capability: 'One', criterion: 'a', group: 'Flows' })
  assert.throws(() => parseChecklist(page.replace('| 2 |', '| 3 |')), /row 3 \("Two"\) is out of order/)
})

test('titles claim rows in every spelling; comments, other strings and skipped tests claim nothing', () => {
  const claims = claimsOf(
    'a.test.ts',
    [
      `test('[#1] a', () => {})`,
      `it(\`[#2 #3] \${store} b\`, f)`,
      `describe('x [#4, #5]', () => { t.test('[#6] inner', f) })`,
      `test.${'skip'}('[#7] no', f) // [#8]`,
      `const text = '[#9]'`,
    ].join('\n'),
  )
  assert.deepEqual(
    claims.map(({ row, line }) => [row, line]),
    [
      [1, 1],
      [2, 2],
      [3, 2],
      [4, 3],
      [5, 3],
      [6, 3],
    ],
  )
})

test('the table shows which rows have a test, and a number that does not exist is named', () => {
  const found = coverage(parseChecklist(page), claimsOf('a.test.ts', `test('[#2] x', f)\ntest('[#9] y', f)`))
  const lines = coverageTable(found)
  assert.ok(lines.includes('·   1  One'))
  assert.ok(lines.includes('✓   2  Two  a.test.ts'))
  assert.ok(lines.some((line) => line.startsWith('a.test.ts:2  there is no row #9')))
  assert.equal(lines.at(-1), '1 of 2 rows have a test, 1 have none')
})
