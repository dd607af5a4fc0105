import { OAuthError } from '@evergrant/core'

/**
 * Loads a package that only one kind of store needs. `load` is written out where it is used, so that bundlers see the
 * import. Throws `NOT_SUPPORTED`, naming what to install, when it is not there.
 */
export async function optionalPackage<T>(name: string, store: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    if (!isMissing(cause)) throw cause
    const message = `${store} needs the package ${name}, which is not installed: npm install ${name}`
    throw new OAuthError('NOT_SUPPORTED', message, { cause })
  }
}

function isMissing(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  return error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND'
}
