import { isFields, localPath, target } from '../description/document.ts'
import { invalidDocument, type Path, pointer } from '../description/invalid-document.ts'

type Schema = Record<string, unknown>

/** How a schema leads to another one at once, without a property between. */
interface Edge {
  readonly from: Schema
  readonly by: '$ref' | 'allOf' | 'oneOf' | 'anyOf' | 'items' | 'prefixItems'
  /** Where `by` is a list. */
  readonly index: number
  readonly to: Schema
  readonly path: Path
}

/**
 * Takes out of a document what would be a type that contains itself at once, which TypeScript refuses: a list of itself, a
 * parent that names its heirs while they name it, an alternative that is the whole. A property between is fine. Changes
 * the document that is given.
 *
 * Throws `INVALID_DOCUMENT` for references in a circle, which say nothing at all.
 */
export function makeFinite(document: Schema, onWarning: (warning: string) => void): void {
  const { components } = document
  const schemas = isFields(components) && isFields(components['schemas']) ? components['schemas'] : {}
  const roots = Object.entries(schemas).flatMap(([name, schema]) =>
    isFields(schema) ? [{ schema, path: ['components', 'schemas', name] }] : [],
  )
  for (let cuts = 0; ; cuts++) {
    const circle = circleIn(document, roots)
    if (circle === undefined) return
    if (cuts === MOST_CUTS) throw invalidDocument(circle[0]?.path ?? [], 'too many schemas contain themselves.')
    cut(circle, onWarning)
  }
}

/** Real documents need a handful. */
const MOST_CUTS = 1000

interface Root {
  readonly schema: Schema
  readonly path: Path
}

function circleIn(document: Schema, roots: readonly Root[]): readonly Edge[] | undefined {
  const done = new Set<Schema>()
  const visit = ({ schema, path }: Root, way: readonly Edge[]): readonly Edge[] | undefined => {
    for (const edge of edgesOf(document, schema, path)) {
      const there = [...way, edge]
      const start = there.findIndex(({ from }) => from === edge.to)
      if (start >= 0) return there.slice(start)
      if (done.has(edge.to)) continue
      const next = edge.by === '$ref' ? localPath(String(schema['$ref'])) : edge.path
      const found = visit({ schema: edge.to, path: next }, there)
      if (found !== undefined) return found
    }
    done.add(schema)
    return undefined
  }
  for (const root of roots) {
    const found = done.has(root.schema) ? undefined : visit(root, [])
    if (found !== undefined) return found
  }
  return undefined
}

function edgesOf(document: Schema, schema: Schema, path: Path): readonly Edge[] {
  const edges: Edge[] = []
  const add = (by: Edge['by'], to: unknown, index = 0, place: Path = [...path, by]): void => {
    if (isFields(to)) edges.push({ from: schema, by, index, to, path: place })
  }
  const ref = schema['$ref']
  if (typeof ref === 'string' && ref.startsWith('#')) add('$ref', target(document, ref))
  for (const by of ['allOf', 'oneOf', 'anyOf', 'prefixItems'] as const) {
    const list = schema[by]
    if (Array.isArray(list)) for (const [index, one] of list.entries()) add(by, one, index, [...path, by, index])
  }
  add('items', schema['items'])
  return edges
}

function cut(circle: readonly Edge[], onWarning: (warning: string) => void): void {
  const list = circle.find(({ by }) => by === 'items' || by === 'prefixItems')
  if (list !== undefined) {
    replace(list, {})
    onWarning(`${pointer(list.path)}: TypeScript has no list of itself; from here on, items are unknown.`)
    return
  }
  const after = (index: number): Edge | undefined => circle[index % circle.length]
  const isUnion = (edge: Edge | undefined): edge is Edge => edge?.by === 'oneOf' || edge?.by === 'anyOf'
  const at = circle.findIndex(
    ({ by }, index) => by === 'allOf' && after(index + 1)?.by === '$ref' && isUnion(after(index + 2)),
  )
  const [heir, parent] = [circle[at], after(at + 2)?.from]
  if (heir !== undefined && parent !== undefined) {
    // An heir has what the parent says itself, and is not every one of its alternatives.
    const { oneOf: _, anyOf: _any, discriminator: _by, ...said } = parent
    replace(heir, said)
    return
  }
  const part = circle.find(({ by }) => by !== '$ref')
  if (part === undefined) {
    const [first] = circle
    throw invalidDocument(first?.path ?? [], `"${first?.from['$ref']}" leads back to itself.`)
  }
  const { from, by, index } = part
  const rest = (from[by] as unknown[]).toSpliced(index, 1)
  if (rest.length > 0) from[by] = rest
  else delete from[by]
  onWarning(`${pointer(part.path)}: this is the schema that it is a part of, and is left out.`)
}

function replace({ from, by, index }: Edge, schema: Schema): void {
  const list = from[by]
  from[by] = Array.isArray(list) ? list.with(index, schema) : schema
}
