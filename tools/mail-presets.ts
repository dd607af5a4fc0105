/**
 * `node --conditions=source tools/mail-presets.ts <facts.json>`: renews packages/mail/catalog/presets.json from a list of collected
 * facts. What a reviewer added by hand (`mx` and `sent_copy` of a preset, and presets `by_hand`, which no collected source has) stays.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryRoot } from './source/workspace.ts'

interface Server {
  readonly host: string
  readonly port: number
  readonly tls: 'tls' | 'starttls'
  readonly sources: readonly string[]
  readonly confidence: string
}

interface Fact {
  readonly id: string
  readonly name: string
  readonly domains: readonly string[]
  readonly auth: readonly string[]
  readonly sasl: readonly string[]
  readonly oauth: {
    readonly provider: string
    readonly scopes: Readonly<Record<string, readonly string[]>>
    readonly clientCredentialsScope?: string
    readonly sources: readonly string[]
  } | null
  readonly imap?: readonly Server[]
  readonly pop?: readonly Server[]
  readonly smtp?: readonly Server[]
  readonly notes?: readonly string[]
}

const protocols = ['imap', 'pop', 'smtp'] as const

export function converted(
  facts: readonly Fact[],
  present: readonly { id: string; mx?: unknown; sent_copy?: unknown; by_hand?: unknown }[],
): unknown[] {
  const renewed = facts.map((fact) => {
    const { mx, sent_copy } = present.find(({ id }) => id === fact.id) ?? {}
    const { oauth } = fact
    return {
      id: fact.id,
      name: fact.name,
      domains: fact.domains,
      ...(mx === undefined ? {} : { mx }),
      auth: fact.auth,
      sasl: fact.sasl,
      ...(oauth === null
        ? {}
        : {
            oauth: {
              provider: oauth.provider,
              scopes: oauth.scopes,
              ...(oauth.clientCredentialsScope === undefined ? {} : { app_only_scope: oauth.clientCredentialsScope }),
              sources: oauth.sources,
            },
          }),
      ...(sent_copy === undefined ? {} : { sent_copy }),
      ...Object.fromEntries(
        protocols.flatMap((protocol) => {
          const servers = fact[protocol]
          if (servers === undefined) return []
          const rows = servers.map(({ host, port, tls, sources, confidence }) => {
            return { host, port, security: tls, confidence, sources }
          })
          return [[protocol, rows]]
        }),
      ),
      ...(fact.notes === undefined ? {} : { notes: fact.notes }),
    }
  })
  return [...renewed, ...present.filter(({ by_hand }) => by_hand === true)].sort((a, b) => (a.id < b.id ? -1 : 1))
}

if (import.meta.main) {
  const [from] = process.argv.slice(2)
  if (from === undefined) throw new Error('Give the file of facts.')
  const to = join(repositoryRoot, 'packages/mail/catalog/presets.json')
  const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(to, `${JSON.stringify(converted(read(from) as Fact[], read(to) as []), null, 2)}\n`)
}
