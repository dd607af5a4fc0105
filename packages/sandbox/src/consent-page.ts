import type { SandboxClient } from './clients.ts'
import { type Engine, endpoints } from './engine.ts'
import type { Answer } from './http-answer.ts'
import type { Interaction } from './interactions.ts'
import { opaqueToken } from './opaque.ts'
import { type Html, html, pageAnswer } from './page.ts'
import { scopeTokens } from './scope.ts'

const inWords: Readonly<Record<string, string>> = {
  openid: 'Know which person of this sandbox you are',
  profile: 'See your name',
  email: 'See your e-mail address',
  offline_access: 'Keep access while you are away, until you take it back',
}

interface Showing {
  readonly request: Interaction['request']
  readonly client: SandboxClient
  readonly cookie: string | undefined
  /** What was wrong with the previous answer, if there was one. */
  readonly problem?: string | undefined
  readonly email?: string | undefined
}

/** Opens an interaction and shows it: who asks, for what, and as whom to answer. */
export function consentPage(engine: Engine, { request, client, cookie, problem, email }: Showing): Answer {
  const browser = browserId(cookie) ?? opaqueToken()
  const interaction = engine.interactions.begin(request, browser, engine.clock.now())
  const name = client.client_name ?? client.client_id
  const hint = request.loginHint
  const hinted = engine.users.findByName(hint)
  const typed = email ?? (hinted === undefined && hint?.includes('@') ? hint : undefined)
  const users = engine.users.list().slice(0, 50)
  const chosen = typed === undefined ? (hinted ?? users[0]) : undefined
  const people = hinted === undefined || users.includes(hinted) ? users : [hinted, ...users]
  const base = new URL(engine.issuer).pathname.replace(/\/$/, '')

  const content = html`<p><strong>${name}</strong> asks for access${
    request.kind === 'device' ? html` on the device that shows the code <strong>${request.userCode}</strong>` : ''
  }.</p>
<form method="post" action="${base + endpoints.consent}">
<input type="hidden" name="interaction" value="${interaction}">
<fieldset>
<legend>Who are you today?</legend>
${people.map((user) => choice('radio', 'person', user.username, user === chosen, user.name, user.email))}
${choice('radio', 'person', '', chosen === undefined, 'Someone else', 'Any address will do; the person is made up on the spot.')}
<label class="field">E-mail address of someone else
<input type="email" name="email" autocomplete="off" value="${typed ?? ''}"${problem === undefined ? '' : html` aria-invalid="true" aria-describedby="problem"`}></label>
${problem === undefined ? '' : html`<p id="problem" class="field bad" role="alert">${problem}</p>`}
</fieldset>
${scopeChoices(request.scope)}
<div class="actions">
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny" class="plain" formnovalidate>Deny</button>
</div>
</form>`
  return pageAnswer({
    title: `Allow ${name}?`,
    content,
    status: problem === undefined ? 200 : 422,
    leadsTo: request.kind === 'authorization' ? request.redirectUri : undefined,
    headers: { 'set-cookie': browserCookie(engine.issuer, browser) },
  })
}

function scopeChoices(scope: string): Html {
  const tokens = scopeTokens(scope)
  if (tokens.length === 0) return html`<p class="dim">It asks for no scope in particular.</p>`
  return html`<fieldset>
<legend>What may it do?</legend>
${tokens.map((token) => choice('checkbox', 'scope', token, true, inWords[token] ?? `Use ${token}`, token))}
</fieldset>`
}

function choice(type: string, name: string, value: string, checked: boolean, label: string, detail: string): Html {
  return html`<label class="choice"><input type="${type}" name="${name}" value="${value}"${checked ? html` checked` : ''}>
<span>${label}<span class="dim">${detail}</span></span></label>`
}

// One cookie for all consent pages of a browser, so that several may be open. Lax keeps it from other sites' form posts.
const cookieName = 'sandbox_browser'

function browserCookie(issuer: string, id: string): string {
  const { protocol, pathname } = new URL(issuer)
  const secure = protocol === 'https:' ? '; Secure' : ''
  return `${cookieName}=${id}; Path=${pathname}; HttpOnly; SameSite=Lax${secure}`
}

export function browserId(cookie: string | undefined): string | undefined {
  return new RegExp(`(?:^|; *)${cookieName}=([\\w-]{43})(?:;|$)`).exec(cookie ?? '')?.[1]
}
