import { Protocol, type ProtocolOptions } from './protocol.ts'

/**
 * The Outlook REST API v2.0, which spells names in PascalCase. Microsoft has switched it off for most tenants; it is
 * here for programs that talk to what still speaks it. Use {@link MSGraphProtocol} for everything new.
 *
 * @see https://learn.microsoft.com/outlook/rest/compare-graph
 */
export class MSOffice365Protocol extends Protocol {
  constructor({ apiVersion = 'v2.0', ...options }: ProtocolOptions = {}) {
    const host = 'https://outlook.office.com/'
    super({ ...options, apiVersion, protocolUrl: `${host}api/`, scopePrefix: host, casing: 'PascalCase' })
  }
}
