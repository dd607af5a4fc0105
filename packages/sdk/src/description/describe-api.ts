import type { ApiDescription, OperationDescription, SchemeDescription } from './api-description.ts'
import { type Document, type Place, readDocument } from './document.ts'
import { invalidDocument } from './invalid-document.ts'
import { describedScheme } from './scheme.ts'
import { describedSecurity } from './security.ts'
import { describedServers, serverAddress } from './server.ts'

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const

/**
 * What a client needs to know of an OpenAPI 3.0 or 3.1 document: servers, security schemes, and what each operation
 * needs. Makes no request and reads no other file.
 *
 * Throws `INVALID_DOCUMENT` with a JSON pointer (RFC 6901): not OpenAPI, Swagger 2, a reference that leads nowhere or is
 * needed from another file, a requirement that names an unknown scheme or an undeclared scope, a relative address
 * without a server, an operation id that is used twice.
 *
 * @example
 * ```ts
 * import { describeApi } from '@evergrant/sdk'
 *
 * const schemesOf = (document: unknown) => Object.keys(describeApi(document).schemes)
 * ```
 */
export function describeApi(document: unknown): ApiDescription {
  const read = readDocument(document)
  const { root } = read
  const servers = describedServers(root) ?? []
  const [first] = servers
  const base = first === undefined ? undefined : serverAddress(first)
  const schemes = describedSchemes(read, base)
  const security = describedSecurity(root, schemes)
  return {
    title: titleOf(read),
    servers,
    schemes,
    ...(security === undefined ? {} : { security }),
    operations: describedOperations(read, schemes),
  }
}

function titleOf(read: Document): string {
  const title = read.child(read.root, 'info')?.fields['title']
  return typeof title === 'string' && title.trim() !== '' ? title.trim() : 'API'
}

function describedSchemes(read: Document, base: string | undefined): Record<string, SchemeDescription> {
  const components = read.child(read.root, 'components')
  const all = components === undefined ? undefined : read.child(components, 'securitySchemes')
  const described: Record<string, SchemeDescription> = {}
  for (const name of Object.keys(all?.fields ?? {})) {
    const place = all === undefined ? undefined : read.child(all, name)
    if (place !== undefined) described[name] = describedScheme(read, place, base)
  }
  return described
}

function describedOperations(
  read: Document,
  schemes: Readonly<Record<string, SchemeDescription>>,
): Record<string, OperationDescription> {
  const paths = read.child(read.root, 'paths')
  const described: Record<string, OperationDescription> = {}
  const ids = new Map<string, Place>()
  for (const path of Object.keys(paths?.fields ?? {}).filter((name) => name.startsWith('/'))) {
    const item = paths === undefined ? undefined : read.child(paths, path)
    if (item === undefined) continue
    const shared = describedServers(item)
    for (const method of METHODS) {
      const operation = read.child(item, method)
      if (operation === undefined) continue
      assertNewId(operation, ids)
      const security = describedSecurity(operation, schemes)
      const servers = describedServers(operation) ?? shared
      if (security === undefined && servers === undefined) continue
      const own = { ...(security === undefined ? {} : { security }), ...(servers === undefined ? {} : { servers }) }
      described[`${method.toUpperCase()} ${path}`] = own
    }
  }
  return described
}

function assertNewId(operation: Place, ids: Map<string, Place>): void {
  const id = operation.fields['operationId']
  if (typeof id !== 'string') return
  const other = ids.get(id)
  if (other !== undefined) {
    const where = other.path.slice(1).reverse().join(' ')
    throw invalidDocument([...operation.path, 'operationId'], `"${id}" is also the operation id of ${where}.`)
  }
  ids.set(id, operation)
}
