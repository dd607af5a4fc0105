import { type ErrorCode, isOAuthError, type Who } from '@evergrant/core'
import { exitCodeOf } from './exit-code.ts'
import { Interrupted } from './interrupted.ts'
import { ServerProblem } from './server-problem.ts'
import { UsageError } from './usage-error.ts'

/** An error as words for the one who reads the terminal. */
export interface Failure {
  readonly exit_code: number
  readonly code: string
  readonly message: string
  readonly who?: string | undefined
  readonly advice?: string | undefined
  /** The provider's page that tells more. */
  readonly link?: string | undefined
  /** The provider's own `error` and `error_description`. */
  readonly words?: string | undefined
  /** Everything that is known, for `--json`. */
  readonly json: Readonly<Record<string, unknown>>
  readonly causes: readonly string[]
}

/** Who has to act, in words for a person at a terminal. */
export const WHO: Readonly<Record<Who, string>> = {
  person: 'the person whose account it is',
  administrator: "whoever registered the client in the provider's console",
  developer: 'whoever wrote the command',
  operator: 'whoever runs this machine and its network',
  provider: 'the provider',
}

/** The same, when a connection server has the grant and the client. */
export const WHO_AT_SERVER: Readonly<Record<Who, string>> = {
  ...WHO,
  administrator: 'an administrator of the Evergrant server',
  operator: 'whoever runs the Evergrant server',
}

/**
 * Here an administrator's settings are what was typed, so whoever typed them mends these; only what comes from the
 * provider's console is somebody else's.
 */
const TYPED: ReadonlySet<ErrorCode> = new Set([
  'UNKNOWN_PROVIDER',
  'MISSING_PARAMETER',
  'INVALID_PARAMETER',
  'SECRET_FOR_PUBLIC_CLIENT',
  'INVALID_KEY',
  'MISSING_ENDPOINT',
  'INSECURE_URL',
])

/** Reads whatever was thrown. */
export function failure(error: unknown): Failure {
  const exit_code = exitCodeOf(error)
  const causes = causesOf(error)
  if (isOAuthError(error)) {
    const { code, message, advice, link } = error
    const who = TYPED.has(code) ? WHO.developer : WHO[error.who]
    return {
      exit_code,
      code,
      message,
      who,
      advice,
      link,
      words: words(error),
      json: { ...error.toJSON(), exit_code },
      causes,
    }
  }
  if (error instanceof ServerProblem) {
    const { code, who, advice } = error.facts
    const json = { ...error.toJSON(), exit_code }
    return {
      exit_code,
      code,
      message: error.message,
      who: WHO_AT_SERVER[who],
      advice,
      words: words(error.facts),
      json,
      causes,
    }
  }
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof UsageError) {
    const { advice, who } = error
    const json = { code: 'USAGE', who, message, advice, exit_code }
    return { exit_code, code: 'USAGE', message, who: WHO[who], advice, causes, json }
  }
  // Nobody has to act when somebody stopped it.
  if (error instanceof Interrupted) {
    const code = 'INTERRUPTED'
    return { exit_code, code, message, causes, json: { code, message, exit_code } }
  }
  const json = { code: 'FAILED', who: 'operator', message, exit_code }
  return { exit_code, code: 'FAILED', message, who: WHO.operator, causes, json }
}

/** The provider's own `error` and `error_description`. */
function words(of: { readonly error?: string | undefined; readonly error_description?: string | undefined }) {
  const said = [of.error, of.error_description].filter((word) => word !== undefined).join(': ')
  return said === '' ? undefined : said
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
