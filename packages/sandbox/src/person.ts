/** What a person chooses on the consent page. */
export interface Choice {
  /** Username or e-mail address; an unknown e-mail address makes a new person. Absent: whoever is preselected. */
  readonly username?: string | undefined
  /** The scopes to leave ticked. Absent: all that are asked for. */
  readonly scope?: string | undefined
}

/**
 * A person without a browser, for tests: opens the page of a sandbox over HTTP, fills the form as shown, sends it, and
 * answers where that led: the callback URL with `code` or `error`, not fetched. For a device it is the page's own URL.
 * An error page becomes an error with the page's text. For `response_mode=form_post` it is the body of the form that the
 * browser would post. A page that is a program and routes by its fragment (`/#/authorize?…`) is followed as it would.
 */
export const person: {
  approve(url: string | URL, choice?: Choice): Promise<string>
  deny(url: string | URL): Promise<string>
} = {
  async approve(url, choice = {}) {
    return answer(url, (page) => filled(page, choice))
  },
  async deny(url) {
    return answer(url, () => [['decision', 'deny']])
  },
}

type Fields = [name: string, value: string][]

async function answer(given: string | URL, fill: (page: string) => Fields): Promise<string> {
  const url = await routed(new URL(given))
  const shown = await fetch(url, { redirect: 'manual' })
  const elsewhere = shown.headers.get('location')
  if (elsewhere !== null) return elsewhere
  const page = await shown.text()
  if (page.includes(FORM_POST)) return posted(page)
  const interaction = inputs(page).find((input) => input.name === 'interaction')?.value
  const action = attribute(/<form[^>]*>/.exec(page)?.[0] ?? '', 'action')
  if (!shown.ok || interaction === undefined || action === undefined)
    throw new Error(`The sandbox shows no consent page: ${words(page)}`)

  const sent = await fetch(new URL(action, url), {
    method: 'POST',
    body: new URLSearchParams([['interaction', interaction], ...fill(page)]),
    headers: {
      cookie: shown.headers
        .getSetCookie()
        .map((cookie) => cookie.split(';')[0])
        .join('; '),
    },
    redirect: 'manual',
  })
  const callback = sent.headers.get('location')
  if (callback !== null) return callback
  const result = await sent.text()
  if (result.includes(FORM_POST)) return posted(result)
  if (!sent.ok) throw new Error(`The sandbox did not take the answer: ${words(result)}`)
  return sent.url
}

const FORM_POST = 'data-return="form_post"'

function posted(page: string): string {
  const fields = inputs(page).map(({ name = '', value }): [string, string] => [name, value])
  return new URLSearchParams(fields).toString()
}

/** Where a page leads that is a program and reads what stands behind `#`. */
async function routed(url: URL): Promise<URL> {
  if (!url.hash.startsWith('#/')) return url
  const page = await (await fetch(url)).text()
  const route = / data-route="([^"]*)"/.exec(page)?.[1]
  if (route === undefined) throw new Error(`There is no program behind ${url.origin}${url.pathname}`)
  const to = new URL(unescaped(route))
  to.search = url.hash.split(/\?(.*)/s)[1] ?? ''
  return to
}

function filled(page: string, { username, scope }: Choice): Fields {
  const shown = inputs(page)
  const asked = shown.filter((input) => input.name === 'scope').map((input) => input.value)
  const ticked = scope === undefined ? asked : asked.filter((token) => scope.split(' ').includes(token))
  const scopes = ticked.map((token): [string, string] => ['scope', token])
  return [['decision', 'allow'], ...chosen(shown, username), ...scopes]
}

function chosen(shown: readonly Input[], username: string | undefined): Fields {
  if (username === undefined) {
    const email = shown.find((input) => input.name === 'email')?.value ?? ''
    return [
      ['person', shown.find((input) => input.name === 'person' && input.checked)?.value ?? ''],
      ['email', email],
    ]
  }
  return username.includes('@')
    ? [
        ['person', ''],
        ['email', username],
      ]
    : [['person', username]]
}

interface Input {
  readonly name: string | undefined
  readonly value: string
  readonly checked: boolean
}

function inputs(page: string): Input[] {
  return [...page.matchAll(/<input [^>]*>/g)].map(([tag]) => ({
    name: attribute(tag, 'name'),
    value: attribute(tag, 'value') ?? '',
    checked: / checked>$/.test(tag),
  }))
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1]
  return value === undefined ? undefined : unescaped(value)
}

const characters: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

function unescaped(text: string): string {
  return text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_whole, name: string) => characters[name] ?? '')
}

function words(page: string): string {
  return unescaped(
    (/<h1>.*<\/main>/s.exec(page)?.[0] ?? page).replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' '),
  ).trim()
}
