import { randomBytes } from 'node:crypto'
import { CONSENT_CHANNEL, type ConsentMessage } from '../contract/index.ts'
import type { CallbackText } from './callback-texts.ts'
import { html, Markup, scriptData } from './html.ts'
import type { PageLanguage } from './page-language.ts'

/** What the page shows and tells. */
export interface CallbackPage {
  readonly text: CallbackText
  readonly good: boolean
  /** Whether its window closes by itself. Default: when it is good. */
  readonly closes?: boolean
  /** What the page that opened this window is told; undefined: nothing. */
  readonly message?: ConsentMessage | undefined
  readonly button?: { readonly label: string; readonly href: string } | undefined
  /** Asks for one of several answers, which are posted to the address with the token. */
  readonly question?:
    | {
        readonly action: string
        readonly token: string
        readonly answers: readonly (readonly [value: string, label: string])[]
      }
    | undefined
  /** Shown on demand, for support. No secrets. */
  readonly details?: readonly (readonly [label: string, value: string])[] | undefined
}

/** A page and the policy that lets run exactly what is in it. */
export interface RenderedPage {
  readonly body: string
  readonly policy: string
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; --ink: #1b2620; --soft: #55635b; --ground: #f6f8f5; --card: #fff; --good: #1f7a4d; --bad: #a23b2a; --line: #d8dfda }
@media (prefers-color-scheme: dark) { :root { --ink: #e4eae6; --soft: #a3b0a8; --ground: #101512; --card: #18201b; --good: #5cc48f; --bad: #ef8a78; --line: #2c3831 } }
body { box-sizing: border-box; margin: 0; min-height: 100vh; padding: 1rem; display: grid; place-items: center; background: var(--ground); color: var(--ink) }
main { box-sizing: border-box; width: min(30rem, 100%); padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: 14px }
svg { display: block; width: 48px; height: 48px }
.good { color: var(--good) } .bad { color: var(--bad) }
h1 { font-size: 1.35rem; line-height: 1.3; margin: 1rem 0 .5rem }
p { margin: .5rem 0; overflow-wrap: anywhere } .help { color: var(--soft) }
.button { display: inline-block; margin: 1rem .5rem 0 0; padding: .6rem 1.1rem; border: 1px solid var(--ink); border-radius: 8px; background: var(--ink); color: var(--card); font: inherit; text-decoration: none; font-weight: 600; cursor: pointer }
.button + .button { background: none; color: var(--ink) }
.button:focus-visible, summary:focus-visible { outline: 3px solid var(--good); outline-offset: 2px }
details { margin-top: 1.25rem; color: var(--soft); font-size: .875rem }
dl { margin: .5rem 0 0; display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem } dd { margin: 0; overflow-wrap: anywhere; user-select: all }
@media (max-width: 28rem) { main { padding: 1.5rem } dl { grid-template-columns: 1fr; gap: 0 } dd { margin-bottom: .5rem } }
`

/** The code leaves the address bar and the history first. The message has no secret in it, and goes to our own origin only. */
const SCRIPT = `
history.replaceState(null, '', location.pathname)
if (told.message) {
  try { if (window.opener) window.opener.postMessage(told.message, told.origin) } catch {}
  try { const channel = new BroadcastChannel(told.channel); channel.postMessage(told.message); channel.close() } catch {}
}
if (told.close) setTimeout(() => {
  window.close()
  setTimeout(() => { document.getElementById('help').textContent = told.closed }, 300)
}, 2000)
`

const TICK = new Markup(
  '<svg class="good" viewBox="0 0 48 48" fill="none" stroke="currentColor" stroke-width="3.5" stroke-linecap="round" stroke-linejoin="round" role="img" aria-label="OK"><circle cx="24" cy="24" r="20"/><path d="m15 25 6.5 6.5L33.5 18"/></svg>',
)
const MARK = new Markup(
  '<svg class="bad" viewBox="0 0 48 48" fill="none" stroke="currentColor" stroke-width="3.5" stroke-linecap="round" role="img" aria-label="!"><circle cx="24" cy="24" r="20"/><path d="M24 14v13m0 7v.1"/></svg>',
)

/** Makes the page. It loads nothing: style and script are in it, under a nonce. */
export function callbackPage(
  page: CallbackPage,
  { tag, texts: { words } }: PageLanguage,
  origin: string,
): RenderedPage {
  const nonce = randomBytes(16).toString('base64url')
  const { text, good, question, closes = good && question === undefined, message, button, details = [] } = page
  const told = { message, origin, channel: CONSENT_CHANNEL, close: closes, closed: words.close }
  const { text: body } = html`<!doctype html>
<html lang="${tag}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${text.title} – Evergrant</title>
<style nonce="${nonce}">${new Markup(STYLE)}</style>
</head>
<body>
<main>
${good ? TICK : MARK}
<h1>${text.title}</h1>
<p>${text.happened}</p>
<p class="help" id="help" role="status">${text.help}</p>
${button === undefined ? '' : html`<a class="button" href="${button.href}">${button.label}</a>`}
${question === undefined ? '' : asked(question)}
${details.length === 0 ? '' : technical(details, words.details)}
</main>
<script nonce="${nonce}">const told = ${scriptData(told)}
${new Markup(SCRIPT)}</script>
</body>
</html>
`
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "base-uri 'none'",
    question === undefined ? "form-action 'none'" : "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
  return { body, policy }
}

function asked({ action, token, answers }: NonNullable<CallbackPage['question']>): Markup {
  const buttons = answers.map(
    ([value, label]) => html`<button class="button" name="choice" value="${value}">${label}</button>`.text,
  )
  return html`<form method="post" action="${action}"><input type="hidden" name="token" value="${token}">${new Markup(buttons.join(' '))}</form>`
}

function technical(details: readonly (readonly [string, string])[], summary: string): Markup {
  const rows = details.map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>`.text).join('')
  return html`<details><summary>${summary}</summary><dl>${new Markup(rows)}</dl></details>`
}
