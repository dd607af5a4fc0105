import { createHash } from 'node:crypto'

/** What the browser is told: the outcome, or why a request is not the callback. */
export type LoopbackPage =
  | 'not-found'
  | 'not-allowed'
  | 'unrelated'
  | { readonly outcome: 'connected'; readonly grant: string; readonly provider: string }
  | { readonly outcome: 'failed'; readonly message: string; readonly advice?: string | undefined }

const STYLE = `:root{color-scheme:light dark}
body{font:1.05rem/1.5 system-ui,sans-serif;margin:0;min-height:100vh;display:grid;place-items:center;background:Canvas;color:CanvasText}
main{max-width:32rem;padding:2rem}
h1{font-size:1.5rem;margin:0 0 .75rem;display:flex;gap:.6rem;align-items:center}
p{margin:.5rem 0;overflow-wrap:anywhere}
.mark{flex:none;width:1.6em;height:1.6em;border-radius:50%;display:grid;place-items:center;color:#fff;font-size:.8em}
.good{background:#2b8a3e}.bad{background:#c92a2a}
.quiet{opacity:.75;font-size:.9rem}`

/** Takes the code out of the address bar and the history (RFC 9700 §4.3.1). */
const SCRIPT = 'history.replaceState(null,"",location.pathname)'

/** No third party sees the page, its address or the code in it (RFC 9700 §4.2.4). */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'content-security-policy': `default-src 'none'; style-src '${hash(STYLE)}'; script-src '${hash(SCRIPT)}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
}

/** The page and its status: self-contained, every word escaped. */
export function pageHtml(page: LoopbackPage): { readonly status: number; readonly html: string } {
  if (page === 'not-found')
    return { status: 404, html: plain('Nothing is here', 'A program waits for consent at another address.') }
  if (page === 'not-allowed')
    return { status: 405, html: plain('Not allowed', 'Consent comes back by a plain page visit.') }
  if (page === 'unrelated') {
    const words = 'This does not belong to the consent that is under way. Start again in the program.'
    return { status: 400, html: plain('Not this one', words) }
  }
  if (page.outcome === 'connected') {
    return {
      status: 200,
      html: document(
        'Connected',
        'good',
        '✓',
        `<p>${escaped(page.provider)} gave its consent, and it is stored as <strong>${escaped(page.grant)}</strong>.</p>
<p>You can close this window and go back to the program.</p>`,
      ),
    }
  }
  const advice = page.advice === undefined ? '' : `<p>${escaped(page.advice)}</p>\n`
  return {
    status: 400,
    html: document(
      'Not connected',
      'bad',
      '!',
      `<p>${escaped(page.message)}</p>
${advice}<p class="quiet">Nothing that was stored before has changed. You can close this window.</p>`,
    ),
  }
}

function plain(title: string, words: string): string {
  return document(title, 'bad', '!', `<p>${escaped(words)}</p>`)
}

function document(title: string, mark: 'good' | 'bad', sign: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} · Evergrant</title>
<style>${STYLE}</style>
<script>${SCRIPT}</script>
</head>
<body>
<main>
<h1><span class="mark ${mark}" aria-hidden="true">${sign}</span>${escaped(title)}</h1>
${body}
</main>
</body>
</html>
`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
