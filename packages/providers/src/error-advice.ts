import type { ErrorAdvice } from '@evergrant/core'

/** What is known about the errors of one family of providers, as its file in `advice/` has it. */
export interface AdviceFile extends ErrorAdvice {
  /** Ids of the catalogue that it is about. */
  readonly providers: readonly string[]
  /** The provider's own pages about its errors. */
  readonly sources: readonly string[]
}

type Loader = () => Promise<{ readonly default: unknown }>

/** One loader per file, so that bundlers can follow them. */
const files: Readonly<Record<string, Loader>> = {
  atlassian: () => import('../advice/atlassian.json', { with: { type: 'json' } }),
  auth0: () => import('../advice/auth0.json', { with: { type: 'json' } }),
  'azure-b2c': () => import('../advice/azure-b2c.json', { with: { type: 'json' } }),
  box: () => import('../advice/box.json', { with: { type: 'json' } }),
  dropbox: () => import('../advice/dropbox.json', { with: { type: 'json' } }),
  facebook: () => import('../advice/facebook.json', { with: { type: 'json' } }),
  github: () => import('../advice/github.json', { with: { type: 'json' } }),
  google: () => import('../advice/google.json', { with: { type: 'json' } }),
  hubspot: () => import('../advice/hubspot.json', { with: { type: 'json' } }),
  keycloak: () => import('../advice/keycloak.json', { with: { type: 'json' } }),
  linkedin: () => import('../advice/linkedin.json', { with: { type: 'json' } }),
  microsoft: () => import('../advice/microsoft.json', { with: { type: 'json' } }),
  okta: () => import('../advice/okta.json', { with: { type: 'json' } }),
  quickbooks: () => import('../advice/quickbooks.json', { with: { type: 'json' } }),
  salesforce: () => import('../advice/salesforce.json', { with: { type: 'json' } }),
  slack: () => import('../advice/slack.json', { with: { type: 'json' } }),
  x: () => import('../advice/x.json', { with: { type: 'json' } }),
  xero: () => import('../advice/xero.json', { with: { type: 'json' } }),
  zoom: () => import('../advice/zoom.json', { with: { type: 'json' } }),
}

/** Providers whose errors are explained by a file of another name. */
const OF_FAMILY: Readonly<Record<string, string>> = {
  'atlassian-government-cloud': 'atlassian',
  'azure-ad-b2c': 'azure-b2c',
  instagram: 'facebook',
  'microsoft-china': 'microsoft',
  'microsoft-custom-authority': 'microsoft',
  'microsoft-external-id': 'microsoft',
  'microsoft-us-government': 'microsoft',
  'microsoft-us-government-dod': 'microsoft',
  'microsoft-v1': 'microsoft',
  'okta-preview': 'okta',
  'salesforce-experience-cloud': 'salesforce',
  'salesforce-sandbox': 'salesforce',
  'slack-v1': 'slack',
  threads: 'facebook',
}

/** Names of the files there are. */
export const adviceFamilies: readonly string[] = Object.keys(files)

/** A file as it stands. Reads one file; undefined when there is none of this name. */
export async function adviceFile(family: string): Promise<AdviceFile | undefined> {
  const load = Object.hasOwn(files, family) ? files[family] : undefined
  return load === undefined ? undefined : ((await load()).default as AdviceFile)
}

/**
 * What is known about the errors of a provider of the catalogue. Reads one file, or none when nothing is known.
 * {@link provider} takes it along, so that errors say who has to act.
 */
export async function errorAdvice(id: string): Promise<ErrorAdvice | undefined> {
  const found = await adviceFile(Object.hasOwn(OF_FAMILY, id) ? (OF_FAMILY[id] ?? id) : id)
  if (found === undefined) return undefined
  const { providers: _, sources: __, ...advice } = found
  return advice
}
