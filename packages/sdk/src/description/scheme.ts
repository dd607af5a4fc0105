import type { FlowDescription, FlowName, SchemeDescription } from './api-description.ts'
import { type Document, isFields, type Place } from './document.ts'
import { invalidDocument } from './invalid-document.ts'

const FLOWS: Readonly<Record<FlowName, readonly string[]>> = {
  authorizationCode: ['authorizationUrl', 'tokenUrl'],
  clientCredentials: ['tokenUrl'],
  password: ['tokenUrl'],
  implicit: ['authorizationUrl'],
  deviceAuthorization: ['deviceAuthorizationUrl', 'tokenUrl'],
}

/** A security scheme of the document. `base`: what relative addresses stand on. */
export function describedScheme(read: Document, place: Place, base: string | undefined): SchemeDescription {
  const { fields, path } = place
  const description = typeof fields['description'] === 'string' ? { description: fields['description'] } : {}
  const type = fields['type']
  switch (type) {
    case 'apiKey': {
      const where = fields['in']
      if (where !== 'header' && where !== 'query' && where !== 'cookie')
        throw invalidDocument([...path, 'in'], 'header, query or cookie is expected.')
      return { ...description, type, in: where, name: text(place, 'name') }
    }
    case 'http':
      return { ...description, type, scheme: text(place, 'scheme').toLowerCase() }
    case 'oauth2':
      return { ...description, type, flows: describedFlows(read, place, base) }
    case 'openIdConnect':
      return { ...description, type, openIdConnectUrl: address(place, 'openIdConnectUrl', base) }
    case 'mutualTLS':
      return { ...description, type }
    default: {
      const known = 'apiKey, http, oauth2, openIdConnect or mutualTLS is expected'
      throw invalidDocument([...path, 'type'], `${known}, not ${JSON.stringify(type) ?? 'nothing'}.`)
    }
  }
}

function describedFlows(read: Document, scheme: Place, base: string | undefined) {
  const flows = read.child(scheme, 'flows')
  if (flows === undefined) throw invalidDocument(scheme.path, 'an oauth2 scheme needs "flows".')
  const described: Partial<Record<FlowName, FlowDescription>> = {}
  for (const [name, needed] of Object.entries(FLOWS) as [FlowName, readonly string[]][]) {
    const flow = read.child(flows, name)
    if (flow === undefined) continue
    const optional = flow.fields['refreshUrl'] === undefined || flow.fields['refreshUrl'] === '' ? [] : ['refreshUrl']
    const addresses = [...needed, ...optional].map((field) => [field, address(flow, field, base)])
    described[name] = { ...Object.fromEntries(addresses), scopes: describedScopes(flow) }
  }
  if (Object.keys(described).length === 0)
    throw invalidDocument(flows.path, `at least one flow is expected: ${Object.keys(FLOWS).join(', ')}.`)
  return described
}

function describedScopes({ fields, path }: Place): Record<string, string> {
  const scopes = fields['scopes'] ?? {}
  if (!isFields(scopes)) throw invalidDocument([...path, 'scopes'], 'an object of scopes is expected.')
  return Object.fromEntries(Object.entries(scopes).map(([name, words]) => [name, String(words ?? '')]))
}

function text({ fields, path }: Place, name: string): string {
  const value = fields[name]
  if (typeof value !== 'string' || value === '') throw invalidDocument([...path, name], 'a text is expected.')
  return value
}

function address(place: Place, name: string, base: string | undefined): string {
  const given = text(place, name)
  if (URL.canParse(given)) return given
  if (base !== undefined && URL.canParse(given, base)) return new URL(given, base).href
  throw invalidDocument(
    [...place.path, name],
    `"${given}" is relative, and the document names no server with an absolute address that it could stand on.`,
  )
}
