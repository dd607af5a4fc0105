import { isOAuthError, OAuthError } from '@evergrant/core'

/** Another connection has the lock for the moment: SQLITE_BUSY and SQLITE_LOCKED. */
export function isBusy(error: unknown): boolean {
  const code = primaryCode(error)
  return code === 5 || code === 6
}

/** What SQLite refused, as a typed error that names the file. */
export function sqliteFailure(error: unknown, name: string): OAuthError {
  if (isOAuthError(error)) return error
  const cause = error
  const words = error instanceof Error ? error.message : String(error)
  const code = primaryCode(error)
  if (code === 8) return new OAuthError('STORE_READ_ONLY', `${name} cannot be written: ${words}.`, { cause })
  if (code === 11 || code === 26)
    return new OAuthError('STORE_CORRUPT', `${name} is not a sound SQLite database: ${words}.`, { cause })
  if (code === 13) return new OAuthError('STORE_UNAVAILABLE', `The disk is full: ${name} was not changed.`, { cause })
  if (error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_STATE')
    return new OAuthError('STORE_UNAVAILABLE', `The store on ${name} is closed.`, { cause })
  return new OAuthError('STORE_UNAVAILABLE', `${name} failed: ${words}.`, { cause })
}

/** https://sqlite.org/rescode.html: the low byte of an extended code. */
function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined
  return error.errcode & 0xff
}
