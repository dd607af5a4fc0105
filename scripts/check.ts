/** `npm run check`: every check that is not a test, one after another; all of them even when one fails. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** One line of the summary. */
interface Step {
  readonly name: string
  readonly command: readonly string[]
}

const steps: readonly Step[] = [
  { name: 'format and lint', command: bin('biome', 'check', '--error-on-warnings', '.') },
  { name: 'types of the packages', command: bin('tsc', '-b') },
  { name: 'types of tests and tools', command: bin('tsc', '-p', 'tsconfig.test.json') },
  { name: 'layers', command: tool('check-layers') },
  { name: 'catalogue', command: tool('check-catalogue') },
  { name: 'exports', command: tool('check-exports') },
  { name: 'error codes', command: tool('check-errors') },
  { name: 'deviations', command: tool('check-deviations') },
  { name: 'public API', command: tool('api-snapshot') },
  { name: 'client', command: tool('check-client') },
  { name: 'texts', command: tool('check-texts') },
  { name: 'examples', command: tool('check-examples') },
  { name: 'leaks', command: tool('check-leaks') },
  { name: 'checklist', command: tool('checklist-coverage', '--quiet') },
]

let failed = 0
for (const { name, command } of steps) {
  const started = performance.now()
  const [program = '', ...args] = command
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const lastLine = stdout.trim().split('\n').at(-1) ?? ''
  console.log(`${status === 0 ? '✓' : '✗'} ${name.padEnd(26)}${seconds.padStart(5)} s  ${status === 0 ? lastLine : ''}`)
  if (status === 0) continue
  failed++
  console.log(`${stdout}${stderr}`.trim().replace(/^/gm, '    '))
}
console.log(failed === 0 ? `All ${steps.length} checks passed` : `${failed} of ${steps.length} checks failed`)
process.exitCode = failed === 0 ? 0 : 1

function bin(name: string, ...args: string[]): string[] {
  return [join(root, 'node_modules', '.bin', name), ...args]
}

function tool(name: string, ...args: string[]): string[] {
  return [process.execPath, '--conditions=source', join(root, 'tools', `${name}.ts`), ...args]
}
