import { globSync, readFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { type SystemPackage, systemPackages } from './system-packages.ts'

const patterns = [
  'packages/*/test/**/*.test.ts',
  'tools/test/**/*.test.ts',
  'crash/**/*.test.ts',
  'conformance/**/*.test.ts',
  'runtimes/**/*.test.ts',
  'examples/**/*.test.ts',
]

/** What `npm test -- …` asks for. */
export interface Selection {
  /** Folders, files, or parts of their names; none means all. */
  readonly filters: readonly string[]
  /** Passed to node as they are. */
  readonly nodeFlags: readonly string[]
}

/** `packages/core -t refresh --test-only` → a filter, `--test-name-pattern=refresh`, `--test-only`. */
export function parseSelection(args: readonly string[]): Selection {
  const filters: string[] = []
  const nodeFlags: string[] = []
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? ''
    if (arg === '-t') {
      const pattern = args[++index]
      if (pattern === undefined) throw new Error('-t needs a pattern: npm test -- -t "shares one refresh"')
      nodeFlags.push(`--test-name-pattern=${pattern}`)
    } else if (arg.startsWith('-')) nodeFlags.push(arg)
    else filters.push(arg.replace(/^\.\//, ''))
  }
  return { filters, nodeFlags }
}

/** The test files, from the root, that any of the filters names; all without a filter. */
export function selectFiles(root: string, filters: readonly string[]): string[] {
  const all = globSync(patterns, { cwd: root, exclude: (name) => name === 'node_modules' })
  const files = all.map((file) => file.split(sep).join('/')).sort()
  return filters.length === 0 ? files : files.filter((file) => filters.some((filter) => file.includes(filter)))
}

/** The system packages that the selected tests need: those that a file of their folders imports. */
export function neededPackages(root: string, files: readonly string[]): SystemPackage[] {
  const folders = [...new Set(files.map((file) => dirname(file)))]
  const sources = folders.flatMap((folder) => globSync(`${folder}/*.ts`, { cwd: root }))
  const texts = sources.map((file) => readFileSync(join(root, file), 'utf8'))
  return systemPackages.filter(({ mention }) => texts.some((text) => text.includes(`${mention}'`)))
}
