import { Refusal } from './problem.ts'

/**
 * Why a body that is JSON is not taken all the same: fields by which programs that copy objects change what all objects
 * have. Undefined: it is no JSON at all.
 */
export function forbiddenField(body: string): Refusal | undefined {
  let isProto = false
  try {
    JSON.parse(body, (key, value: unknown) => {
      isProto ||= key === '__proto__'
      return value
    })
  } catch {
    return undefined
  }
  return isProto
    ? new Refusal('INVALID_REQUEST', 'The body has a field "__proto__", which is never taken.')
    : new Refusal('INVALID_REQUEST', 'The body has a field "constructor" with a "prototype", which is never taken.')
}
