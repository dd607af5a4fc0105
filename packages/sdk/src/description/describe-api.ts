import type { ApiDescription, OperationDescription, SchemeDescription } from './api-description.ts'
import { type Document, isFields, type Place, readDocument } from './document.ts'
import { invalidDocument, pointer } from './invalid-document.ts'
import { describedScheme } from './scheme.ts'
import { describedSecurity, type OnUndeclaredScope } from './security.ts'
import { describedServers, serverAddress } from './server.ts'

/** Methods that a client has functions for. */
const CALLABLE: ReadonlySet<string> = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'])

/** How {@link describeApi} reads. */
export interface DescribeOptions {
  /**
   * Take scopes that operations ask for and no flow of their scheme declares as if they were declared. Default false:
   * `INVALID_DOCUMENT`, because it is usually a scope that was written wrongly. A scheme that declares no scopes at all is
   * a document that does not say, so there it is always allowed.
   */
  readonly allowUndeclaredScopes?: boolean | undefined
  /** Hears of what is odd and no reason to stop, one sentence each, with a JSON pointer. */
  readonly onWarning?: ((warning: string) => void) | undefined
}

/**
 * What a client needs to know of an OpenAPI 3.0, 3.1 or 3.2 document: servers, security schemes, and what each operation
 * needs. Makes no request and reads no other file.
 *
 * Throws `INVALID_DOCUMENT` with a JSON pointer (RFC 6901): not OpenAPI, Swagger 2, a reference that leads nowhere or is
 * needed from another file, a requirement that names an unknown scheme or an undeclared scope, a relative address
 * without a server, an operation id that is used twice.
 *
 * @example
 * ```ts
 * import { createClient, describeApi } from '@evergrant/sdk'
 *
 * const schemesOf = (document: unknown) => Object.keys(describeApi(document).schemes)
 * const lenient = (document: unknown) =>
 *   createClient({ api: describeApi(document, { allowUndeclaredScopes: true, onWarning: console.warn }) })
 * ```
 */
export function describeApi(document: unknown, options: DescribeOptions = {}): ApiDescription {
  const read = readDocument(document)
  const { root } = read
  const servers = describedServers(root) ?? []
  const [first] = servers
  const base = first === undefined ? undefined : serverAddress(first)
  const schemes = describedSchemes(read, base)
  const scopes = undeclaredScopes(schemes, options)
  const security = describedSecurity(root, schemes, scopes.found)
  const operations = describedOperations(read, schemes, scopes.found, options)
  return {
    title: titleOf(read),
    servers,
    schemes: scopes.declared(),
    ...(security === undefined ? {} : { security }),
    operations,
  }
}

/** Collects what is asked for and not declared, or refuses it. */
function undeclaredScopes(
  schemes: Readonly<Record<string, SchemeDescription>>,
  { allowUndeclaredScopes = false, onWarning }: DescribeOptions,
): { readonly found: OnUndeclaredScope; declared(): Record<string, SchemeDescription> } {
  const added = new Map<string, ReadonlySet<string>>()
  const found: OnUndeclaredScope = (name, scope, path) => {
    const scheme = schemes[name]
    const silent = scheme?.type === 'oauth2' && Object.values(scheme.flows).every((flow) => noScopes(flow.scopes))
    const words = silent
      ? `the scheme "${name}" declares no scopes`
      : `the scheme "${name}" declares no scope "${scope}"`
    if (!silent && !allowUndeclaredScopes) {
      const advice = 'declare it, or allow undeclared scopes (allowUndeclaredScopes, --allow-undeclared-scopes)'
      throw invalidDocument(path, `${words}; ${advice}.`)
    }
    const known = added.get(name)
    if (silent ? known === undefined : !known?.has(scope))
      onWarning?.(`${pointer(path)}: ${words}; what operations ask for is taken as it is.`)
    added.set(name, new Set(known).add(scope))
  }
  const withAdded = ([name, scheme]: [string, SchemeDescription]): [string, SchemeDescription] => {
    const more = added.get(name)
    if (scheme.type !== 'oauth2' || more === undefined) return [name, scheme]
    const undescribed = Object.fromEntries([...more].map((scope) => [scope, '']))
    const flows = Object.entries(scheme.flows).map(([flow, one]) => [
      flow,
      { ...one, scopes: { ...one.scopes, ...undescribed } },
    ])
    return [name, { ...scheme, flows: Object.fromEntries(flows) }]
  }
  return { found, declared: () => Object.fromEntries(Object.entries(schemes).map(withAdded)) }
}

function noScopes(scopes: object): boolean {
  return Object.keys(scopes).length === 0
}

function titleOf(read: Document): string {
  const title = read.child(read.root, 'info')?.fields['title']
  return typeof title === 'string' && title.trim() !== '' ? title.trim() : 'API'
}

function describedSchemes(read: Document, base: string | undefined): Record<string, SchemeDescription> {
  const components = read.child(read.root, 'components')
  const all = components === undefined ? undefined : read.child(components, 'securitySchemes')
  // From entries: a scheme may be called `__proto__`.
  const described = Object.keys(all?.fields ?? {}).flatMap((name): [string, SchemeDescription][] => {
    const place = all === undefined ? undefined : read.child(all, name)
    return place === undefined ? [] : [[name, describedScheme(read, place, base)]]
  })
  return Object.fromEntries(described)
}

function describedOperations(
  read: Document,
  schemes: Readonly<Record<string, SchemeDescription>>,
  undeclared: OnUndeclaredScope,
  { onWarning }: DescribeOptions,
): Record<string, OperationDescription> {
  const paths = read.child(read.root, 'paths')
  const described: Record<string, OperationDescription> = {}
  const ids = new Map<string, Place>()
  for (const path of Object.keys(paths?.fields ?? {}).filter((name) => name.startsWith('/'))) {
    const item = paths === undefined ? undefined : read.child(paths, path)
    if (item === undefined) continue
    const shared = describedServers(item)
    for (const [method, operation] of operationsOf(read, item)) {
      assertNewId(operation, ids)
      if (!CALLABLE.has(method)) {
        const how = `client.request('${method}', …) calls it, without types`
        onWarning?.(`${pointer(operation.path)}: ${how}.`)
      }
      const security = describedSecurity(operation, schemes, undeclared)
      const servers = describedServers(operation) ?? shared
      if (security === undefined && servers === undefined) continue
      const own = { ...(security === undefined ? {} : { security }), ...(servers === undefined ? {} : { servers }) }
      described[`${method.toUpperCase()} ${path}`] = own
    }
  }
  return described
}

/** The operations of a path by method. `query` and `additionalOperations` are of OpenAPI 3.2. */
function operationsOf(read: Document, item: Place): [string, Place][] {
  const named = [...CALLABLE, 'query'].flatMap((method): [string, Place][] => {
    const operation = read.child(item, method)
    return operation === undefined ? [] : [[method, operation]]
  })
  if (!isFields(item.fields['additionalOperations'])) return named
  const more = read.child(item, 'additionalOperations')
  const others = Object.keys(more?.fields ?? {}).flatMap((method): [string, Place][] => {
    const operation = more === undefined ? undefined : read.child(more, method)
    return operation === undefined ? [] : [[method, operation]]
  })
  return [...named, ...others]
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
