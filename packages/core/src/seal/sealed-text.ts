import { base64url } from '../client/pem.ts'
import { OAuthError } from '../errors.ts'
import { IV, TAG } from './aes-gcm.ts'
import { fromBase64url, joined, utf8 } from './bytes.ts'

/**
 * A sealed text, taken apart.
 *
 * `eg2.<key id>.<wrapped data key>.<IV, ciphertext and tag>`: a data key seals the text with AES-256-GCM, and stands
 * beside it, wrapped by the key that is named. `eg1.<key id>.<IV>.<ciphertext and tag>`: the key itself sealed it. Bytes
 * are in base64url without padding. Everything before the sealed bytes is authenticated, and after a line feed the
 * context.
 */
export interface SealedText {
  readonly format: 'eg1' | 'eg2'
  /** Id of the key that is needed. Not a secret. */
  readonly kid: string
  /** The wrapped data key, as it stands in the text; empty in `eg1`. */
  readonly wrapped: string
  /** IV, ciphertext and tag. */
  readonly bytes: Uint8Array<ArrayBuffer>
}

const KEY_1 = /^[0-9a-f]{16}$/
const KEY_2 = /^[A-Za-z0-9_:/+=,@-]{1,256}$/
const WRAPPED = /^[A-Za-z0-9_-]{16,5462}$/
const LATER = /^eg\d+\./

/** The parts of a text that looks sealed. Taken apart by its dots: a regular expression over megabytes overflows its stack. */
function parts(
  text: string,
): { readonly format: SealedText['format']; kid: string; second: string; body: string } | undefined {
  const [format, kid = '', second = '', body = '', ...more] = text.split('.', 5)
  if (more.length > 0) return undefined
  if (format === 'eg2' && KEY_2.test(kid) && WRAPPED.test(second) && body.length >= 38)
    return { format, kid, second, body }
  if (format === 'eg1' && KEY_1.test(kid) && second.length === 16 && body.length >= 22)
    return { format, kid, second, body }
  return undefined
}

/** Id of the key that a text was sealed with; undefined when a keyring did not seal it. Needs no key. */
export function sealedBy(text: string): string | undefined {
  return parts(text)?.kid
}

/** Throws `UNSEAL_FAILED` for any other text. */
export function sealedText(text: string): SealedText {
  const found = parts(text)
  const body = found && fromBase64url(found.body)
  if (found?.format === 'eg2' && body !== undefined && body.length >= IV + TAG)
    return { format: 'eg2', kid: found.kid, wrapped: found.second, bytes: body }
  const head = found?.format === 'eg1' ? fromBase64url(found.second) : undefined
  if (found !== undefined && head !== undefined && body !== undefined)
    return { format: 'eg1', kid: found.kid, wrapped: '', bytes: joined(head, body) }
  const named = found?.kid ?? ''
  if (named !== '') throw changed(named)
  if (LATER.test(text) && !/^eg[12]\./.test(text)) {
    const message = `The text is sealed in the format ${text.slice(0, text.indexOf('.'))}, which this version does not know. Use the version of Evergrant that wrote it.`
    throw new OAuthError('UNSEAL_FAILED', message)
  }
  throw new OAuthError('UNSEAL_FAILED', 'This is not a text that a keyring sealed, or it was cut off.')
}

/** The text of `eg2`, and what is authenticated with it. */
export function writtenText(kid: string, wrapped: string, bytes: Uint8Array): string {
  return `eg2.${kid}.${wrapped}.${base64url(bytes)}`
}

export function associated(
  of: Pick<SealedText, 'format' | 'kid' | 'wrapped'>,
  context: string,
): Uint8Array<ArrayBuffer> {
  const head = of.format === 'eg1' ? `eg1.${of.kid}` : `eg2.${of.kid}.${of.wrapped}`
  return utf8.encode(`${head}\n${context}`)
}

export function changed(kid: string, cause?: unknown): OAuthError {
  const message = `A text sealed with key ${kid} does not open: it was changed, or belongs to another place.`
  return new OAuthError('UNSEAL_FAILED', message, cause === undefined ? {} : { cause })
}
