import { abilities } from '../provider/abilities.ts'
import type { SecondToken, TokenAnswerRules } from '../provider/answer-rules.ts'
import type { AnswerBody } from './answer-body.ts'
import { picked } from './path.ts'
import { type Answerer, text } from './refusal.ts'
import type { AnswerHabits } from './standard-fields.ts'
import { type TokenAnswer, tokenAnswer } from './token-answer.ts'

/** A token answer with what else its provider is known to tell in it: another token, and what the grant keeps. */
export function wholeAnswer(
  answer: TokenAnswer,
  rules: TokenAnswerRules,
  given: AnswerBody,
  now: number,
  provider: Answerer & AnswerHabits,
): TokenAnswer {
  const { access_token, refresh_token, id_token } = answer
  const other = rules.second && secondAnswer(given, now, provider, rules.second)
  // Where only the second one came, it stands in the place of the first.
  const second = other?.answer.access_token === access_token ? undefined : other
  const tokens = [access_token, refresh_token, id_token, second?.answer.access_token, second?.answer.refresh_token]
  const kept = withoutTokens(keptFields(given.fields, rules), tokens)
  return {
    ...answer,
    raw: withoutTokens(answer.raw, tokens),
    ...(Object.keys(kept).length > 0 ? { metadata: kept } : {}),
    ...(second === undefined ? {} : { second }),
  }
}

/** The other token of the same answer, when there is one this time. */
function secondAnswer(
  given: AnswerBody,
  now: number,
  { id, name, token_answer, [abilities]: own }: Answerer & AnswerHabits,
  second: SecondToken,
): TokenAnswer['second'] {
  const fields = picked(given.fields, { ...second.fields })
  if (text(fields['access_token']) === undefined) return undefined
  const { scope_separator, time_unit } = token_answer ?? {}
  const habits = {
    ...(scope_separator === undefined ? {} : { scope_separator }),
    ...(time_unit === undefined ? {} : { time_unit }),
  }
  return {
    name: second.name,
    answer: tokenAnswer({ ...given, fields }, now, {
      id,
      name,
      token_answer: habits,
      ...(own && { [abilities]: own }),
    }),
  }
}

/** Everything at the paths that shall be kept, by the paths themselves. */
function keptFields(fields: unknown, { metadata = [] }: TokenAnswerRules): Record<string, unknown> {
  return picked(fields, Object.fromEntries(metadata.map((path) => [path, path])))
}

/** The same without the tokens, wherever in it they stand. */
export function withoutTokens<T>(value: T, tokens: readonly (string | undefined)[]): T {
  const isToken = (inner: unknown): boolean => typeof inner === 'string' && tokens.includes(inner)
  if (Array.isArray(value)) {
    const rest = value.filter((inner) => !isToken(inner))
    return rest.map((inner: unknown) => withoutTokens(inner, tokens)) as T
  }
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([, inner]) => !isToken(inner))
  return Object.fromEntries(kept.map(([name, inner]) => [name, withoutTokens(inner, tokens)])) as T
}
