import { OAuthError } from '../errors.ts'

/**
 * Throws `INVALID_ARGUMENT` for a redirect URI that no answer may go to: one with a fragment (RFC 6749 §3.1.2), which would
 * end up behind the code, and one that a browser runs or opens as a page of its own. The schemes of native programs
 * (`com.example.app:/callback`, RFC 8252 §7.1) are fine.
 */
export function assertReturnable(redirect_uri: string): void {
  // As a browser reads it: without blanks before it, and its scheme in small letters.
  if (!/^(?:javascript|vbscript|data|blob|file):|#/.test(URL.canParse(redirect_uri) ? new URL(redirect_uri).href : ''))
    return
  const message = `The redirect URI "${redirect_uri}" has a fragment, or is of a kind that no answer may go to.`
  throw new OAuthError('INVALID_ARGUMENT', message)
}
