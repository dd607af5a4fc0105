import { isOAuthError, type OAuthError } from '@evergrant/core'
import { Interrupted } from './interrupted.ts'
import { ServerProblem } from './server-problem.ts'
import { UsageError } from './usage-error.ts'

/** What the process tells its caller. Programs rely on these numbers. */
export const exitCode = { done: 0, failed: 1, usage: 2, consent: 3 } as const

/** Errors that say that what was typed or set is incomplete or impossible. */
const USAGE: ReadonlySet<string> = new Set([
  'INVALID_ARGUMENT',
  'UNKNOWN_PROVIDER',
  'MISSING_PARAMETER',
  'INVALID_PARAMETER',
  'MISSING_CLIENT_ID',
  'MISSING_CLIENT_SECRET',
  'SECRET_FOR_PUBLIC_CLIENT',
  'INVALID_KEY',
  'INVALID_SETTING',
  'MISSING_ENDPOINT',
  'INSECURE_URL',
  'REDIRECT_URI_MISMATCH',
  'NOT_SUPPORTED',
])

/** The exit code for what was thrown. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return exitCode.usage
  if (error instanceof Interrupted) return error.exitCode
  if (error instanceof ServerProblem) return ofServer(error)
  if (!isOAuthError(error)) return exitCode.failed
  if (USAGE.has(error.code)) return exitCode.usage
  return needsPerson(error) ? exitCode.consent : exitCode.failed
}

/** Whether a person consenting (again) is what would help. A provider that refuses the request itself is not that. */
function needsPerson(error: OAuthError): boolean {
  return error.code === 'CALLBACK_INVALID' || (error.class === 'consent' && error.who === 'person')
}

/** A refused request is the command's fault, unless waiting or somebody at the server helps: 409 paused, 429. */
function ofServer({ facts: { class: kind, who, status = 0 } }: ServerProblem): number {
  if (kind === 'consent' && who === 'person') return exitCode.consent
  const refused = status > 0 && status < 500 && status !== 409 && status !== 429
  return kind === 'request' && refused ? exitCode.usage : exitCode.failed
}
