/** `npm run check` › deviations: the page of deviations is that of the data, and every kind has a test. `--write` writes it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Row, tableAgrees, tableFile, writeTable } from './deviations/table.ts'
import { type Finding, report } from './finding.ts'
import { listFiles, readText, repositoryRoot } from './source/workspace.ts'

const kindsFile = 'packages/providers/src/deviations/kinds.ts'

async function rows(root: string): Promise<Row[]> {
  const { deviationKinds } = (await import(pathToFileURL(join(root, kindsFile)).href)) as {
    deviationKinds: readonly Omit<Row, 'test'>[]
  }
  const files = listFiles(root, ['packages/providers/test/quirks/*.ts', 'packages/providers/test/quirks.test.ts'])
  const texts = files.map((file) => ({ file, text: readText(root, file) ?? '' }))
  return deviationKinds.map((kind) => {
    const claim = new RegExp(`^  '${kind.id}': |^test\\('${kind.id}: `, 'm')
    return { ...kind, test: texts.find(({ text }) => claim.test(text))?.file }
  })
}

export async function checkDeviations(root: string): Promise<{ findings: Finding[]; kinds: number }> {
  const all = await rows(root)
  return { findings: tableAgrees(readText(root, tableFile), all), kinds: all.length }
}

if (import.meta.main) {
  if (process.argv.includes('--write')) {
    const page = writeTable(readText(repositoryRoot, tableFile), await rows(repositoryRoot))
    writeFileSync(join(repositoryRoot, tableFile), page)
  }
  const { findings, kinds } = await checkDeviations(repositoryRoot)
  report(findings, `${kinds} kinds of deviations`)
}
