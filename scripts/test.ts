/** `npm test [-- folder or name …] [-t pattern]`: everything the tests need, then the tests. */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { installSystemPackages } from './install-system-packages.ts'
import { runGroup } from './run-group.ts'
import { neededPackages, parseSelection, selectFiles } from './test-selection.ts'
import { ensurePage } from './web-page.ts'

const root = join(import.meta.dirname, '..')
const secondsPerTest = 600

async function main(args: readonly string[]): Promise<number> {
  const { filters, nodeFlags } = parseSelection(args)
  const files = selectFiles(root, filters)
  if (files.length === 0) {
    console.error(`No test file matches ${filters.join(' ')}`)
    return 1
  }
  if (!installSystemPackages(neededPackages(root, files))) return 2
  if (!ensurePage(root)) return 1
  const flags = [...nodeTest(), ...nodeFlags]
  const { code, leftBehind } = await runGroup(process.execPath, [...flags, ...files], root, { env: compileCache(root) })
  if (leftBehind > 0) console.error(`Tests left ${leftBehind} processes behind; they were ended.`)
  return code
}

/**
 * Each file is a process, and many start more: without this each of them strips the types of the same hundreds of
 * sources and compiles them. Node looks at a source's content before it takes what it kept.
 */
function compileCache(root: string): Record<string, string> {
  const { NODE_COMPILE_CACHE = join(root, 'node_modules/.cache/compiled') } = process.env
  return { NODE_COMPILE_CACHE }
}

function nodeTest(): string[] {
  return [
    '--conditions=source',
    '--test',
    `--test-concurrency=${Math.max(2, availableParallelism())}`,
    `--test-timeout=${secondsPerTest * 1000}`,
    // A test over its time fails, but what it waits for would keep its process alive for ever.
    '--test-force-exit',
    ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
    ...['--test-reporter=./scripts/slowest-files.ts', '--test-reporter-destination=stdout'],
  ]
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
