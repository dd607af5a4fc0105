/** What one package may import, and where it must be able to run. DESIGN: "Direction". */
export interface Layer {
  /** Prefixes of our own specifiers. */
  readonly ours: readonly string[]
  /** When given, the only packages of others it may import. */
  readonly others?: readonly string[]
  /** Runs on any Web-standard runtime: no `node:`, no `Buffer`, no `process`. */
  readonly edge?: true
}

export const layers: Readonly<Record<string, Layer>> = {
  core: { ours: [], others: ['oauth4webapi', 'undici'], edge: true },
  providers: { ours: ['@evergrant/core'], edge: true },
  stores: { ours: ['@evergrant/core'] },
  sdk: { ours: ['@evergrant/core'], edge: true },
  // An account of one vendor's product works without being handed its definition, which has one home: the catalogue.
  microsoft365: { ours: ['@evergrant/core', '@evergrant/providers'], edge: true },
  mail: { ours: ['@evergrant/core'] },
  sandbox: { ours: [] },
  server: {
    ours: ['@evergrant/core', '@evergrant/providers', '@evergrant/stores', '@evergrant/sandbox', '@evergrant/mail'],
  },
  web: { ours: ['@evergrant/server/contract', '@evergrant/server/permissions'] },
  cli: {
    ours: [
      '@evergrant/core',
      '@evergrant/providers',
      '@evergrant/stores',
      '@evergrant/server',
      '@evergrant/sandbox',
      '@evergrant/mail',
      '@evergrant/sdk',
    ],
  },
}

/** Node-only entries of edge packages. Nothing outside of such a folder imports from it. */
export const nodeFolders: readonly string[] = ['packages/core/src/node/']

/** Edge entries of Node packages: what runs on any Web-standard runtime there. */
export const edgeFolders: readonly string[] = ['packages/mail/src/sasl/']

/** The composition roots: the only readers of the environment. A path that ends in `/` stands for the folder. */
export const environmentReaders: readonly string[] = [
  'packages/server/src/main.ts',
  'packages/cli/src/',
  'packages/sandbox/src/',
]

/** The only pickers of stores. */
export const storePickers: readonly string[] = [
  'packages/server/src/main.ts',
  'packages/cli/src/',
  'packages/stores/src/',
]

/** Where a provider's id may be written down. */
export const providerHomes: readonly string[] = ['packages/providers/']

/** Packages about one vendor's product may name that vendor: its entries of the catalogue, and its own host names. */
export const productProviders: Readonly<Record<string, readonly string[]>> = {
  microsoft365: ['microsoft', 'microsoft-v1'],
}

/** Catalogue entries that are not anybody's provider: code may name them. */
export const nobodysProviders: readonly string[] = ['sandbox', 'generic']

/**
 * Ids that are everyday words or words of programming too. They count where something that is named as a provider's id is
 * compared with them, and nowhere else; every other id counts wherever it stands.
 */
export const ordinaryWords: ReadonlySet<string> = new Set(
  `
  acclaim aha apple attentive automatic beam box buffer canvas cas cheddar clever climate close clover coding
  convex copper dart delicious delivery deputy digits doodle drift drip dub elixir envoy exist factorial fathom
  flat fly front frontier fulfillment genius gist glean goto grain greenhouse groove harvest hover indeed kick
  kit lever line linear make medium mention mercury misfit monday mural namely nest nifty nimble outreach
  passage perk pocket podium polar railway ramp roller sage segment seismic slack slice square steady tally
  tempo threads tidal timely tremendous twist universe vend wave workable x zoom
  `
    .trim()
    .split(/\s+/),
)

export function isUnder(path: string, places: readonly string[]): boolean {
  return places.some((place) => (place.endsWith('/') ? path.startsWith(place) : path === place))
}
