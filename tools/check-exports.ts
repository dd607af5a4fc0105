/** `npm run check` › exports: package.json and the files agree, and what is public is documented. */
import { documentedExports, emittedTypes } from './exports/documented.ts'
import { manifestTargets, siblingVersions } from './exports/manifest.ts'
import { type Finding, report } from './finding.ts'
import { entriesOf } from './source/entries.ts'
import { readPackages, readText, repositoryRoot } from './source/workspace.ts'

/** Packages whose entries are an API for other people's programs. */
const documentedPackages = new Set(['core', 'providers', 'stores', 'sandbox', 'sdk', 'microsoft365', 'mail'])

export function checkExports(root: string): { findings: Finding[]; entries: number } {
  const read = (path: string): string | undefined => readText(root, path)
  const packages = readPackages(root)
  const entries = packages.flatMap(entriesOf)
  const documented = packages.filter(({ folder }) => documentedPackages.has(folder)).flatMap(entriesOf)
  const findings = [
    ...packages.flatMap((each) => manifestTargets(root, each)),
    ...siblingVersions(packages),
    ...entries.flatMap((entry) => emittedTypes(entry, read)),
    ...documented.flatMap((entry) => documentedExports(entry, read)),
  ]
  return { findings: unique(findings), entries: entries.length }
}

/** Two entries may export the same name; it is missing its comment only once. */
function unique(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((each) => [`${each.file}:${each.line}:${each.message}`, each])).values()]
}

if (import.meta.main) {
  const { findings, entries } = checkExports(repositoryRoot)
  report(findings, `exports of ${entries} public entries`)
}
