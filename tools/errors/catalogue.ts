import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** What the catalogue says about one code. */
export interface CatalogueEntry {
  readonly class: string
  readonly who: string
  readonly http: number
  readonly advice: string
}

export type Catalogue = Readonly<Record<string, CatalogueEntry>>

export const catalogueFile = 'packages/core/src/error-catalogue.ts'

/** The catalogue in core; empty while there is none, so that a thrown code is then one too many. */
export async function readCatalogue(root: string): Promise<Catalogue> {
  const file = join(root, catalogueFile)
  if (!existsSync(file)) return {}
  const module: { errorCatalogue?: Catalogue } = await import(pathToFileURL(file).href)
  if (!module.errorCatalogue) throw new Error(`${catalogueFile} does not export errorCatalogue`)
  return module.errorCatalogue
}
