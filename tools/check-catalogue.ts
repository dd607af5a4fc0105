/**
 * `npm run check` › catalogue: every file keeps to the schema, what is made of them is up to date, names are unique.
 * `--write` (`npm run catalogue:write`) makes the loaders, the index and docs/reference/providers.md anew.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Compile } from 'typebox/schema'
import {
  type CatalogueFile,
  INDEX,
  indexText,
  LOADERS,
  loadersText,
  readCatalogueFiles,
} from './catalogue/generated.ts'
import { COUNTED, countedText, PAGE, pageText } from './catalogue/page.ts'
import { type Finding, report } from './finding.ts'
import { readText, repositoryRoot } from './source/workspace.ts'

const SCHEMA = 'packages/providers/catalog.schema.json'

/** What is made of the catalogue, by its path. */
function made(root: string, files: readonly CatalogueFile[]): ReadonlyMap<string, string> {
  return new Map([
    [LOADERS, loadersText(files)],
    [INDEX, indexText(files)],
    [PAGE, pageText(files, JSON.parse(readText(root, 'packages/providers/sources.json') ?? '{}'))],
    ...COUNTED.map((path) => [path, countedText(readText(root, path) ?? '', files)] as const),
  ])
}

export function checkCatalogue(root: string): { findings: Finding[]; count: number } {
  const files = readCatalogueFiles(root)
  const stale = [...made(root, files)].filter(([path, text]) => readText(root, path) !== text)
  const findings = [
    ...files.flatMap((file) => schemaFindings(root, file)),
    ...namesFindings(files),
    ...stale.map(([file]) => ({
      rule: 'catalogue-stale',
      file,
      message: 'is not what the catalogue says: npm run catalogue:write',
    })),
  ]
  return { findings, count: files.length }
}

let validator: ReturnType<typeof Compile> | undefined

function schemaFindings(root: string, { path, id, written, entry }: CatalogueFile): Finding[] {
  validator ??= Compile(JSON.parse(readFileSync(join(root, SCHEMA), 'utf8')) as object)
  // A file that extends another is a patch: what it makes is held to the schema.
  const [, errors] = validator.Errors(entry)
  const wrong = errors.filter(({ keyword }) => keyword !== 'boolean')
  const named = written.id === id ? [] : [{ rule: 'catalogue-id', file: path, message: `has the id "${written.id}"` }]
  return [
    ...named,
    ...wrong.map(({ instancePath, message }) => ({
      rule: 'catalogue-schema',
      file: path,
      message: `${instancePath || '/'} ${message}`,
    })),
  ]
}

/** An id or another name in use belongs to one provider, so that a search by it has one answer. */
function namesFindings(files: readonly CatalogueFile[]): Finding[] {
  const owners = new Map(files.map(({ id }) => [id, id]))
  return files.flatMap(({ path, id, entry }) =>
    (entry.aliases ?? []).flatMap((alias) => {
      const owner = owners.get(alias)
      owners.set(alias, id)
      return owner === undefined || owner === id
        ? []
        : [{ rule: 'catalogue-alias', file: path, message: `"${alias}" is ${owner} too` }]
    }),
  )
}

if (import.meta.main) {
  if (process.argv.includes('--write')) {
    for (const [path, text] of made(repositoryRoot, readCatalogueFiles(repositoryRoot)))
      writeFileSync(join(repositoryRoot, path), text)
  }
  const { findings, count } = checkCatalogue(repositoryRoot)
  report(findings, `${count} providers`)
}
