import { type Attachment, attachment } from './attachment.ts'
import { type HeadersLike, setHeaders, type Tokens } from './tokens.ts'

/** What is used of an axios request configuration. */
export interface AxiosConfigLike {
  readonly headers: HeadersLike
  readonly method?: string | undefined
  readonly data?: unknown
}

/** What is used of an axios response. */
export interface AxiosResponseLike<Config> {
  readonly config: Config
  readonly status: number
  readonly headers: object
}

/** What is used of an axios instance. */
export interface AxiosLike<Config extends AxiosConfigLike, Answer extends AxiosResponseLike<Config>> {
  readonly interceptors: {
    readonly request: {
      use(before?: ((config: Config) => Config | Promise<Config>) | null): number
      eject(id: number): void
    }
    readonly response: {
      use(good: (response: Answer) => Answer | Promise<Answer>, bad: (error: unknown) => unknown): number
      eject(id: number): void
    }
  }
  getUri(config: NoInfer<Config>): string
  request(config: NoInfer<Config>): Promise<NoInfer<Answer>>
}

/** What was attached, and what a replay goes with. Functions: axios copies plain objects when it merges. */
interface Marks {
  evergrantSent?: () => Attachment
  evergrantAgain?: () => Attachment
}

/**
 * Adds the access token to every request of an axios instance, with a proof of its key when it is bound to one, and
 * replays a request once with a newer token after a 401 that says the token is invalid, also when `validateStatus` takes
 * a 401 for good. A streamed body is not replayed. Returns a function that takes both back.
 */
export function authorizeAxios<Config extends AxiosConfigLike, Answer extends AxiosResponseLike<Config>>(
  axios: AxiosLike<Config, Answer>,
  source: Tokens,
): () => void {
  const before = axios.interceptors.request.use(async (config) => {
    const marks = config as Marks
    const url = new URL(axios.getUri(config), globalThis.location?.href)
    const sent = marks.evergrantAgain?.() ?? (await attachment(source, config.method ?? 'GET', url, signalOf(config)))
    delete marks.evergrantAgain
    marks.evergrantSent = () => sent
    setHeaders(config.headers, sent.headers)
    return config
  })
  const replayed = async (answer: AxiosResponseLike<Config> | undefined): Promise<Answer | undefined> => {
    const config: (Config & Marks) | undefined = answer?.config
    const sent = config?.evergrantSent?.()
    if (answer === undefined || config === undefined || sent === undefined || isStream(config.data)) return undefined
    const again = await sent.answered(answer.status, { get: (name) => headerOf(answer.headers, name) })
    return again === undefined ? undefined : axios.request({ ...config, evergrantAgain: () => again })
  }
  const after = axios.interceptors.response.use(
    async (response) => (await replayed(response)) ?? response,
    async (error) => {
      const replay = await replayed((error as { response?: AxiosResponseLike<Config> } | null)?.response)
      if (replay === undefined) throw error
      return replay
    },
  )
  return () => {
    axios.interceptors.request.eject(before)
    axios.interceptors.response.eject(after)
  }
}

function headerOf(headers: object, name: string): string | undefined {
  const value: unknown = Reflect.get(headers, name)
  return typeof value === 'string' ? value : undefined
}

function signalOf(config: object): AbortSignal | undefined {
  const signal: unknown = Reflect.get(config, 'signal')
  return signal instanceof AbortSignal ? signal : undefined
}

function isStream(data: unknown): boolean {
  return (
    data instanceof ReadableStream ||
    (typeof data === 'object' && data !== null && 'pipe' in data && !('getHeaders' in data))
  )
}
