import type { Finding } from '../finding.ts'
import { exportsOf, type ReadFile } from '../source/declarations.ts'
import type { Entry } from '../source/entries.ts'

/** Every name that an entry exports has a TSDoc comment where it is declared. */
export function documentedExports(entry: Entry, read: ReadFile): Finding[] {
  return exportsOf(entry.source, read)
    .filter(({ documented }) => !documented)
    .map(({ name, file, line }) => ({
      rule: 'tsdoc',
      file,
      line,
      message: `\`${name}\`, exported by ${entry.specifier}, has no TSDoc comment`,
    }))
}

/** `tsc -b` left a declaration file for the entry. */
export function emittedTypes(entry: Entry, read: ReadFile): Finding[] {
  if (read(entry.source) === undefined || read(entry.types) !== undefined) return []
  return [{ rule: 'types', file: entry.types, message: `missing: run \`npx tsc -b\` (entry ${entry.specifier})` }]
}
