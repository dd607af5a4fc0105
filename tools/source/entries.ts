import type { ExportTarget, Package } from './workspace.ts'

/** One public entry of a package: `.` or a subpath, with the files behind it, from the repository's root. */
export interface Entry {
  /** What users import: `@evergrant/stores/file`. */
  readonly specifier: string
  readonly source: string
  readonly types: string
}

/** The entries that are code: those with a `source` condition. */
export function entriesOf({ path, manifest }: Package): Entry[] {
  return Object.entries(manifest.exports ?? {}).flatMap(([subpath, target]) => {
    if (typeof target === 'string' || !target.source || !target.types) return []
    const specifier = `${manifest.name}${subpath.slice(1)}`
    return [{ specifier, source: inPackage(path, target.source), types: inPackage(path, target.types) }]
  })
}

/** Every path that an `exports` target names, by condition. */
export function targetPaths(target: ExportTarget): readonly (readonly [condition: string, path: string])[] {
  return typeof target === 'string' ? [['default', target]] : Object.entries(target)
}

function inPackage(path: string, target: string): string {
  return `${path}/${target.replace(/^\.\//, '')}`
}
