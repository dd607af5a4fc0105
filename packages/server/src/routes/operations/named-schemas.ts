/** A JSON value, as far as it is walked through. */
type Json = unknown

/** An OpenAPI document in which schemas stand where they are used. */
export interface Document {
  readonly paths?: Json
  readonly webhooks?: Json
  readonly components?: { readonly schemas?: Readonly<Record<string, Json>> | undefined } | undefined
}

/**
 * The document with every schema that has a title written once, among its components, and referred to by that name:
 * a fifth of the size, and clients that are made from it have types with our names.
 *
 * Throws when two different schemas have one title.
 */
export function namedSchemas<D extends Document>(document: D): D {
  const schemas: Record<string, Json> = { ...document.components?.schemas }
  const named = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(named)
    if (typeof value !== 'object' || value === null) return value
    const made = Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, named(inner)]))
    const { title, content } = made
    if (isProblem(content)) return { ...made, content: { 'application/problem+json': content['application/json'] } }
    // A property may be called title too; then it is a schema, and no text.
    if (typeof title !== 'string') return made
    const before = schemas[title]
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(made)) {
      throw new Error(`Two schemas have the title ${title}, and they differ.`)
    }
    schemas[title] = made
    return { $ref: `#/components/schemas/${title}` }
  }
  const paths = named(document.paths)
  const webhooks = document.webhooks === undefined ? {} : { webhooks: named(document.webhooks) }
  return { ...document, paths, ...webhooks, components: { ...document.components, schemas } }
}

/** Fastify's documents know one media type; problems are sent with their own (RFC 9457 §3). */
function isProblem(content: Json): content is { readonly 'application/json': { readonly schema: Json } } {
  return JSON.stringify(content) === '{"application/json":{"schema":{"$ref":"#/components/schemas/Problem"}}}'
}
