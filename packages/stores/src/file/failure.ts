import { isOAuthError, OAuthError } from '@evergrant/core'

/** The system's code of an error, such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** What the file system refused, as a typed error that names the file and the way out. */
export function fileFailure(error: unknown, path: string, doing: 'read' | 'write'): OAuthError {
  if (isOAuthError(error)) return error
  const code = systemCode(error)
  const cause = error
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new OAuthError('STORE_UNAVAILABLE', `The disk is full: ${path} was not changed.`, { cause })
  if (code === 'EISDIR') return new OAuthError('STORE_UNAVAILABLE', `${path} is a folder, not a file.`, { cause })
  // A single file mounted into a container cannot be replaced, only written in place, which a crash would tear.
  if (code === 'EBUSY' || code === 'EXDEV') {
    const message = `${path} is a mount of its own, which cannot be replaced atomically. Mount its folder instead.`
    return new OAuthError('STORE_READ_ONLY', message, { cause })
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return doing === 'read'
      ? new OAuthError('STORE_UNAVAILABLE', `${path} may not be read by this user (${code}).`, { cause })
      : new OAuthError('STORE_READ_ONLY', `${path} and its folder may not be written by this user (${code}).`, {
          cause,
        })
  }
  const words = error instanceof Error ? error.message : String(error)
  return new OAuthError(
    'STORE_UNAVAILABLE',
    `${path} could not be ${doing === 'read' ? 'read' : 'written'}: ${words}`,
    {
      cause,
    },
  )
}
