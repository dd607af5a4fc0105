import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Finding } from '../finding.ts'
import { targetPaths } from '../source/entries.ts'
import { listFiles, type Package } from '../source/workspace.ts'

/** Every `exports` and `bin` target exists as a source, names its own built files, and is in the published files. */
export function manifestTargets(root: string, { path, manifest }: Package): Finding[] {
  const findings: Finding[] = []
  const add = (message: string): number => findings.push({ rule: 'exports', file: `${path}/package.json`, message })
  if (manifest.type !== 'module') add('"type" is not "module"')

  for (const [subpath, target] of Object.entries(manifest.exports ?? {})) {
    for (const [condition, file] of targetPaths(target)) {
      if (!isPublished(file, condition)) add(`exports["${subpath}"].${condition}: ${file} is not under "files"`)
      if (!isBuilt(file) && !exists(file)) add(`exports["${subpath}"].${condition}: ${file} does not exist`)
    }
    if (typeof target === 'string' || target.source === undefined) continue
    const built = target.source.replace('./src/', './dist/').replace(/\.tsx?$/, '')
    if (target.types !== `${built}.d.ts`) add(`exports["${subpath}"].types is not ${built}.d.ts`)
    if (target.default !== `${built}.js`) add(`exports["${subpath}"].default is not ${built}.js`)
    // Conditions are tried in order: behind "default" nothing is ever reached, and "types" must come before it.
    if (Object.keys(target).join() !== 'source,types,default') {
      add(`exports["${subpath}"]: the conditions are not source, types, default in this order`)
    }
  }
  for (const [command, file] of Object.entries(manifest.bin ?? {})) {
    if (!exists(file)) add(`bin.${command}: ${file} does not exist`)
    if (!isPublished(file, 'bin')) add(`bin.${command}: ${file} is not under "files"`)
  }
  return findings

  function exists(file: string): boolean {
    const target = join(path, file)
    return file.includes('*') ? listFiles(root, [target]).length > 0 : existsSync(join(root, target))
  }

  function isPublished(file: string, condition: string): boolean {
    // Sources are for this repository only, and npm always publishes package.json.
    if (condition === 'source' || file === './package.json' || manifest.private) return true
    const plain = file.replace(/^\.\//, '')
    return (manifest.files ?? []).some((entry) => plain === entry || plain.startsWith(`${entry}/`))
  }
}

/** Packages of this repository ask for each other at the version they have. */
export function siblingVersions(packages: readonly Package[]): Finding[] {
  const versions = new Map(packages.map(({ manifest }) => [manifest.name, manifest.version]))
  return packages.flatMap(({ path, manifest }) =>
    Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
      .filter(([name, wanted]) => versions.has(name) && versions.get(name) !== wanted)
      .map(([name, wanted]) => ({
        rule: 'exports',
        file: `${path}/package.json`,
        message: `wants ${name} ${wanted}, which is at ${versions.get(name)}`,
      })),
  )
}

function isBuilt(file: string): boolean {
  return file.startsWith('./dist/')
}
