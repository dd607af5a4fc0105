/** `npm run coverage:checklist`: which rows of docs/reference/checklist.md have a test. `--json`, `--quiet` (totals only). */
import { type ChecklistRow, checklistFile, parseChecklist } from './checklist/rows.ts'
import { type Claim, claimsOf } from './checklist/titles.ts'
import { listFiles, readText, repositoryRoot } from './source/workspace.ts'

export interface Coverage {
  readonly rows: readonly (ChecklistRow & { readonly tests: readonly Claim[] })[]
  /** Claims of rows that do not exist. */
  readonly unknown: readonly Claim[]
}

export function coverage(rows: readonly ChecklistRow[], claims: readonly Claim[]): Coverage {
  const numbers = new Set(rows.map(({ number }) => number))
  return {
    rows: rows.map((row) => ({ ...row, tests: claims.filter((claim) => claim.row === row.number) })),
    unknown: claims.filter(({ row }) => !numbers.has(row)),
  }
}

export function readCoverage(root: string): Coverage {
  return coverage(
    parseChecklist(readText(root, checklistFile) ?? ''),
    testFiles(root).flatMap((file) => claimsOf(file, readText(root, file) ?? '')),
  )
}

/** Test files, and the suites that several test files share: modules of ours that import node:test. */
function testFiles(root: string): string[] {
  const folders = ['packages/*', 'tools', 'crash', 'conformance', 'examples']
  const files = listFiles(
    root,
    folders.map((folder) => `${folder}/**/*.ts`),
  )
  // The tools' own tests carry sample titles, which prove nothing about the product.
  return files.filter(
    (file) =>
      !file.startsWith('tools/') &&
      (file.endsWith('.test.ts') || /from ['"]node:test['"]/.test(readText(root, file) ?? '')),
  )
}

/** The lines that a person reads. */
export function coverageTable({ rows, unknown }: Coverage): string[] {
  const lines: string[] = []
  let group = ''
  for (const { number, capability, tests, group: current } of rows) {
    if (current !== group) lines.push('', current)
    group = current
    const files = [...new Set(tests.map(({ file }) => file))].join(', ')
    lines.push(`${tests.length > 0 ? '✓' : '·'} ${String(number).padStart(3)}  ${capability}${files && `  ${files}`}`)
  }
  return [...lines, '', ...unknown.map(unknownLine), totals({ rows, unknown })]
}

function totals({ rows }: Coverage): string {
  const covered = rows.filter(({ tests }) => tests.length > 0).length
  return `${covered} of ${rows.length} rows have a test, ${rows.length - covered} have none`
}

function unknownLine({ file, line, row }: Claim): string {
  return `${file}:${line}  there is no row #${row} in ${checklistFile}`
}

if (import.meta.main) {
  const found = readCoverage(repositoryRoot)
  if (process.argv.includes('--json')) console.log(JSON.stringify(found, null, 2))
  else if (process.argv.includes('--quiet')) console.log([...found.unknown.map(unknownLine), totals(found)].join('\n'))
  else console.log(coverageTable(found).join('\n'))
  if (found.unknown.length > 0) process.exitCode = 1
}
