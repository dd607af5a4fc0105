/**
 * `node --conditions=source tools/convert-catalogue.ts <folder of a data set>`: writes packages/providers/catalog from
 * providers.json, mail.json and sources.json. Entries that say `by_hand` are left alone; `tools/catalogue/additions.json`
 * is laid over the others. Run `npm run catalogue:write` after it.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CatalogueEntry, mergeEntry } from '../packages/providers/src/entry-merge.ts'
import { entryOf } from './catalogue/convert.ts'
import { difference } from './catalogue/difference.ts'
import { asText } from './catalogue/entry-text.ts'
import { readDataSet } from './catalogue/record.ts'
import { repaired } from './catalogue/repairs.ts'
import { repositoryRoot } from './source/workspace.ts'

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  console.error('Which data set? node --conditions=source tools/convert-catalogue.ts <folder>')
  process.exit(2)
}
const catalogue = join(repositoryRoot, 'packages/providers/catalog')
const additions = JSON.parse(readFileSync(join(import.meta.dirname, 'catalogue/additions.json'), 'utf8')) as Record<
  string,
  object
>
const set = readDataSet(folder)
const byHand = new Set(
  readdirSync(catalogue)
    .filter((file) => (JSON.parse(readFileSync(join(catalogue, file), 'utf8')) as CatalogueEntry).by_hand)
    .map((file) => file.slice(0, -'.json'.length)),
)
const entries = new Map<string, CatalogueEntry>()
for (const record of set.providers) {
  if (!byHand.has(record.id))
    entries.set(record.id, mergeEntry(entryOf(repaired(record), set), additions[record.id] ?? {}))
}
const lost = Object.keys(additions).filter((id) => !entries.has(id))
if (lost.length > 0) throw new Error(`additions.json has what the data set has not: ${lost.join(', ')}`)
for (const file of readdirSync(catalogue))
  if (!byHand.has(file.slice(0, -'.json'.length))) rmSync(join(catalogue, file))
for (const [id, entry] of entries) {
  const parent = entry.variant_of === undefined ? undefined : entries.get(entry.variant_of)
  const short = parent === undefined ? undefined : difference(parent, entry)
  const [whole, shorter] = [asText(entry), short === undefined ? undefined : asText(short)]
  writeFileSync(
    join(catalogue, `${id}.json`),
    shorter !== undefined && shorter.length < whole.length * 0.8 ? shorter : whole,
  )
}
const sources = set.sources.map(({ source, repository, readFrom }) => {
  const read =
    typeof readFrom === 'object'
      ? readFrom
          .map(({ date }) => date)
          .sort()
          .at(-1)
      : undefined
  return [source, read === undefined ? { repository } : { repository, read }] as const
})
writeFileSync(join(catalogue, '../sources.json'), asText(Object.fromEntries(sources)))
console.log(`${entries.size} entries written, ${byHand.size} kept as they were written by hand`)
