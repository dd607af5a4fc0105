/**
 * `npm run check` › api: the public surface, as text, is the one that was reviewed.
 * Reads what `tsc -b` emitted. `--write` takes the present surface as the reviewed one.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Finding, report } from './finding.ts'
import { lineDiff } from './line-diff.ts'
import { exportsOf } from './source/declarations.ts'
import { entriesOf } from './source/entries.ts'
import { type Package, readPackages, readText, repositoryRoot } from './source/workspace.ts'

const folder = 'docs/reference/api'

/** File name to text, for every package with public entries. */
export function snapshots(root: string): Map<string, string> {
  const packages = readPackages(root).filter((each) => entriesOf(each).length > 0)
  return new Map(packages.map((each) => [`${folder}/${each.folder}.api.txt`, snapshot(root, each)]))
}

function snapshot(root: string, each: Package): string {
  const sections = entriesOf(each).map(({ specifier, types }) => {
    const exported = exportsOf(types, (path) => readText(root, path))
    return [`# ${specifier}`, ...exported.map(({ text }) => text.replaceAll('export declare ', 'export '))].join('\n\n')
  })
  return `${sections.join('\n\n')}\n`
}

export function checkSnapshots(root: string): Finding[] {
  const current = snapshots(root)
  const kept = existsSync(join(root, folder)) ? readdirSync(join(root, folder)).map((name) => `${folder}/${name}`) : []
  const stale = kept.filter((file) => !current.has(file))
  return [
    ...[...current].flatMap(([file, text]) => {
      const reviewed = readText(root, file)
      if (reviewed === text) return []
      const message =
        reviewed === undefined ? 'no snapshot yet' : `the public API changed:\n${lineDiff(reviewed, text)}\n`
      return [finding(file, message)]
    }),
    ...stale.map((file) => finding(file, 'snapshot of a package that is gone')),
  ]
}

function finding(file: string, message: string): Finding {
  return { rule: 'api', file, message: `${message} (if it is meant: npm run api:write)` }
}

export function writeSnapshots(root: string): void {
  rmSync(join(root, folder), { recursive: true, force: true })
  mkdirSync(join(root, folder), { recursive: true })
  for (const [file, text] of snapshots(root)) writeFileSync(join(root, file), text)
}

if (import.meta.main) {
  if (process.argv.includes('--write')) writeSnapshots(repositoryRoot)
  report(checkSnapshots(repositoryRoot), `API snapshots of ${snapshots(repositoryRoot).size} packages`)
}
