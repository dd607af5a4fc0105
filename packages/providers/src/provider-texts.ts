type Loader = () => Promise<readonly { readonly default: unknown }[]>

/** The files of each language, so that bundlers can follow them. */
const files: Readonly<Record<string, Loader>> = {
  de: () =>
    Promise.all([
      import('../languages/de/advice.json', { with: { type: 'json' } }),
      import('../languages/de/catalogue.json', { with: { type: 'json' } }),
      import('../languages/de/guides.json', { with: { type: 'json' } }),
    ]),
}

/** The languages beside English (BCP 47) that the texts of this package are translated into. */
export const textLanguages: readonly string[] = Object.keys(files)

/**
 * The texts of this package in another language: advice about errors, setup guides, features, parameters and notes, by
 * their English, which stays what is stored, compared and thrown. Where `{names}` stand in both, they stand for what
 * differs. Reads the files of this one language; undefined when there are none, and then English is shown.
 *
 * @example
 * ```ts
 * import type { OAuthError } from '@evergrant/core'
 * import { providerTexts } from '@evergrant/providers'
 *
 * async function adviceInGerman({ advice }: OAuthError): Promise<string> {
 *   return (await providerTexts('de'))?.get(advice) ?? advice
 * }
 * ```
 */
export async function providerTexts(language: string): Promise<ReadonlyMap<string, string> | undefined> {
  const load = Object.hasOwn(files, language) ? files[language] : undefined
  if (load === undefined) return undefined
  const parts = await load()
  return new Map(parts.flatMap((part) => Object.entries(part.default as Readonly<Record<string, string>>)))
}
