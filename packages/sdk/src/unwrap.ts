import { OAuthError } from '@evergrant/core'

/** What a call of openapi-fetch resolves with. */
export interface CallResult<Data> {
  readonly data?: Data | undefined
  readonly error?: unknown
  readonly response: Response
}

/**
 * The data of a call, for programs that prefer exceptions: throws an `ApiError` (code `HTTP_ERROR`) with status and the
 * API's own words when it answered with an error.
 *
 * @example
 * ```ts
 * import { createClient, unwrap } from '@evergrant/sdk'
 *
 * const pets = async (openapi: unknown) => unwrap(await createClient({ openapi }).GET('/pets'))
 * ```
 */
export function unwrap<Data>({ data, error, response }: CallResult<Data>): Data {
  if (response.ok) return data as Data
  const fields = typeof error === 'object' && error !== null ? (error as Record<string, unknown>) : {}
  const said =
    typeof error === 'string' ? error : (fields['message'] ?? fields['error_description'] ?? fields['detail'])
  const words = typeof said === 'string' && said !== '' ? said.slice(0, 600) : response.statusText || 'no words'
  const code = typeof fields['error'] === 'string' ? fields['error'] : undefined
  throw new OAuthError('HTTP_ERROR', `The API answered ${response.status}: ${words}`, {
    status: response.status,
    error: code,
    error_description: typeof said === 'string' ? words : undefined,
    outcome: 'refused',
  })
}
