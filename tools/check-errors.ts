/** `npm run check` › errors: the catalogue, the page that documents it and the code that throws agree. `--write` writes the page. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readCatalogue } from './errors/catalogue.ts'
import { tableAgrees, tableFile, writeTable } from './errors/table.ts'
import { codeUses, thrownAgrees } from './errors/thrown.ts'
import { type Finding, report } from './finding.ts'
import { listFiles, readText, repositoryRoot } from './source/workspace.ts'

export async function checkErrors(root: string): Promise<{ findings: Finding[]; codes: number }> {
  const catalogue = await readCatalogue(root)
  const files = listFiles(root, ['packages/*/src/**/*.ts', 'packages/*/src/**/*.tsx'])
  const uses = files.flatMap((file) => codeUses(file, readText(root, file) ?? ''))
  const findings = [...tableAgrees(readText(root, tableFile), catalogue), ...thrownAgrees(uses, catalogue)]
  return { findings, codes: Object.keys(catalogue).length }
}

/** Writes docs/reference/errors.md from the catalogue. */
export async function writeErrors(root: string): Promise<void> {
  mkdirSync(dirname(join(root, tableFile)), { recursive: true })
  writeFileSync(join(root, tableFile), writeTable(readText(root, tableFile), await readCatalogue(root)))
}

if (import.meta.main) {
  if (process.argv.includes('--write')) await writeErrors(repositoryRoot)
  const { findings, codes } = await checkErrors(repositoryRoot)
  report(findings, `${codes} error codes`)
}
