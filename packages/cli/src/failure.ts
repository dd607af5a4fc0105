import { isOAuthError, type Who } from '@evergrant/core'
import { exitCodeOf } from './exit-code.ts'
import { Interrupted } from './interrupted.ts'
import { UsageError } from './usage-error.ts'

/** An error as words for the one who reads the terminal. */
export interface Failure {
  readonly exit_code: number
  readonly code: string
  readonly message: string
  readonly who?: string | undefined
  readonly advice?: string | undefined
  /** The provider's own `error` and `error_description`. */
  readonly words?: string | undefined
  /** Everything that is known, for `--json`. */
  readonly json: Readonly<Record<string, unknown>>
  readonly causes: readonly string[]
}

/** Who has to act, in words for a person at a terminal. */
const WHO: Readonly<Record<Who, string>> = {
  person: 'the person whose account it is',
  administrator: "whoever registered the client in the provider's console",
  developer: 'whoever wrote the command',
  operator: 'whoever runs this machine and its network',
  provider: 'the provider',
}

/** Reads whatever was thrown. */
export function failure(error: unknown): Failure {
  const exit_code = exitCodeOf(error)
  const causes = causesOf(error)
  if (isOAuthError(error)) {
    const { code, message, advice, error_description } = error
    const words = [error.error, error_description].filter((word) => word !== undefined).join(': ')
    const json = { ...error.toJSON(), exit_code }
    const said = words === '' ? undefined : words
    return { exit_code, code, message, who: WHO[error.who], advice, words: said, json, causes }
  }
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof UsageError ? 'USAGE' : error instanceof Interrupted ? 'INTERRUPTED' : 'FAILED'
  const advice = error instanceof UsageError ? error.advice : undefined
  return { exit_code, code, message, advice, causes, json: { code, message, advice, exit_code } }
}

/** The chain of causes, outermost first, each once. */
function causesOf(error: unknown): string[] {
  const causes: string[] = []
  let at = error instanceof Error ? error.cause : undefined
  while (at !== undefined && at !== null && causes.length < 8) {
    causes.push(at instanceof Error ? `${at.name}: ${at.message}` : String(at))
    if (at instanceof AggregateError) for (const one of at.errors) causes.push(String(one))
    at = at instanceof Error ? at.cause : undefined
  }
  return [...new Set(causes)]
}
