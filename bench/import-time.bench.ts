import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundle } from './bundle.ts'
import { median } from './table.ts'

const PEERS = ['oauth4webapi', 'openid-client', 'simple-oauth2', 'google-auth-library', '@azure/msal-node']
const RUNS = 15

/**
 * What a process pays for an import before anything else happens: fresh processes taking turns, the median of each.
 * Evergrant is measured as it is published (JavaScript, a file per module) and as one bundled file.
 */
export async function importTime(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'evergrant-import-'))
  try {
    const bundled = join(folder, 'core.mjs')
    writeFileSync(bundled, (await bundle(`export * from '@evergrant/core'`)).code)
    const contenders: [name: string, specifier: string][] = [
      [
        '**evergrant** `@evergrant/core`, as published',
        new URL('../packages/core/dist/index.js', import.meta.url).href,
      ],
      ['**evergrant**, everything in one file', new URL(`file://${bundled}`).href],
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

/** The import alone, measured inside of a new process: the start of the process itself is the same for all. */
function milliseconds(specifier: string): number {
  const program = `const start = performance.now(); await import(${JSON.stringify(specifier)}); console.log(performance.now() - start)`
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }))
}
