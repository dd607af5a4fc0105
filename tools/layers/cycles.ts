import { posix } from 'node:path'
import type { Finding } from '../finding.ts'
import type { SourceModule } from '../source/module.ts'

/** No file of a package imports itself through others. Type imports do not count: they are gone when the program runs. */
export function importCycles(modules: readonly SourceModule[]): Finding[] {
  const graph = new Map(modules.map((module) => [module.path, targets(module)]))
  const done = new Set<string>()
  const findings: Finding[] = []
  for (const start of graph.keys()) visit(start, [])
  return findings

  function visit(path: string, trail: readonly string[]): void {
    const at = trail.indexOf(path)
    if (at >= 0) {
      const cycle = [...trail.slice(at), path].map((file) => posix.basename(file))
      findings.push({ rule: 'cycle', file: path, message: `imports itself: ${cycle.join(' → ')}` })
      return
    }
    if (done.has(path)) return
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
}

function targets({ path, imports }: SourceModule): string[] {
  return imports.flatMap(({ specifier, typeOnly }) =>
    specifier?.startsWith('.') && !typeOnly ? [posix.join(posix.dirname(path), specifier)] : [],
  )
}
