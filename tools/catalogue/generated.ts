import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { CatalogueEntry } from '../../packages/providers/src/entry.ts'
import { extendEntry } from '../../packages/providers/src/entry-merge.ts'
import type { ProviderSummary } from '../../packages/providers/src/provider-index.ts'
import { listFiles } from '../source/workspace.ts'

export const CATALOGUE = 'packages/providers/catalog'
export const LOADERS = 'packages/providers/src/catalogue.ts'
export const INDEX = 'packages/providers/catalog-index.json'

/** A catalogue file: as it is written, and as it counts with what it extends. */
export interface CatalogueFile {
  readonly path: string
  readonly id: string
  readonly written: CatalogueEntry
  readonly entry: CatalogueEntry
}

/** Every file of the catalogue, in order of ids. Throws when one extends what is not there, or itself. */
export function readCatalogueFiles(root: string): CatalogueFile[] {
  const paths = listFiles(root, [`${CATALOGUE}/*.json`])
  const written = new Map(
    paths.map((path) => [
      basename(path, '.json'),
      JSON.parse(readFileSync(join(root, path), 'utf8')) as CatalogueEntry,
    ]),
  )
  const complete = (id: string, by: readonly string[]): CatalogueEntry => {
    const entry = written.get(id)
    if (entry === undefined) throw new Error(`${by.at(-1)} extends ${id}, which is not there`)
    if (by.includes(id)) throw new Error(`${[...by, id].join(' > ')}: an entry extends itself`)
    return entry.extends === undefined ? entry : extendEntry(complete(entry.extends, [...by, id]), entry)
  }
  return [...written]
    .map(([id, one]) => ({ path: `${CATALOGUE}/${id}.json`, id, written: one, entry: complete(id, []) }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** The module with one import per provider: what a bundler can follow, and what reads one file for one provider. */
export function loadersText(files: readonly CatalogueFile[]): string {
  const key = (id: string): string => (/^[a-z][a-z0-9]*$/.test(id) ? id : `'${id}'`)
  const lines = files.map(
    ({ id }) => `  ${key(id)}: () => import('../catalog/${id}.json', { with: { type: 'json' } }),`,
  )
  return `// Long because: one import per provider, which bundlers can follow. Written by \`npm run catalogue:write\`.
// biome-ignore-all format: written by a tool
type Loader = () => Promise<{ readonly default: unknown }>

/** One loader per provider: reading one provider reads one file. */
export const catalogue: Readonly<Record<string, Loader>> = {
${lines.join('\n')}
}
`
}

/** The index as text: one provider per line. */
export function indexText(files: readonly CatalogueFile[]): string {
  return `[\n${files.map(({ entry }) => JSON.stringify(summaryOf(entry))).join(',\n')}\n]\n`
}

export function summaryOf(entry: CatalogueEntry): ProviderSummary {
  const { id, name, aliases, categories, status, environment, confidence, parameters = {}, refresh } = entry
  const needs = Object.entries(parameters)
    .filter(([, { default: usual, optional }]) => usual === undefined && optional !== true)
    .map(([parameter]) => parameter)
  const pkce = entry.pkce === 'off' ? 'off' : entry.pkce_support
  return {
    id,
    name,
    ...(aliases && { aliases }),
    ...(categories && { categories }),
    ...(status && { status }),
    ...(environment && { environment }),
    confidence,
    ...(pkce && { pkce }),
    ...(refresh?.rotation && { rotation: refresh.rotation }),
    ...(needs.length > 0 && { needs }),
    ...(entry.sources && { sources: entry.sources.length }),
  }
}
