import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { median } from './table.ts'

const PACKAGE = new URL('../packages/providers/', import.meta.url)
const CATALOGUE = new URL('catalog/', PACKAGE).pathname
const RUNS = 15
const ONE = 'salesforce'

/**
 * What a process pays for a provider, beside what it would pay if the catalogue were one file: fresh processes taking
 * turns, the median of each. Everything is measured as it is published.
 */
export async function providerLoad(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'evergrant-providers-'))
  try {
    const files = readdirSync(CATALOGUE).map((name) => readFileSync(join(CATALOGUE, name), 'utf8'))
    const whole = join(folder, 'catalogue.json')
    writeFileSync(whole, `[${files.join(',')}]`)
    const entry = JSON.stringify(new URL('dist/index.js', PACKAGE).href)
    const core = JSON.stringify(new URL('../core/dist/index.js', PACKAGE).href)
    const json = JSON.stringify(new URL(`file://${whole}`).href)
    const asModule = `await import(${json}, { with: { type: 'json' } })`
    const text = `(await import('node:fs')).readFileSync(new URL(${json}), 'utf8')`
    // The engine is there already in every program that uses a provider.
    const contenders: [name: string, before: string, measured: string][] = [
      ['import the package (951 loaders, nothing read)', core, `await import(${entry})`],
      [`**one provider**: \`provider('${ONE}')\``, entry, `await m.provider('${ONE}')`],
      ['a second one', entry, `await m.provider('${ONE}')`],
      ["find one by another name: `searchProviders('gmail')`", entry, `await m.searchProviders('gmail')`],
      ['the whole catalogue as one file, read and parsed', core, `JSON.parse(${text})`],
      ['the whole catalogue as one file, imported as a module', core, asModule],
      [
        'every file, imported one after another',
        entry,
        'for (const id of m.providerIds()) await m.providerDefinition(id)',
      ],
    ]
    const figures = contenders.map((): number[] => [])
    for (let run = 0; run < RUNS; run++) {
      for (const [index, [name, before, measured]] of contenders.entries()) {
        const warm = name === 'a second one' ? `await m.provider('github');` : ''
        figures[index]?.push(milliseconds(`const m = await import(${before}); ${warm}`, measured))
      }
    }
    const bytes = (texts: readonly string[]): number => texts.reduce((sum, one) => sum + Buffer.byteLength(one), 0)
    const kb = (size: number): string => `${Math.round(size / 1000)} kB`
    const index = statSync(new URL('catalog-index.json', PACKAGE)).size
    return [
      '## A provider of the catalogue',
      '',
      '| | measured |',
      '| --- | ---: |',
      ...contenders.map(([name], at) => `| ${name} | ${median(figures[at] ?? []).toFixed(2)} ms |`),
      '',
      `${files.length} files, ${kb(bytes(files))} together (${kb(gzipSync(files.join('')).byteLength)} packed), ${Math.round(bytes(files) / files.length)} bytes each; the index has ${kb(index)}.`,
      '',
    ].join('\n')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Inside of a new process, without its start and without what comes before. */
function milliseconds(before: string, measured: string): number {
  const program = `${before} const start = performance.now(); ${measured}; console.log(performance.now() - start)`
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }))
}
