import { csrfHeader } from './agreed.ts'
import { ProblemError, UnreachableError } from './problem-error.ts'
import { serverAddress } from './server-address.ts'
import type { Problem } from './types.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/**
 * One call to our own server. Every call carries `x-evergrant`, which a foreign page cannot send without
 * asking (a preflight), so the session cookie alone never changes anything.
 *
 * @throws ProblemError when the server refused, UnreachableError when no server answered
 */
export async function request<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await send(method, path, body, signal)
  if (!response.ok) throw await problemOf(response)
  if (response.status === 204) return undefined as T
  return (await response.json()) as T
}

async function send(method: Method, path: string, body: unknown, signal: AbortSignal | undefined): Promise<Response> {
  const headers = new Headers({
    accept: 'application/json',
    // The server speaks the language that the page speaks.
    'accept-language': document.documentElement.lang,
    [csrfHeader]: '1',
  })
  if (body !== undefined) headers.set('content-type', 'application/json')
  try {
    return await fetch(serverAddress(path), {
      method,
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    })
  } catch (cause) {
    if (signal?.aborted) throw cause
    throw new UnreachableError(cause)
  }
}

async function problemOf(response: Response): Promise<Error> {
  const type = response.headers.get('content-type') ?? ''
  // A proxy in front of a restarting server answers 502 with its own HTML: that is "not reachable", not a problem of ours.
  if (!type.includes('json')) return new UnreachableError(`${response.status} ${response.statusText}`)
  try {
    return new ProblemError((await response.json()) as Problem)
  } catch (cause) {
    return new UnreachableError(cause)
  }
}
