import { at } from '../answer/path.ts'
import type { ErrorClass, ErrorCode, Who } from '../error-catalogue.ts'
import type { Path } from './answer-rules.ts'

/** What is known about one refusal of a provider: what it means, who has to act, and what to do. */
export interface Guidance {
  readonly class: ErrorClass
  readonly who: Who
  /** What to do, in a sentence or two. */
  readonly advice: string
  /** The page of the provider that says so, or where it is done. */
  readonly link?: string
}

/**
 * One line of what is known about a provider's errors. Everything that is named must fit; what is left out fits
 * always. Of several values one must fit.
 */
export interface AdviceRule extends Guidance {
  /** HTTP status of the answer. */
  readonly status?: number | readonly number[]
  /** The `error` of RFC 6749 §5.2 and §4.1.2.1. */
  readonly error?: string | readonly string[]
  /** The provider's own word beside it. */
  readonly suberror?: string | readonly string[]
  /** The provider's own number, as text. */
  readonly code?: string | readonly string[]
  /** Regular expression that is found in the description, in whatever case. */
  readonly words?: string
  /** What was asked: `authorization`, or the grant type of a token request. */
  readonly step?: string | readonly string[]
  /** The word of RFC 6749 §5.2 that the provider's own stands for, such as `invalid_grant`. */
  readonly means?: string
  /** The error code of ours that it gets, where RFC 6749's `error` would give it a wrong one. */
  readonly as?: ErrorCode
  /** Seconds to leave the provider alone. */
  readonly retry_after?: number
}

/** What is known about a provider's errors. The first rule that fits counts: the special before the general. */
export interface ErrorAdvice {
  /** Finds the provider's own number in a description: the first group of this regular expression. */
  readonly code_pattern?: string
  /** Places of the answer that hold the provider's own numbers, one or a list. */
  readonly code_fields?: readonly Path[]
  /** Places of the answer that hold its own word. */
  readonly suberror_fields?: readonly Path[]
  /** Places of the answer that hold a description beside RFC 6749's. */
  readonly description_fields?: readonly Path[]
  /** The page that explains errors, where a rule names none; `{code}` is filled in. */
  readonly link?: string
  readonly rules: readonly AdviceRule[]
}

/** What a provider said when it refused. */
export interface RefusalFacts {
  readonly status?: number | undefined
  readonly error?: string | undefined
  readonly description?: string | undefined
  /** The whole answer. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined
  readonly step?: string | undefined
}

/**
 * The rule for a refusal, if one fits. Trouble of the server comes first: whatever else an overloaded server says, only
 * rules that call it passing are asked then.
 */
export function adviceFor(advice: ErrorAdvice | undefined, facts: RefusalFacts): AdviceRule | undefined {
  if (advice === undefined) return undefined
  const { status, error, fields = {}, step } = facts
  const found = (names: readonly string[] = []): string[] =>
    names
      .flatMap((name) => [at(fields, name)].flat())
      .filter((one) => one !== undefined && one !== null)
      .map(String)
  const description = [facts.description ?? '', ...found(advice.description_fields)].join(' ')
  const inWords = advice.code_pattern && new RegExp(advice.code_pattern).exec(description)?.[1]
  const codes = [...found(advice.code_fields), ...(inWords ? [inWords] : [])]
  const suberrors = found(advice.suberror_fields)
  const troubled = status !== undefined && isTrouble(status)
  const rule = advice.rules.find(
    (rule) =>
      (!troubled || rule.class === 'transient') &&
      fits(rule.status, [status]) &&
      fits(rule.error, [error]) &&
      fits(rule.suberror, suberrors) &&
      fits(rule.code, codes) &&
      fits(rule.step, [step]) &&
      (rule.words === undefined || new RegExp(rule.words, 'i').test(description)),
  )
  const link = rule?.link ?? advice.link?.replace('{code}', codes[0] ?? '')
  return rule && (link === undefined ? rule : { ...rule, link })
}

/** Whether an HTTP status means trouble that passes, whatever the body says. */
export function isTrouble(status: number): boolean {
  return status === 429 || status === 408 || status === 425 || status >= 500
}

function fits<T>(wanted: T | readonly T[] | undefined, there: readonly (T | undefined)[]): boolean {
  return wanted === undefined || [wanted].flat().some((one) => there.includes(one as T))
}

/** What of a rule an error keeps. */
export function guidanceOf({ class: kind, who, advice, link }: Guidance): Guidance {
  return { class: kind, who, advice, ...(link === undefined ? {} : { link }) }
}
