import { Refusal } from './problem.ts'
import type { App } from './routes/app-type.ts'

/** Beyond this nothing that a route takes is nested. */
const DEEPEST = 10
/** A name that somebody made up is repeated so far. */
const LONGEST_NAME = 100

/**
 * Refuses control characters in every text of a request, but for tabs and line ends: no field means them, PostgreSQL cannot store the first
 * of them, and in a log or a terminal they do what they like. Names have a pattern besides, by which they are one line.
 */
export function textGuard(app: App): void {
  // Before anybody is looked for by what stands in an address; a body is read later.
  app.addHook('onRequest', ({ params, query }, _, done) =>
    done(textRefusal(params, false) ?? textRefusal(query, false)),
  )
  app.addHook('preValidation', ({ body }, _, done) => done(textRefusal(body, true)))
}

/** Why such a text is refused; undefined: there is none. */
export function textRefusal(sent: unknown, isBody: boolean): Refusal | undefined {
  const name = placeOf(sent, 0)?.slice(0, LONGEST_NAME)
  if (name === undefined) return undefined
  if (name === '') return new Refusal('INVALID_REQUEST', 'The body has control characters in it.')
  const message = isBody
    ? `The field "${name}" has control characters in it.`
    : `The parameter "${name}" has control characters in it.`
  return new Refusal('INVALID_REQUEST', message, { field: name })
}

/** Where such a text is; undefined: nowhere. */
function placeOf(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string') return hasControls(value) ? '' : undefined
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return undefined
  for (const [key, inner] of Object.entries(value)) {
    const found = hasControls(key) ? '' : placeOf(inner, depth + 1)
    if (found !== undefined) return found === '' ? clean(key) : `${clean(key)}.${found}`
  }
  return undefined
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/

const hasControls = (text: string): boolean => CONTROLS.test(text)

/** Names of fields are repeated. */
const clean = (text: string): string => text.replace(/\p{Cc}/gu, '?')
