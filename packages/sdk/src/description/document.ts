import { invalidDocument, type Path } from './invalid-document.ts'

/** A JSON object whose content nobody has looked at yet. */
export type Fields = Readonly<Record<string, unknown>>

/** An object at a place in the document, with what `$ref` stands for. */
export interface Place {
  readonly fields: Fields
  readonly path: Path
}

/** Reads an OpenAPI document and knows where it is reading. */
export interface Document {
  readonly root: Place
  /** What is under this name; undefined when there is nothing. Follows `$ref`. */
  child(of: Place, name: string | number): Place | undefined
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Throws `INVALID_DOCUMENT` for what is no OpenAPI 3 document, and for references that lead nowhere. */
export function readDocument(value: unknown): Document {
  if (typeof value === 'string') {
    const how = 'parse it first, as parseDocument of @evergrant/sdk/generate does'
    throw invalidDocument([], `this is no OpenAPI document: an object is expected, and this is a text; ${how}.`)
  }
  if (!isFields(value)) throw invalidDocument([], 'this is no OpenAPI document: an object is expected.')
  if ('swagger' in value) {
    const words = `Swagger ${value['swagger']} is not supported; convert the document to OpenAPI 3, for example with swagger2openapi.`
    throw invalidDocument(['swagger'], words)
  }
  const version = value['openapi']
  if (version === undefined) throw invalidDocument([], 'this is no OpenAPI document: "openapi" is missing.')
  if (!/^3\.[012]\.\d+/.test(String(version))) {
    if (typeof version === 'number' && /^3(?:\.[012])?$/.test(String(version))) {
      const whole = `${version.toFixed(1)}.0`
      const words = `version ${version.toFixed(1)} is a number, and a text is expected: write "${whole}", in quotes.`
      throw invalidDocument(['openapi'], words)
    }
    throw invalidDocument(['openapi'], `version ${JSON.stringify(version)} is not supported; 3.0, 3.1 and 3.2 are.`)
  }
  const { paths } = value
  if (paths !== undefined && !isFields(paths)) throw invalidDocument(['paths'], 'an object is expected.')
  assertReferences(value, false)
  const followed = (path: Path, given: unknown): Place => {
    let at = given
    for (let hops = 0; isFields(at) && typeof at['$ref'] === 'string'; hops++) {
      const ref = at['$ref']
      if (hops === 32) throw invalidDocument([...path, '$ref'], `"${ref}" leads back to itself.`)
      if (!ref.startsWith('#')) throw elsewhere([...path, '$ref'], ref)
      at = target(value, ref)
    }
    if (!isFields(at)) throw invalidDocument(path, 'an object is expected.')
    return { fields: at, path }
  }
  return {
    root: { fields: value, path: [] },
    child: ({ fields, path }, name) =>
      Object.hasOwn(fields, name) && fields[name] !== undefined ? followed([...path, name], fields[name]) : undefined,
  }
}

/**
 * Throws `INVALID_DOCUMENT` for a reference to another file or address anywhere in the document: to make types of it, it
 * would have to be read or fetched, and a document may name any file and any host.
 */
export function assertOneFile(document: unknown): void {
  if (isFields(document)) assertReferences(document, true)
}

function elsewhere(path: Path, ref: string): Error {
  return invalidDocument(path, `"${ref}" is in another file, which is not read; bundle the document into one first.`)
}

/** Every reference inside of the document has a target. A walk without recursion: documents may be deep, and circular. */
function assertReferences(root: Fields, oneFile: boolean): void {
  const open: { readonly at: unknown; readonly path: Trail | undefined }[] = [{ at: root, path: undefined }]
  const seen = new Set<unknown>()
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { at, path } = next
    if (typeof at !== 'object' || at === null || seen.has(at)) continue
    seen.add(at)
    const ref = isFields(at) ? at['$ref'] : undefined
    const here = typeof ref === 'string' ? ref : undefined
    if (here?.startsWith('#') && target(root, here) === undefined)
      throw invalidDocument([...walked(path), '$ref'], `"${here}" leads nowhere.`)
    if (oneFile && here !== undefined && !here.startsWith('#')) throw elsewhere([...walked(path), '$ref'], here)
    for (const [name, child] of Object.entries(at)) {
      if (isData(name, path?.name)) continue
      open.push({ at: child, path: { name, above: path } })
    }
  }
}

/** A place as a linked list: large documents have many places, and nearly none is ever named. */
interface Trail {
  readonly name: string
  readonly above: Trail | undefined
}

function walked(trail: Trail | undefined): Path {
  const path: string[] = []
  for (let at = trail; at !== undefined; at = at.above) path.unshift(at.name)
  return path
}

/** Whether what stands under a name is data, which may look like a reference; a schema's property may have such a name. */
export function isData(name: string, above: string | undefined): boolean {
  return (DATA.has(name) || name.startsWith('x-')) && !NAMES.has(String(above))
}

const DATA = new Set(['example', 'examples', 'default', 'enum', 'const'])
const NAMES = new Set(['properties', 'schemas', 'parameters', 'responses', 'headers', 'patternProperties', '$defs'])

/** What a reference inside of a document leads to; undefined: nothing. */
export function target(root: unknown, ref: string): unknown {
  let at = root
  for (const name of localPath(ref)) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined
    at = (at as Fields)[name]
  }
  return at
}

/** The place that a reference inside of a document names. */
export function localPath(ref: string): readonly string[] {
  return ref.slice(1).split('/').slice(1).map(unescaped)
}

function unescaped(encoded: string): string {
  const plain = encoded.replaceAll('~1', '/').replaceAll('~0', '~')
  try {
    return decodeURIComponent(plain)
  } catch {
    return plain
  }
}
