import type { ScopeFeature } from '@evergrant/core'
import type { Fields, MailPreset, ProviderRecord } from './record.ts'

const BY_PROTOCOL: Readonly<Record<string, string>> = {
  imap: 'Read mail by IMAP',
  pop: 'Read mail by POP',
  smtp: 'Send mail by SMTP',
  caldav: 'Use the calendar by CalDAV',
  carddav: 'Use the contacts by CardDAV',
}

/** Named sets of scopes: mail by protocol from the mail presets, then the provider's products. */
export function featuresOf(record: ProviderRecord, fields: Fields, mail: readonly MailPreset[]): ScopeFeature[] {
  const services = (fields.take('services') ?? []) as { id: string; name: string; scopes: readonly string[] }[]
  const byProtocol = new Map<string, readonly string[]>()
  for (const { oauth } of mail) {
    if (oauth?.provider !== record.id) continue
    for (const [protocol, scopes] of Object.entries(oauth.scopes))
      if (!byProtocol.has(protocol)) byProtocol.set(protocol, scopes)
  }
  return [
    ...[...byProtocol].flatMap(([id, scopes]) => {
      const title = BY_PROTOCOL[id]
      return title === undefined ? [] : [{ id, title, scopes }]
    }),
    ...services.map(({ id, name, scopes }) => ({ id, title: `Use ${name}`, scopes })),
  ]
}
