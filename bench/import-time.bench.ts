import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { bundle } from './bundle.ts'
import { median } from './table.ts'

const PEERS = ['oauth4webapi', 'openid-client', 'simple-oauth2', 'google-auth-library', '@azure/msal-node']
const RUNS = 25

/**
 * What a process pays for an import before anything else happens: fresh processes taking turns, the median of each.
 * Evergrant is packed and unpacked as npm does it, and beside that measured as one minified file with its dependency.
 */
export async function importTime(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'evergrant-import-'))
  try {
    const bundled = join(folder, 'core.mjs')
    writeFileSync(bundled, (await bundle(`export * from '@evergrant/core'`)).code)
    const contenders: [name: string, specifier: string][] = [
      ['**evergrant** `@evergrant/core`, as published', pathToFileURL(published(folder)).href],
      ['**evergrant**, everything in one file', pathToFileURL(bundled).href],
      ...PEERS.map((name): [string, string] => [name, import.meta.resolve(name)]),
    ]
    const figures = contenders.map((): number[] => [])
    for (let run = 0; run < RUNS; run++) {
      for (const [index, [, specifier]] of contenders.entries()) figures[index]?.push(milliseconds(specifier))
    }
    return [
      '## The import',
      '',
      '| | measured |',
      '| --- | ---: |',
      ...contenders.map(([name], index) => `| ${name} | ${median(figures[index] ?? []).toFixed(1)} ms |`),
      '',
    ].join('\n')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The main entry of core, built, packed and put into a program's node_modules beside its dependency. */
function published(folder: string): string {
  const root = new URL('..', import.meta.url).pathname
  execFileSync('npm', ['run', '--silent', 'build:core'], { cwd: root })
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder, join(root, 'packages/core')])
  execFileSync('tar', ['-xzf', join(folder, packed.toString().trim()), '-C', folder])
  const modules = join(folder, 'node_modules')
  mkdirSync(join(modules, '@evergrant'), { recursive: true })
  renameSync(join(folder, 'package'), join(modules, '@evergrant/core'))
  cpSync(join(root, 'node_modules/oauth4webapi'), join(modules, 'oauth4webapi'), { recursive: true })
  return join(modules, '@evergrant/core/dist/index.js')
}

/** The import alone, measured inside of a new process: the start of the process itself is the same for all. */
function milliseconds(specifier: string): number {
  const program = `const start = performance.now(); await import(${JSON.stringify(specifier)}); console.log(performance.now() - start)`
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }))
}
