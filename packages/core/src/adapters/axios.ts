import { needsNewToken } from '../http/bearer.ts'
import type { HeadersLike, Tokens } from './tokens.ts'

/** What is used of an axios request configuration. */
export interface AxiosConfigLike {
  readonly headers: HeadersLike & { get(name: string): unknown }
  readonly data?: unknown
}

/** What is used of an axios instance. */
export interface AxiosLike<Config extends AxiosConfigLike> {
  readonly interceptors: {
    readonly request: {
      use(before?: ((config: Config) => Config | Promise<Config>) | null): number
      eject(id: number): void
    }
    readonly response: { use(good: null, bad: (error: unknown) => unknown): number; eject(id: number): void }
  }
  request(config: NoInfer<Config>): Promise<unknown>
}

interface Failure<Config> {
  readonly config?: Config
  readonly response?: { readonly status: number; readonly headers?: Readonly<Record<string, unknown>> }
}

/** Marks a request that is a replay already; axios keeps unknown symbols out of the request itself. */
const replayed = 'evergrantReplayed'

/**
 * Adds the access token to every request of an axios instance, and replays a request once with a newer token after a
 * 401 that says the token is invalid. A streamed body is not replayed. Returns a function that takes both back.
 */
export function authorizeAxios<Config extends AxiosConfigLike>(axios: AxiosLike<Config>, source: Tokens): () => void {
  const before = axios.interceptors.request.use(async (config) => {
    const { access_token } = await source.token()
    config.headers.set('Authorization', `Bearer ${access_token}`)
    return config
  })
  const after = axios.interceptors.response.use(null, async (error) => {
    const { config, response } = (error ?? {}) as Failure<Config>
    if (config === undefined || response === undefined || replayed in config || isStream(config.data)) throw error
    const challenge = response.headers?.['www-authenticate']
    if (!needsNewToken(response.status, typeof challenge === 'string' ? challenge : undefined)) throw error
    const sent = String(config.headers.get('Authorization') ?? '').replace(/^Bearer /, '')
    // The request interceptor above attaches it: after this, it is the source's current token.
    await source.token({ rejected: sent })
    return axios.request({ ...config, [replayed]: true })
  })
  return () => {
    axios.interceptors.request.eject(before)
    axios.interceptors.response.eject(after)
  }
}

function isStream(data: unknown): boolean {
  return (
    data instanceof ReadableStream ||
    (typeof data === 'object' && data !== null && 'pipe' in data && !('getHeaders' in data))
  )
}
