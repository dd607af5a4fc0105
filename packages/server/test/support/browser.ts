import assert from 'node:assert/strict'

/** What a server answered. */
export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever fields the contract promises
  readonly json: any
}

interface Call {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** A browser with a cookie jar that shows our page: it sends what the page sends. */
export class Browser {
  readonly origin: string
  readonly cookies = new Map<string, string>()
  /** Everything that was ever answered, to look for secrets in. */
  readonly seen: string[] = []

  readonly #listening: string

  /** `listening`: where requests go, when a proxy would stand at the origin. */
  constructor(origin: string, listening: string = origin) {
    this.origin = origin
    this.#listening = listening
  }

  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answered> {
    return this.call('GET', path, { headers })
  }

  post(path: string, body: unknown = {}, headers?: Readonly<Record<string, string>>): Promise<Answered> {
    return this.call('POST', path, { body, headers })
  }

  patch(path: string, body: unknown): Promise<Answered> {
    return this.call('PATCH', path, { body })
  }

  delete(path: string): Promise<Answered> {
    return this.call('DELETE', path)
  }

  /** A navigation: only cookies go with it, and the languages that the browser is set to. */
  visit(url: string, languages?: string): Promise<Answered> {
    const headers = { accept: 'text/html', ...(languages === undefined ? {} : { 'accept-language': languages }) }
    return this.#send(url, { headers })
  }

  /** A link to something that is saved: the answer with its octets as they are. */
  raw(path: string): Promise<Response> {
    return fetch(this.#listening + path, { headers: { cookie: this.#cookie() }, redirect: 'manual' })
  }

  call(method: string, path: string, { body, headers = {} }: Call = {}): Promise<Answered> {
    const sent = {
      'x-evergrant': '1',
      origin: this.origin,
      'sec-fetch-site': 'same-origin',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    }
    return this.#send(this.origin + path, {
      method,
      // An empty one is left out.
      headers: Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== '')),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  }

  /** A stream of server-sent events; yields name and data. */
  async *events(
    signal: AbortSignal,
    more: Readonly<Record<string, string>> = {},
  ): AsyncGenerator<{ readonly name: string; readonly data: Answered['json'] }> {
    const headers = { ...more, cookie: this.#cookie() }
    const response = await fetch(`${this.origin}/v1/events`, { headers, signal })
    assert.equal(response.status, 200)
    assert.ok(response.body)
    let rest = ''
    for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
      rest += part
      for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
        const block = rest.slice(0, end)
        rest = rest.slice(end + 2)
        this.seen.push(block)
        const name = /^event: (.*)$/m.exec(block)?.[1]
        const data = /^data: (.*)$/m.exec(block)?.[1]
        if (name !== undefined && data !== undefined) yield { name, data: JSON.parse(data) }
      }
    }
  }

  async #send(url: string, init: RequestInit): Promise<Answered> {
    const cookie = this.#cookie()
    const headers = { ...init.headers, ...(cookie === '' ? {} : { cookie }) }
    const there = url.startsWith(this.origin) ? this.#listening + url.slice(this.origin.length) : url
    const response = await fetch(there, { ...init, headers, redirect: 'manual' })
    for (const one of response.headers.getSetCookie()) this.#keep(one)
    const text = await response.text()
    this.seen.push(text)
    const json = response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : undefined
    return { status: response.status, headers: response.headers, text, json }
  }

  #cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  #keep(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    // RFC 6265bis: a __Host- cookie without these is thrown away.
    if (name.startsWith('__Host-')) assert.match(line, /; Path=\/(?:;|$)/)
    if (name.startsWith('__Host-')) assert.match(line, /; Secure(?:;|$)/)
    if (/max-age=0(?:;|$)/i.test(line) || /expires=Thu, 01 Jan 1970/i.test(line)) this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}
