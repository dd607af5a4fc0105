import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { manualClock, type RunningSandbox, type StartOptions, startSandbox } from '@evergrant/sandbox'

export const redirectUri = 'http://127.0.0.1/callback'
export const web = { client_id: 'web', client_secret: 'a secret: +/%', redirect_uris: [redirectUri] }
export const native = { client_id: 'native', redirect_uris: [redirectUri] }
export const verifier = 'a-verifier-that-is-forty-three-characters-long-or-more'

/** A sandbox with a confidential and a public client, on a clock that stands still. */
export async function sandboxAt(options: StartOptions = {}) {
  const clock = manualClock()
  const sandbox = await startSandbox({ clients: [web, native], clock, ...options })
  return Object.assign(sandbox, { clock })
}

export function authorizationUrl(sandbox: { issuer: string }, changes: Record<string, string | undefined> = {}): URL {
  const url = new URL(`${sandbox.issuer}/authorize`)
  const parameters = {
    response_type: 'code',
    client_id: 'native',
    redirect_uri: redirectUri,
    scope: 'mail.read mail.send',
    state: 'the state',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...changes,
  }
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value)
  return url
}

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly json: Record<string, string | undefined>
}

/** Posts a form as the public client, unless the fields or the headers say otherwise. */
export async function post(
  sandbox: { issuer: string },
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Answered> {
  const body = new URLSearchParams({ client_id: 'native', ...fields })
  const response = await fetch(sandbox.issuer + path, { method: 'POST', body, headers })
  const text = await response.text()
  return { status: response.status, headers: response.headers, json: text === '' ? {} : JSON.parse(text) }
}

export async function codeFor(
  sandbox: RunningSandbox,
  changes: Record<string, string | undefined> = {},
): Promise<string> {
  const callback = new URL(await sandbox.approve(authorizationUrl(sandbox, changes)))
  const code = callback.searchParams.get('code')
  assert.ok(code, `no code in ${callback}`)
  return code
}

export function redeem(
  sandbox: { issuer: string },
  code: string,
  changes: Record<string, string> = {},
): Promise<Answered> {
  const fields = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier }
  return post(sandbox, '/token', { ...fields, ...changes })
}

/** The tokens of a fresh consent. */
export async function consented(sandbox: RunningSandbox, changes: Record<string, string> = {}) {
  const { status, json } = await redeem(sandbox, await codeFor(sandbox, changes))
  assert.equal(status, 200)
  return { access: json.access_token ?? '', refresh: json.refresh_token ?? '', json }
}

export function refresh(
  sandbox: { issuer: string },
  token: string,
  changes: Record<string, string> = {},
): Promise<Answered> {
  return post(sandbox, '/token', { grant_type: 'refresh_token', refresh_token: token, ...changes })
}

export async function echo(sandbox: { issuer: string }, token: string): Promise<Answered> {
  const response = await fetch(`${sandbox.issuer}/api/echo`, { headers: { authorization: `Bearer ${token}` } })
  return { status: response.status, headers: response.headers, json: (await response.json()) as Answered['json'] }
}
