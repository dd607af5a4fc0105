import type { Attachment } from '../adapters/attachment.ts'
import { abandoned } from '../detachable.ts'
import { isOAuthError, OAuthError } from '../errors.ts'
import type { FetchMiddleware } from '../http/middleware.ts'
import type { Requirement } from './requirement.ts'
import type { Scheme } from './scheme.ts'

/** Security schemes by name; `undefined`: known to the API, not configured here. */
export type Schemes = Readonly<Record<string, Scheme | undefined>>

/** Why a requirement cannot be met: a text by scheme, and what was thrown. */
interface Failure {
  readonly text: string
  readonly causes: readonly unknown[]
}
type Met = { readonly steps: readonly FetchMiddleware[] } | { readonly failure: Failure }

/**
 * The steps that authenticate a request. Alternatives are tried from left to right until one is ready. What is not
 * configured is known beforehand: then nothing beside it asks for a token.
 *
 * Throws `NOT_AUTHENTICATED` with a text for each scheme, or with the code of the one error that is the reason.
 */
export async function satisfied(
  requirement: Requirement,
  schemes: Schemes,
  signal?: AbortSignal,
): Promise<readonly FetchMiddleware[]> {
  const met = await meet(requirement, schemes, signal)
  if ('steps' in met) return met.steps
  const { text, causes } = met.failure
  const message = `The request was not sent, because it could not be authenticated: ${text}.`
  const [only] = causes
  if (causes.length === 1 && isOAuthError(only)) throw new OAuthError(only.code, message, { ...only, cause: only })
  const cause = causes.length > 1 ? new AggregateError(causes, 'No security scheme was ready.') : only
  throw new OAuthError('NOT_AUTHENTICATED', message, { cause, outcome: 'not_sent' })
}

/**
 * The same where nothing has to be waited for and headers are all that is needed, which is so for most calls; undefined
 * where that is not so.
 */
export function attachments(
  requirement: Requirement,
  schemes: Schemes,
  signal?: AbortSignal,
): readonly Attachment[] | undefined {
  if (typeof requirement === 'string') {
    const scheme = schemes[requirement]
    const one = scheme === undefined || scheme.lacks !== undefined ? undefined : scheme.attachment?.(signal)
    return one === undefined ? undefined : [one]
  }
  if ('anyOf' in requirement) {
    const first = requirement.anyOf.find((part) => lacking(part, schemes) === undefined)
    return first === undefined ? undefined : attachments(first, schemes, signal)
  }
  const all: Attachment[] = []
  for (const part of requirement.allOf) {
    const some = attachments(part, schemes, signal)
    if (some === undefined) return undefined
    all.push(...some)
  }
  return all
}

async function meet(requirement: Requirement, schemes: Schemes, signal: AbortSignal | undefined): Promise<Met> {
  const text = lacking(requirement, schemes)
  if (text !== undefined) return { failure: { text, causes: [] } }
  if (typeof requirement === 'string') return prepared(requirement, schemes[requirement], signal)
  if ('allOf' in requirement) {
    const all = await Promise.all(requirement.allOf.map((part) => meet(part, schemes, signal)))
    const failures = all.flatMap((one) => ('failure' in one ? [one.failure] : []))
    if (failures.length > 0) return { failure: joined(failures, ' and ') }
    return { steps: all.flatMap((one) => ('steps' in one ? one.steps : [])) }
  }
  const failures: Failure[] = []
  for (const part of requirement.anyOf) {
    const one = await meet(part, schemes, signal)
    if ('steps' in one) return one
    failures.push(one.failure)
  }
  return { failure: joined(failures, ' or ') }
}

/** Why it cannot be met as things are configured; undefined: it is worth trying. Asks nobody. */
function lacking(requirement: Requirement, schemes: Schemes): string | undefined {
  if (typeof requirement === 'string') {
    const scheme = schemes[requirement]
    const lacks = scheme === undefined ? 'is not configured' : scheme.lacks
    return lacks === undefined ? undefined : `[${requirement}] ${lacks}`
  }
  const all = 'allOf' in requirement
  const texts = (all ? requirement.allOf : requirement.anyOf).map((part) => lacking(part, schemes))
  const failing = texts.filter((text) => text !== undefined)
  const failed = all ? failing.length > 0 : failing.length === texts.length
  return failed ? group(failing, all ? ' and ' : ' or ') : undefined
}

async function prepared(name: string, scheme: Scheme | undefined, signal: AbortSignal | undefined): Promise<Met> {
  try {
    return { steps: scheme === undefined ? [] : [await scheme.ready(signal)] }
  } catch (error) {
    // Nobody waits any more: then no other scheme is tried.
    if (signal?.aborted) throw isOAuthError(error) ? error : abandoned(signal)
    const words = error instanceof Error ? error.message : String(error)
    return { failure: { text: `[${name}] ${words.replace(/[.\s]+$/, '')}`, causes: [error] } }
  }
}

function joined(failures: readonly Failure[], word: string): Failure {
  const texts = failures.map(({ text }) => text)
  return { text: group(texts, word), causes: failures.flatMap(({ causes }) => causes) }
}

function group(texts: readonly string[], word: string): string {
  return texts.length === 1 ? texts.join('') : `(${texts.join(word)})`
}
