import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import type { Finding } from '../finding.ts'
import type { SourceModule } from '../source/module.ts'
import { edgeFolders, isUnder, type Layer, nodeFolders, layers as table } from './table.ts'

const nodeGlobals = new Set(['Buffer', 'process', 'global', 'require', '__dirname', '__filename', 'setImmediate'])

/** An edge package uses nothing that only Node has, except in its Node-only entry, which the rest does not import. */
export function edgeRuntime(
  modules: readonly SourceModule[],
  layers: Readonly<Record<string, Layer>> = table,
): Finding[] {
  return modules
    .filter(
      ({ path, package: name }) => (layers[name]?.edge && !isUnder(path, nodeFolders)) || isUnder(path, edgeFolders),
    )
    .flatMap(({ path, imports, references }) => [
      ...imports
        .filter(({ specifier }) => specifier !== undefined && (isBuiltin(specifier) || leadsToNode(path, specifier)))
        .map(({ specifier, line }) => finding(path, line, `"${specifier}" exists on Node only`)),
      ...references
        .filter(({ text }) => nodeGlobals.has(text))
        .map(({ text, line }) => finding(path, line, `\`${text}\` exists on Node only`)),
    ])
}

/** A relative import of a Node-only folder, or of the peer that only such a folder may use. */
function leadsToNode(path: string, specifier: string): boolean {
  if (specifier === 'undici') return true
  return specifier.startsWith('.') && isUnder(posix.join(posix.dirname(path), specifier), nodeFolders)
}

function finding(file: string, line: number, message: string): Finding {
  return { rule: 'edge', file, line, message: `${message}; this package runs on any Web-standard runtime` }
}
