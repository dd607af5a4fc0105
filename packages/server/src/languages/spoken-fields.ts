import { SPOKEN } from '../contract/index.ts'

/** Says one text in another language. */
export type Say = (text: string) => string

/** Says the texts of a value in another language; the value itself stays as it is. */
export type SayFields = (value: unknown, say: Say) => unknown

interface Schema {
  readonly [SPOKEN]?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
}

/** Finds the texts for people in values of a schema, once for all values. Undefined: there are none. */
export function spokenFields(schema: unknown): SayFields | undefined {
  const { [SPOKEN]: spoken, properties = {}, items } = schema as Schema
  if (spoken === true) return (value, say) => (typeof value === 'string' ? say(value) : value)
  const ofItems = items === undefined ? undefined : spokenFields(items)
  if (ofItems !== undefined) {
    return (value, say) => (Array.isArray(value) ? value.map((one) => ofItems(one, say)) : value)
  }
  const fields = Object.entries(properties).flatMap(([name, inner]) => {
    const of = spokenFields(inner)
    return of === undefined ? [] : [[name, of] as const]
  })
  if (fields.length === 0) return undefined
  return (value, say) => {
    if (typeof value !== 'object' || value === null) return value
    const said: Record<string, unknown> = { ...value }
    for (const [name, of] of fields) if (said[name] !== undefined) said[name] = of(said[name], say)
    return said
  }
}
