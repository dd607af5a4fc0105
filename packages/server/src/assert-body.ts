import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { Refusal } from './problem.ts'
import { textRefusal } from './text-guard.ts'
import { wrongWith } from './validation-sentence.ts'

/** Refuses, in the same words, what a request's body with this schema would be refused for. For what comes without a request. */
export function assertBody(schema: TSchema, body: unknown): void {
  const refusal = textRefusal(body, true)
  if (refusal !== undefined) throw refusal
  const found = Value.Errors(schema, body)
  // Of one field, as a validator that stops at the first fault has it.
  const faults = found
    .filter(({ instancePath }) => instancePath === found[0]?.instancePath)
    .map((fault) => ({ ...fault, parentSchema: schemaAt(schema, fault.schemaPath) }))
  if (faults.length === 0) return
  const { message, field } = wrongWith(faults, 'body')
  throw new Refusal('INVALID_REQUEST', message, { field })
}

/** The part of a schema that a pointer such as `#/properties/name` leads to. */
function schemaAt(schema: TSchema, pointer: string): Readonly<Record<string, unknown>> | undefined {
  let at: unknown = schema
  for (const name of pointer.split('/').slice(1)) at = (at as Record<string, unknown> | undefined)?.[name]
  return at as Record<string, unknown> | undefined
}
