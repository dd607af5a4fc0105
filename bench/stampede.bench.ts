import { fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  beginAuthorization,
  defineClient,
  finishAuthorization,
  type Grant,
  grant,
  memoryStore,
  resolveProvider,
} from '@evergrant/core'
import { type RunningSandbox, startSandbox } from '@evergrant/sandbox'
import { fileStore } from '@evergrant/stores/file'
import { msalWithFile } from './peers.ts'
import type { Outcome, Task } from './stampede-worker.ts'

const CONTENDERS = ['evergrant', 'openid-client', 'simple-oauth2', 'google-auth-library', '@azure/msal-node'] as const
const SCENARIOS = [
  { name: '1 process × 1,000', processes: 1, callers: 1_000, rounds: 1 },
  { name: '1 process × 1,000, ten refreshes in a row', processes: 1, callers: 1_000, rounds: 10 },
  { name: '4 processes × 250 on one store', processes: 4, callers: 250, rounds: 10 },
  { name: '8 processes × 250 on one store', processes: 8, callers: 250, rounds: 10 },
] as const

/**
 * Callers that all find the access token expired at once, against an authorization server that rotates refresh tokens
 * without grace and ends the whole grant when an old one is used again, as RFC 9700 §4.14.2 advises.
 */
export async function stampede(): Promise<string> {
  const lines: string[] = []
  for (const contender of CONTENDERS) {
    const cells: string[] = []
    for (const scenario of SCENARIOS) cells.push(await run(contender, scenario))
    lines.push(`| ${contender === 'evergrant' ? '**evergrant**' : contender} | ${cells.join(' | ')} |`)
  }
  return [
    '## A stampede on an expired grant',
    '',
    'Refresh requests that reached the provider per round, and whether the grant was alive at the end.',
    '',
    `| | ${SCENARIOS.map(({ name }) => name).join(' | ')} |`,
    `| --- | ${SCENARIOS.map(() => '---').join(' | ')} |`,
    ...lines,
    '',
  ].join('\n')
}

async function run(contender: Task['contender'], scenario: (typeof SCENARIOS)[number]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'evergrant-stampede-'))
  const redirect_uri = 'http://127.0.0.1/callback'
  const clients = [{ client_id: 'bench', client_secret: 'bench-secret', redirect_uris: [redirect_uri] }]
  const sandbox = await startSandbox({ clients, rotation: 'always', graceSeconds: 0, reuse: 'revoke-family' })
  try {
    const file = join(folder, 'grants.json')
    await consent(sandbox, redirect_uri, contender, file)
    const counts: number[] = []
    let failed = 0
    for (let round = 0; round < scenario.rounds && alive(sandbox); round++) {
      await expire(contender, file)
      const before = refreshes(sandbox)
      const task = { contender, file, callers: scenario.callers, ...addresses(sandbox) }
      const outcomes = await workers(task, scenario.processes)
      failed += outcomes.reduce((sum, outcome) => sum + outcome.failed, 0)
      counts.push(refreshes(sandbox) - before)
    }
    const [least, most] = [Math.min(...counts), Math.max(...counts)]
    const requests =
      least === most ? least.toLocaleString('en') : `${least.toLocaleString('en')}–${most.toLocaleString('en')}`
    const fate = alive(sandbox) ? 'alive' : `**destroyed** in round ${counts.length}`
    return `${requests}, ${fate}${failed > 0 ? `, ${failed.toLocaleString('en')} callers failed` : ''}`
  } finally {
    await sandbox.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

const alive = (sandbox: RunningSandbox): boolean => sandbox.families().every((family) => family.alive)
const refreshes = (sandbox: RunningSandbox): number => sandbox.journal.count({ grant_type: 'refresh_token' })
const addresses = (sandbox: RunningSandbox): Pick<Task, 'issuer' | 'tokenEndpoint'> => ({
  issuer: sandbox.issuer,
  tokenEndpoint: `${sandbox.url}/token`,
})

async function consent(
  sandbox: RunningSandbox,
  redirect_uri: string,
  contender: Task['contender'],
  file: string,
): Promise<void> {
  const provider = resolveProvider({ id: 'bench', name: 'Bench', issuer: sandbox.issuer })
  const client = defineClient({ provider, client_id: 'bench', client_secret: 'bench-secret' })
  // MSAL asks for all three, whatever it is told.
  const scope = 'openid offline_access profile'
  const { url, pending } = await beginAuthorization(client, { grant: 'bench', redirect_uri, scope })
  if (contender === '@azure/msal-node') {
    const code = new URL(await sandbox.approve(url)).searchParams.get('code') ?? ''
    const [application] = msalWithFile(`${sandbox.url}/token`, file)
    const { code_verifier: codeVerifier = '' } = pending
    const { nonce = '' } = pending
    const request = { code, codeVerifier, nonce, redirectUri: redirect_uri, scopes: scope.split(' ') }
    await application?.acquireTokenByCode(request)
    return
  }
  const store = contender === 'evergrant' ? fileStore(file) : memoryStore()
  const given = await finishAuthorization(client, { callback: await sandbox.approve(url), pending, store })
  if (contender !== 'evergrant') {
    writeFileSync(
      file,
      JSON.stringify({
        access_token: given.access['']?.access_token,
        refresh_token: given.refresh_token,
        expires_at: 0,
      }),
    )
  }
}

/** Lets the stored access token have ended. */
async function expire(contender: Task['contender'], file: string): Promise<void> {
  if (contender === '@azure/msal-node') {
    const cache = JSON.parse(readFileSync(file, 'utf8')) as { AccessToken: Record<string, object> }
    for (const [key, token] of Object.entries(cache.AccessToken))
      cache.AccessToken[key] = { ...token, expires_on: '1', extended_expires_on: '1' }
    writeFileSync(file, JSON.stringify(cache))
    return
  }
  if (contender !== 'evergrant') {
    const held = JSON.parse(readFileSync(file, 'utf8')) as object
    writeFileSync(file, JSON.stringify({ ...held, expires_at: 0 }))
    return
  }
  const store = fileStore(file)
  const held = await store.get('bench')
  if (held === undefined) throw new Error('the grant was lost')
  await store.put(withEndedToken(held), held.version)
}

function withEndedToken(held: Grant): Grant {
  const ended = Date.now() / 1000 - 1
  const token = held.access['']
  return token === undefined
    ? held
    : grant({ ...held, access: { '': { ...token, expires_at: ended, refresh_at: ended - 1 } } })
}

/** Runs the task in so many processes at once; they start together when all are ready. */
async function workers(task: Task, processes: number): Promise<Outcome[]> {
  const file = new URL('./stampede-worker.ts', import.meta.url)
  const children = Array.from({ length: processes }, () =>
    fork(file, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }),
  )
  await Promise.all(children.map((child) => new Promise((resolve) => child.once('message', resolve))))
  const done = children.map(
    (child) => new Promise<Outcome>((resolve) => child.once('message', (said) => resolve(said as Outcome))),
  )
  for (const child of children) child.send(task)
  const outcomes = await Promise.all(done)
  await Promise.all(
    children.map(
      (child) => new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(undefined))),
    ),
  )
  return outcomes
}
