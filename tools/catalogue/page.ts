import type { CatalogueFile } from './generated.ts'

export const PAGE = 'docs/reference/providers.md'

type Sources = Readonly<Record<string, { readonly repository: string }>>

/** Pages by hand that say how many providers there are: the number in them is the catalogue's. */
export const COUNTED: readonly string[] = ['README.md', 'packages/providers/README.md', 'CHANGELOG.md']

/** Such a page with the number as it is now. */
export function countedText(text: string, files: readonly CatalogueFile[]): string {
  const count = somebodys(files).length
  return text.replace(/\d+(?= providers as data)|(?<=find a provider among )\d+/g, String(count))
}

/** Entries that are about somebody: all but any issuer and the place to practise. */
const somebodys = (files: readonly CatalogueFile[]): CatalogueFile['entry'][] =>
  files.map(({ entry }) => entry).filter(({ sources }) => sources !== undefined)

/** docs/reference/providers.md: how many there are, what their confidence means, how to add one. */
export function pageText(files: readonly CatalogueFile[], sources: Sources): string {
  const all = somebodys(files)
  const count = (of: (entry: (typeof all)[number]) => boolean): number => all.filter(of).length
  const verified = count(({ confidence }) => confidence === 'verified')
  const categories = [...new Set(all.flatMap(({ categories: own = [] }) => own))].sort()
  const repositories = new Set(Object.values(sources).map(({ repository }) => repository)).size
  const row = (name: string): string => {
    const inside = all.filter(({ categories: own = [] }) => own.includes(name))
    const sure = inside.filter(({ confidence }) => confidence === 'verified')
    return `| ${name} | ${inside.length} | ${sure.length} |`
  }
  const facts: [string, number][] = [
    ['providers', all.length],
    ['verified: two independent sources name the same addresses', verified],
    ['single: one source’s word', all.length - verified],
    ['gone through by hand', count(({ hand_checked }) => hand_checked === true)],
    ['defunct, hidden unless asked for', count(({ status }) => status === 'defunct')],
    [
      'offered when a connection is made: the others, any issuer by its address, and the practice provider',
      files.filter(({ entry }) => entry.status !== 'defunct').length,
    ],
    ['legacy: nothing new should begin with them', count(({ status }) => status === 'legacy')],
    ['places to practise', count(({ environment }) => environment === 'sandbox')],
    [
      'take a parameter in their addresses or requests',
      count(({ parameters = {} }) => Object.keys(parameters).length > 0),
    ],
    [
      'known to require or support PKCE',
      count(({ pkce_support }) => pkce_support === 'required' || pkce_support === 'supported'),
    ],
    ['known to refuse PKCE', count(({ pkce }) => pkce === 'off')],
    ['known to end a refresh token when it is spent', count(({ refresh }) => refresh?.rotation === 'always')],
    ['deviate from the RFCs in a known way', count(({ quirks = [] }) => quirks.length > 0)],
    ['repositories that this was read in', repositories],
  ]
  return `# Providers

<!-- Written by \`npm run catalogue:write\` from packages/providers/catalog. -->

Providers are data: one JSON file each in \`packages/providers/catalog\`, and no code anywhere else knows one by its name.
\`evergrant providers search <words>\` finds one, \`evergrant providers show <id>\` says all that is known about it, and
\`GET /v1/providers\` and the page of the connection server list them.

| | |
|---|---:|
${facts.map(([what, many]) => `| ${what} | ${many} |`).join('\n')}

## How sure it is

The addresses, parameters, scopes and flags were read in ${repositories} public repositories that talk to these providers, each at one snapshot
(\`packages/providers/sources.json\` names them and when they were read). No live server was asked.

- **verified**: at least two independent sources agree on the authorization endpoint and at least two on the token endpoint.
  Sources with a common ancestor count once. \`verified\` in the file is the day on which two of them had been read.
- **single**: one source’s word. It may be right; nothing was found that says the same. \`providers show\` and the page say so
  plainly. \`seen\` is the day on which the source was read.
- **hand_checked**: addresses, client authentication, PKCE, refresh, answers and callbacks were gone through by hand.
- **assumed**: what no source states. How a client authenticates is then the usual way, the secret in the body. It is never
  found out by trying: a failed attempt can cost the code or the refresh token.

Names of scopes and lifetimes come from the sources, the vendors’ documentation and what is generally known of it. What a
provider says in its metadata and answers counts more than the catalogue.

## Categories

| category | providers | verified |
|---|---:|---:|
${categories.map(row).join('\n')}

## What a file says

\`packages/providers/catalog.schema.json\` describes every field, and \`npm run check\` holds the files to it. What is left out has
the value that the RFC or the schema names; short files are the rule.

- \`{name}\` in an address, a parameter or a header is filled from \`parameters\`. Each has a title, where to find its value, an
  example, and a pattern or a list of values that it is checked against before it goes anywhere.
- \`extends\` names another entry that this one is merged over: objects field by field, lists and values replace, \`null\`
  removes. \`parameter_names\` replaces as a whole, because \`null\` means something in it: not sent. Names, standing, notes and
  sources are each entry’s own and never taken over.
- \`features\` are scopes under a name that a person understands. Raw scopes work beside them.

## Adding one

1. Write \`packages/providers/catalog/<id>.json\`, with \`"by_hand": true\`, \`confidence\`, and the vendor’s page in \`docs\`.
2. \`npm run catalogue:write\` brings the loaders, the index and this page up to date; \`npm run check\` says what is missing.
3. Where an answer or request departs from the RFC, see [deviations.md](deviations.md) for the field that says so.

Files without \`by_hand\` come from a data set by \`node --conditions=source tools/convert-catalogue.ts <folder>\`, which can be run
again: it writes those and leaves the ones written by hand alone. It fails on a fact that it does not know. To change such a
file for good, add \`"by_hand": true\` to it, or put the facts into \`tools/catalogue/additions.json\`, which is laid over the
data set.
`
}
