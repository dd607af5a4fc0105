import type { CatalogueEntry } from './entry.ts'

/** One step at the provider's console. */
export interface SetupStep {
  readonly text: string
  /** What to enter there, to the letter. */
  readonly copy?: string
  /** Where it is done. */
  readonly link?: string
}

/** How a client is registered at a provider, step by step. */
export interface SetupGuide {
  /** Name of the console. */
  readonly title: string
  readonly steps: readonly SetupStep[]
  /** The provider's own pages about it. */
  readonly sources: readonly string[]
}

/** A guide as its file in `guides/` has it. */
export interface GuideFile extends SetupGuide {
  /** Ids of the catalogue that it is about. */
  readonly providers: readonly string[]
}

/** What a guide is made for. */
export interface GuideValues {
  /** Exactly as it has to be registered. */
  readonly redirect_uri: string
  /** Address of the program's own pages. Default: that of the redirect URI. */
  readonly origin?: string | undefined
  /** What will be asked for beside the provider's own scopes. */
  readonly scope?: readonly string[] | undefined
}

type Loader = () => Promise<{ readonly default: unknown }>

/** One loader per file, so that bundlers can follow them. */
const files: Readonly<Record<string, Loader>> = {
  atlassian: () => import('../guides/atlassian.json', { with: { type: 'json' } }),
  dropbox: () => import('../guides/dropbox.json', { with: { type: 'json' } }),
  generic: () => import('../guides/generic.json', { with: { type: 'json' } }),
  github: () => import('../guides/github.json', { with: { type: 'json' } }),
  google: () => import('../guides/google.json', { with: { type: 'json' } }),
  microsoft: () => import('../guides/microsoft.json', { with: { type: 'json' } }),
  salesforce: () => import('../guides/salesforce.json', { with: { type: 'json' } }),
  slack: () => import('../guides/slack.json', { with: { type: 'json' } }),
  zoom: () => import('../guides/zoom.json', { with: { type: 'json' } }),
}

/** Names of the files there are. */
export const guideNames: readonly string[] = Object.keys(files)

/** A guide as it stands. Reads one file; the one for any provider when there is none of this name. */
export async function guideFile(name: string): Promise<GuideFile> {
  const load = Object.hasOwn(files, name) ? files[name] : undefined
  return (await (load ?? files['generic'] ?? never)()).default as GuideFile
}

function never(): never {
  throw new TypeError('The guide for any provider is missing')
}

/**
 * How a client for a provider is registered, with this redirect URI in its place. A provider without a guide of its own
 * gets the one that fits any. Steps for which there is nothing to enter are left out, such as scopes where none are known.
 *
 * @example
 * ```ts
 * import { providerDefinition, setupGuide } from '@evergrant/providers'
 *
 * const { steps } = await setupGuide(await providerDefinition('google'), { redirect_uri: 'https://a.example/cb' })
 * ```
 */
export async function setupGuide(of: CatalogueEntry, values: GuideValues): Promise<SetupGuide> {
  const near = [of.id, of.variant_of ?? ''].find((id) => Object.hasOwn(files, id))
  const { providers: _, ...guide } = await guideFile(near ?? 'generic')
  // Where the steps are those of any provider, its own page tells more than ours.
  const sources = near === undefined && of.docs !== undefined ? [of.docs] : guide.sources
  const { redirect_uri, scope = [] } = values
  const features = (of.features ?? []).slice(0, 1).flatMap(({ scopes }) => scopes)
  const asked = scope.length > 0 ? scope : features
  const all = [...(of.default_scopes ?? []), ...asked, ...(of.offline_scopes ?? [])]
  const known: Readonly<Record<string, string | undefined>> = {
    redirect_uri,
    origin: values.origin ?? (URL.canParse(redirect_uri) ? new URL(redirect_uri).origin : undefined),
    scopes: [...new Set(all)].join(' ') || undefined,
    console: of.console ?? of.docs,
  }
  const steps = guide.steps.flatMap(({ text, copy, link }): SetupStep[] => {
    const [entered, where] = [filled(copy, known), filled(link, known)]
    if (copy !== undefined && entered === undefined) return []
    return [
      { text, ...(entered === undefined ? {} : { copy: entered }), ...(where === undefined ? {} : { link: where }) },
    ]
  })
  return { ...guide, sources, steps }
}

/** The text with what is known in it; undefined when something in it is not. */
function filled(text: string | undefined, known: Readonly<Record<string, string | undefined>>): string | undefined {
  const names = [...(text ?? '').matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  if (names.some((name) => known[name] === undefined)) return undefined
  return text?.replace(/\{(\w+)\}/g, (whole, name: string) => known[name] ?? whole)
}
