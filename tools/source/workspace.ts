import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { readModule, type SourceModule } from './module.ts'

/** What an `exports` entry may say: a path, or a path per condition. */
export type ExportTarget = string | Readonly<Record<string, string>>

/** The parts of a package.json that the checks read. */
export interface Manifest {
  readonly name: string
  readonly version?: string
  readonly private?: boolean
  readonly type?: string
  readonly files?: readonly string[]
  readonly bin?: Readonly<Record<string, string>>
  readonly exports?: Readonly<Record<string, ExportTarget>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

export interface Package {
  /** Folder under packages/: `core`. */
  readonly folder: string
  /** Path from the root: `packages/core`. */
  readonly path: string
  readonly manifest: Manifest
}

/** The root that the tools work on: the checkout they lie in. */
export const repositoryRoot: string = join(import.meta.dirname, '..', '..')

/** Files that match, from the root, with `/`, sorted. */
export function listFiles(root: string, patterns: readonly string[]): string[] {
  const found = globSync([...patterns], { cwd: root, exclude: (name) => name === 'node_modules' || name === 'dist' })
  return found.map((path) => path.split(sep).join('/')).sort()
}

export function readPackages(root: string): Package[] {
  return listFiles(root, ['packages/*/package.json']).map((file) => {
    const path = file.slice(0, -'/package.json'.length)
    const manifest = JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest
    return { folder: path.slice('packages/'.length), path, manifest }
  })
}

/** Every source file of every package. */
export function readSources(root: string): SourceModule[] {
  return listFiles(root, ['packages/*/src/**/*.ts', 'packages/*/src/**/*.tsx'])
    .filter((path) => !path.endsWith('.d.ts'))
    .map((path) => readModule(path, readFileSync(join(root, path), 'utf8')))
}

/** A file's text, or undefined when there is no such file. */
export function readText(root: string, path: string): string | undefined {
  const file = join(root, path)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}
