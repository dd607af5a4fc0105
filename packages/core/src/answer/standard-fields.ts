import type { abilities } from '../provider/abilities.ts'
import type { ErrorRules } from '../provider/answer-rules.ts'
import type { Provider } from '../provider/resolve.ts'
import { type AnswerBody, fieldsOf } from './answer-body.ts'
import { at, picked } from './path.ts'

/** What a provider's own way of answering is known by. */
export type AnswerHabits = Partial<Pick<Provider, 'token_answer' | 'hooks' | typeof abilities>>

/** The answer with its fields where RFC 6749 §5 has them, and an error in the form of §5.2. */
export function standardAnswer(body: AnswerBody, { token_answer: rules, hooks }: AnswerHabits): AnswerBody {
  let { fields } = body
  for (const hook of hooks ?? []) fields = fieldsOf(hook.fields?.({ ...body, fields })) ?? fields
  if (fields === undefined || rules === undefined) return fields === body.fields ? body : { ...body, fields }
  return { ...body, fields: rfcError(fields, rules.error) ?? { ...fields, ...picked(fields, { ...rules.fields }) } }
}

/** Values that say that all is well, where a provider always sends a code. */
const WELL: readonly unknown[] = [0, '0', true, '']

function rfcError(
  fields: Readonly<Record<string, unknown>>,
  rules: ErrorRules | undefined,
): Record<string, unknown> | undefined {
  if (rules === undefined) return undefined
  const code = at(fields, rules.code)
  if (code === undefined || code === null || (rules.success ?? WELL).includes(code as string)) return undefined
  const named = rules.name === undefined ? code : (at(fields, rules.name) ?? code)
  const own = String(named)
  const error = Object.hasOwn(rules.codes ?? {}, own) ? rules.codes?.[own] : own
  const said = rules.description === undefined ? undefined : at(fields, rules.description)
  const words = typeof said === 'string' && said !== '' ? said : undefined
  // The provider's own code stays in the words: its documentation knows no other.
  const description = error === own ? words : words === undefined ? own : `${own}: ${words}`
  return { error, ...(description === undefined ? {} : { error_description: description }) }
}
