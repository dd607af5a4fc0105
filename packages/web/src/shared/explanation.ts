import { ProblemError, UnreachableError } from '../api/problem-error.ts'
import type { Who } from '../api/types.ts'
import type { Language } from '../languages/languages.ts'

/** What a person reads about a failure, whatever threw it. */
export interface Explanation {
  readonly title: string
  readonly detail: string
  readonly who?: Who
  readonly advice?: string
  readonly link?: string | undefined
  readonly technical: Readonly<Record<string, unknown>>
}

export function explain(error: unknown, language: Language): Explanation {
  const texts = language.texts.shared
  if (error instanceof ProblemError) {
    const { title, detail, class: kind, who, advice, link } = error.problem
    // Of a request of their own, the person who reads this is the one who has to act: the advice is to them already. Only with an
    // account it may be somebody else.
    const meant = kind === 'request' && who === 'person' ? {} : { who }
    return {
      title,
      detail: detail === `${title}.` ? '' : detail,
      ...meant,
      advice,
      link,
      technical: { ...error.problem },
    }
  }
  if (error instanceof UnreachableError) {
    return {
      title: texts.unreachableTitle,
      detail: texts.unreachableDetail,
      advice: texts.unreachableAdvice,
      technical: { cause: String(error.cause) },
    }
  }
  return {
    title: texts.unexpectedTitle,
    detail: error instanceof Error ? error.message : String(error),
    advice: texts.unexpectedAdvice,
    technical: { error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
  }
}
