import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import type { Finding } from '../finding.ts'
import type { Import } from '../source/import.ts'
import type { SourceModule } from '../source/module.ts'
import type { Package } from '../source/workspace.ts'
import { type Layer, layers as table } from './table.ts'

/** Every import goes in the direction that the layer table allows, and no relative import leaves its package. */
export function layerImports(
  modules: readonly SourceModule[],
  layers: Readonly<Record<string, Layer>> = table,
): Finding[] {
  return modules.flatMap((module) => {
    const layer = layers[module.package]
    if (!layer) return [finding(module, undefined, `package "${module.package}" has no row in tools/layers/table.ts`)]
    return module.imports.flatMap((imported) => {
      const problem = refusal(module, imported, layer)
      return problem ? [finding(module, imported, problem)] : []
    })
  })
}

function refusal(module: SourceModule, { specifier }: Import, layer: Layer): string | undefined {
  if (specifier === undefined) return 'import() needs a literal specifier, so that this check can read it'
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(module.path), specifier)
    return target.startsWith(`packages/${module.package}/`) ? undefined : `"${specifier}" leaves the package`
  }
  if (isBuiltin(specifier)) return undefined // edgeRuntime decides on these
  if (isOurs(specifier)) {
    const allowed = layer.ours.some((prefix) => specifier === prefix || specifier.startsWith(`${prefix}/`))
    return allowed ? undefined : `${module.package} may not import "${specifier}" (${list(layer.ours)})`
  }
  if (layer.others && !layer.others.includes(packageName(specifier))) {
    return `${module.package} may not import "${specifier}" (${list(layer.others)})`
  }
  return undefined
}

/** What a package imports stands in its own package.json, so that the published package installs it. */
export function declaredDependencies(modules: readonly SourceModule[], packages: readonly Package[]): Finding[] {
  const declared = new Map(packages.map(({ folder, manifest }) => [folder, dependencyNames(manifest)]))
  return modules.flatMap((module) =>
    module.imports.flatMap((imported) => {
      const { specifier } = imported
      if (specifier === undefined || specifier.startsWith('.') || isBuiltin(specifier)) return []
      const name = packageName(specifier)
      if (declared.get(module.package)?.has(name)) return []
      return [finding(module, imported, `"${name}" is not in packages/${module.package}/package.json`)]
    }),
  )
}

function dependencyNames(manifest: Package['manifest']): Set<string> {
  // A private package is never installed by anybody: what it bundles are its development dependencies.
  const development = manifest.private ? manifest.devDependencies : undefined
  const all = { ...manifest.dependencies, ...manifest.peerDependencies, ...development }
  return new Set([manifest.name, ...Object.keys(all)])
}

/** `@scope/name/sub` → `@scope/name`. */
export function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

function isOurs(specifier: string): boolean {
  return packageName(specifier).startsWith('@evergrant/') || packageName(specifier) === 'evergrant'
}

function list(allowed: readonly string[]): string {
  return allowed.length === 0 ? 'it imports nothing of ours' : `allowed: ${allowed.join(', ')}`
}

function finding(module: SourceModule, imported: Import | undefined, message: string): Finding {
  return { rule: 'imports', file: module.path, message, ...(imported && { line: imported.line }) }
}
