/** `npm run check` › layers: who may import whom, who may read the environment, where a provider's id may stand. */
import { basename } from 'node:path'
import { type Finding, report } from './finding.ts'
import { environmentReads, storePicks } from './layers/composition-roots.ts'
import { importCycles } from './layers/cycles.ts'
import { edgeRuntime } from './layers/edge.ts'
import { declaredDependencies, layerImports } from './layers/imports.ts'
import { providerIds } from './layers/provider-ids.ts'
import { listFiles, readPackages, readSources, repositoryRoot } from './source/workspace.ts'

export function checkLayers(root: string): { findings: Finding[]; files: number } {
  const modules = readSources(root)
  const ids = listFiles(root, ['packages/providers/catalog/*.json']).map((path) => basename(path, '.json'))
  const findings = [
    ...layerImports(modules),
    ...declaredDependencies(modules, readPackages(root)),
    ...edgeRuntime(modules),
    ...environmentReads(modules),
    ...storePicks(modules),
    ...providerIds(modules, ids),
    ...importCycles(modules),
  ]
  return { findings, files: modules.length }
}

if (import.meta.main) {
  const { findings, files } = checkLayers(repositoryRoot)
  report(findings, `layers of ${files} source files`)
}
