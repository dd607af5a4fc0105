import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { AccountInfo } from '@azure/msal-node'
import { defineClient, resolveProvider, tokenSource } from '@evergrant/core'
import { fileStore } from '@evergrant/stores/file'
import { OAuth2Client } from 'google-auth-library'
import * as openid from 'openid-client'
import { AuthorizationCode } from 'simple-oauth2'
import { msalWithFile } from './peers.ts'

/** What a worker is told to do. */
export interface Task {
  readonly contender: 'evergrant' | 'openid-client' | 'simple-oauth2' | 'google-auth-library' | '@azure/msal-node'
  readonly issuer: string
  readonly tokenEndpoint: string
  /** The file that all workers share. */
  readonly file: string
  readonly callers: number
}

/** What it says when it is done. */
export interface Outcome {
  readonly failed: number
  /** How many different access tokens its callers got. */
  readonly tokens: number
}

interface SharedTokens {
  access_token: string
  refresh_token: string
  expires_at: number
}

/** How programs keep tokens that have no store: a JSON file, read before use and written after a refresh. */
const readShared = (file: string): SharedTokens => JSON.parse(readFileSync(file, 'utf8')) as SharedTokens
function writeShared(file: string, tokens: SharedTokens): void {
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(tokens))
  renameSync(`${file}.${process.pid}`, file)
}

function caller(task: Task): () => Promise<string> {
  const { contender, issuer, tokenEndpoint, file } = task
  if (contender === 'evergrant') {
    const provider = resolveProvider({
      id: 'bench',
      name: 'Bench',
      issuer,
      discovery: 'none',
      token_endpoint: tokenEndpoint,
    })
    const client = defineClient({ provider, client_id: 'bench', client_secret: 'bench-secret' })
    const source = tokenSource('bench', { client, store: fileStore(file) })
    return async () => (await source.token()).access_token
  }
  if (contender === 'google-auth-library') return googleCaller(task)
  if (contender === '@azure/msal-node') return msalCaller(task)
  let held = readShared(file)
  const refresh = contender === 'openid-client' ? openidRefresh(issuer, tokenEndpoint) : simpleRefresh(tokenEndpoint)
  return async () => {
    if (held.expires_at > Date.now() / 1000) return held.access_token
    const shared = readShared(file)
    if (shared.expires_at > Date.now() / 1000) held = shared
    else {
      held = await refresh(shared)
      writeShared(file, held)
    }
    return held.access_token
  }
}

/** As its documentation says: the tokens of its `tokens` event are kept, and given to it at the start. */
function googleCaller({ tokenEndpoint, file }: Task): () => Promise<string> {
  const endpoints = { oauth2TokenUrl: tokenEndpoint }
  const client = new OAuth2Client({ clientId: 'bench', clientSecret: 'bench-secret', endpoints })
  const { access_token, refresh_token, expires_at } = readShared(file)
  client.setCredentials({ access_token, refresh_token, expiry_date: expires_at * 1000 || 1 })
  client.on('tokens', (tokens) =>
    writeShared(file, {
      access_token: tokens.access_token ?? '',
      refresh_token: tokens.refresh_token ?? refresh_token,
      expires_at: (tokens.expiry_date ?? 0) / 1000,
    }),
  )
  return async () => (await client.getAccessToken()).token ?? ''
}

/** With the cache plug-in that its documentation shows: a file, read before and written after every use of the cache. */
function msalCaller({ tokenEndpoint, file }: Task): () => Promise<string> {
  const [application] = msalWithFile(tokenEndpoint, file)
  if (application === undefined) throw new Error('no application')
  let account: Promise<AccountInfo | undefined> | undefined
  return async () => {
    account ??= application
      .getTokenCache()
      .getAllAccounts()
      .then(([first]) => first)
    const known = await account
    if (known === undefined) throw new Error('no account')
    const result = await application.acquireTokenSilent({ account: known, scopes: ['openid', 'offline_access'] })
    return result.accessToken
  }
}

function openidRefresh(issuer: string, token_endpoint: string): (held: SharedTokens) => Promise<SharedTokens> {
  const configuration = new openid.Configuration({ issuer, token_endpoint }, 'bench', 'bench-secret')
  openid.allowInsecureRequests(configuration)
  return async ({ refresh_token }) => {
    const answer = await openid.refreshTokenGrant(configuration, refresh_token)
    return {
      access_token: answer.access_token,
      refresh_token: answer.refresh_token ?? refresh_token,
      expires_at: Date.now() / 1000 + (answer.expires_in ?? 0),
    }
  }
}

function simpleRefresh(tokenEndpoint: string): (held: SharedTokens) => Promise<SharedTokens> {
  const { origin, pathname } = new URL(tokenEndpoint)
  const client = new AuthorizationCode({
    client: { id: 'bench', secret: 'bench-secret' },
    auth: { tokenHost: origin, tokenPath: pathname },
  })
  return async ({ access_token, refresh_token }) => {
    const { token } = await client.createToken({ access_token, refresh_token }).refresh()
    return {
      access_token: String(token['access_token']),
      refresh_token: String(token['refresh_token'] ?? refresh_token),
      expires_at: Date.now() / 1000 + Number(token['expires_in'] ?? 0),
    }
  }
}

process.once('message', async (message) => {
  const task = message as Task
  const call = caller(task)
  const settled = await Promise.allSettled(Array.from({ length: task.callers }, call))
  const got = settled.filter((one) => one.status === 'fulfilled').map((one) => one.value)
  const outcome: Outcome = { failed: settled.length - got.length, tokens: new Set(got).size }
  process.send?.(outcome, () => process.exit())
})
process.send?.('ready')
