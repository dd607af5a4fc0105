import { createHash } from 'node:crypto'
import type { Answer } from './http-answer.ts'

/** HTML that is safe to send as it stands; only `html` makes it. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** A template tag that escapes everything put into it, save what `html` itself made. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | Html | readonly Html[])[]): Html {
  return new Html(parts.map((part, index) => part + rendered(values[index])).join(''))
}

function rendered(value: string | Html | readonly Html[] | undefined): string {
  if (value === undefined) return ''
  if (value instanceof Html) return value.text
  if (typeof value === 'string') return escaped(value)
  return value.map((each) => each.text).join('')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')
}

const style = `
:root { color-scheme: light dark; --page: #f1f3f5; --card: #fff; --text: #1f2328; --dim: #57606a; --line: #8c959f; --main: #0b5cad; --on-main: #fff; --note: #fff3bf; --on-note: #4d3800; --bad: #b42318; }
@media (prefers-color-scheme: dark) {
  :root { --page: #14171a; --card: #1e2226; --text: #e6edf3; --dim: #a9b3bd; --line: #768390; --main: #74b6ff; --on-main: #08233f; --note: #3b3000; --on-note: #ffe58f; --bad: #ff9a8f; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 27rem; background: var(--card); border-radius: .75rem; padding: 1.5rem; box-shadow: 0 1px 4px #0003; overflow-wrap: anywhere; }
h1 { font-size: 1.35rem; line-height: 1.3; margin: 0 0 .5rem; }
p { margin: .5rem 0; }
.note { background: var(--note); color: var(--on-note); border-radius: .5rem; padding: .5rem .75rem; margin: 0 0 1rem; font-size: .9rem; }
.dim { color: var(--dim); font-size: .9rem; }
.bad { color: var(--bad); }
fieldset { border: 0; padding: 0; margin: 1.25rem 0; }
legend { font-weight: 600; padding: 0; margin-bottom: .25rem; }
.choice { display: flex; gap: .75rem; align-items: flex-start; padding: .5rem; border-radius: .5rem; cursor: pointer; }
.choice:hover { background: color-mix(in srgb, var(--main) 10%, transparent); }
.choice input { margin: .3rem 0 0; width: 1.1rem; height: 1.1rem; accent-color: var(--main); flex: none; }
.choice span span { display: block; }
.field { display: block; margin: .25rem 0 0 2.35rem; }
fieldset:not(:has([value=""]:checked)) > .field { display: none; }
.field input, .code { width: 100%; font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .65rem; }
.actions { display: flex; gap: .75rem; margin-top: 1.5rem; }
button { flex: 1; font: inherit; font-weight: 600; padding: .65rem 1rem; border-radius: .5rem; border: 1px solid var(--main); background: var(--main); color: var(--on-main); cursor: pointer; }
button.plain { background: transparent; color: var(--main); }
:focus-visible { outline: 3px solid var(--main); outline-offset: 2px; }
`

const styleHash = createHash('sha256').update(style).digest('base64')

export interface Page {
  readonly title: string
  readonly content: Html
  readonly status?: number
  readonly error?: string
  /** Where a form of the page may end up by redirects, besides the sandbox itself. */
  readonly leadsTo?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
}

/** A whole page: no script, nothing loaded from anywhere, not to be framed. */
export function pageAnswer({ title, content, status = 200, error, leadsTo, headers = {} }: Page): Answer {
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Sandbox</title>
<style>${new Html(style)}</style>
</head>
<body>
<main>
<p class="note">This is a sandbox: no real account, and nobody asks for a password.</p>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    `form-action 'self'${leadsTo === undefined ? '' : ` ${formTarget(leadsTo)}`}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': policy.join('; '),
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      ...headers,
    },
    body: document.text,
    error,
  }
}

// Chromium holds the redirect that follows a form post against form-action. A policy source cannot spell an IPv6 host or
// the origin of a private-use scheme (RFC 8252 §7.1); for those the scheme has to do.
function formTarget(redirectUri: string): string {
  const { protocol, origin, hostname } = new URL(redirectUri)
  const web = protocol === 'http:' || protocol === 'https:'
  return web && !hostname.startsWith('[') ? origin : protocol
}

/** Says that a request cannot be taken further, to the person whom it has stranded here. */
export function errorPage(title: string, explanation: string, error: string, status = 400): Answer {
  return pageAnswer({
    title,
    status,
    error,
    content: html`<p class="bad" role="alert">${explanation}</p>
<p class="dim">Nothing was shared. You can close this window.</p>`,
  })
}
