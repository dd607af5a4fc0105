import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { type RunningSandbox, startSandbox, startSandboxMail } from '@evergrant/sandbox'
import { type Home, home, type Ran } from './command-line.ts'

const MAIL = 'https://mail.google.com/'
const ROBOT = 'robot@project.iam.gserviceaccount.com'
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const file = JSON.stringify({
  type: 'service_account',
  private_key_id: 'k1',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  client_email: ROBOT,
  client_id: '1032165',
})

/** A sandbox that refuses as Google does. */
async function google(): Promise<RunningSandbox> {
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k1' }
  const sandbox = await startSandbox({ clients: [{ client_id: ROBOT, jwk, delegated_scope: MAIL }] })
  const error_description = 'Client is unauthorized to retrieve access tokens using this method.'
  const fields = { error: 'unauthorized_client', error_description }
  sandbox.configure({ imitate: { habits: { refusals: [{ when: '^unauthorized_client', status: 401, fields }] } } })
  return sandbox
}

async function run(at: Home, sandbox: RunningSandbox, ...args: readonly string[]): Promise<Ran> {
  await writeFile(join(at.folder, 'key.json'), file)
  const where = ['--provider', 'google', '--token-endpoint', `${sandbox.url}/token`]
  return at.run(['token', ...where, '--service-account-file', 'key.json', ...args])
}

test('a service account’s key file and a person are enough for a token of that person', async () => {
  await using at = await home()
  await using sandbox = await google()
  const ran = await run(at, sandbox, '--subject', 'alice@example.test', '--scope', MAIL)
  assert.equal(ran.code, 0, ran.stderr)
  assert.match(ran.stdout, /^\S+\n$/)
  const authorization = `Bearer ${ran.stdout.trim()}`
  const echo = await fetch(`${sandbox.url}/api/echo`, { headers: { authorization } })
  assert.equal(((await echo.json()) as { username?: string }).username, 'alice')
  const bob = await run(at, sandbox, '--subject', 'bob@example.test', '--scope', MAIL, '--json')
  assert.notEqual(JSON.parse(bob.stdout).access_token, ran.stdout.trim(), 'one person’s token is never another’s')
})

test('with a store a service account’s token is kept, by person and scope, until it ends or another is asked for', async () => {
  await using at = await home()
  await using sandbox = await google()
  const asked = () => sandbox.journal.count({ endpoint: 'token' })
  const token = async (person: string, ...more: readonly string[]) => {
    const args = ['--subject', `${person}@example.test`, '--scope', MAIL, '--store', 'file:./robots.json', ...more]
    const ran = await run(at, sandbox, ...args)
    assert.equal(ran.code, 0, ran.stderr)
    return ran.stdout.trim()
  }
  const first = await token('alice')
  assert.equal(await token('alice'), first)
  assert.equal(asked(), 1, 'the second call asks nobody')
  const bob = await token('bob')
  assert.notEqual(bob, first)
  assert.notEqual(await token('alice', '--force'), first)
  assert.equal(await token('bob'), bob)
  assert.equal(asked(), 3)
  const listed = await at.run(['grants', 'list', '--store', 'file:./robots.json', '--json'])
  assert.deepEqual((JSON.parse(listed.stdout) as { id: string }[]).map(({ id }) => id).sort(), [
    `${ROBOT} for alice@example.test`,
    `${ROBOT} for bob@example.test`,
  ])
  const other = ['--subject', 'alice@example.test', '--scope', 'https://www.googleapis.com/auth/drive']
  const refused = await run(at, sandbox, ...other, '--store', 'file:./robots.json')
  assert.equal(refused.code, 1, 'a token of another scope is no substitute')
  assert.match(refused.stderr, /needs the scopes: https:\/\/www\.googleapis\.com\/auth\/drive/)
})

test('[#92] missing delegation is told with the number and the scopes to enter, and where', async () => {
  await using at = await home()
  await using sandbox = await google()
  const ran = await run(
    at,
    sandbox,
    '--subject',
    'alice@example.test',
    '--scope',
    'https://www.googleapis.com/auth/drive',
  )
  assert.equal(ran.code, 1)
  assert.equal(ran.stdout, '')
  assert.match(ran.stderr, /client ID 1032165 .*needs the scopes: https:\/\/www\.googleapis\.com\/auth\/drive/)
  assert.match(ran.stderr, /Security, API controls, Domain-wide delegation/)
  assert.doesNotMatch(ran.stderr, /PRIVATE KEY/)
})

test('[#92] doctor tries a service account, and says what an administrator has to enter', async () => {
  await using at = await home()
  await using sandbox = await google()
  await writeFile(join(at.folder, 'key.json'), file)
  const args = ['doctor', '--json', '--provider', 'google', '--token-endpoint', `${sandbox.url}/token`]
  const check = async (scope: string) => {
    const who = ['--service-account-file', 'key.json', '--subject', 'alice@example.test', '--scope', scope]
    const { code, stdout } = await at.run([...args, '--authorization-endpoint', `${sandbox.url}/authorize`, ...who])
    const { checks } = JSON.parse(stdout) as { checks: { id: string; result: string; detail: string }[] }
    return { code, step: checks.find(({ id }) => id === 'client_authentication') }
  }
  const good = await check(MAIL)
  assert.deepEqual([good.code, good.step?.result], [0, 'ok'])
  const bad = await check('https://www.googleapis.com/auth/drive')
  assert.deepEqual([bad.code, bad.step?.result], [1, 'fail'])
  assert.match(bad.step?.detail ?? '', /client ID 1032165/)
})

test('what does not go with a service account is a usage error that names it', async () => {
  await using at = await home()
  await using sandbox = await google()
  for (const [args, words] of [
    [['--client-id', 'x', '--grant', 'x'], /--client-id, --grant: a service account needs neither/],
    [['--flow', 'client_credentials'], /--flow jwt_bearer alone/],
    [['--server', 'http://127.0.0.1:1', '--account', 'a'], /--service-account-file: the server has the grant/],
  ] as const) {
    const ran = await run(at, sandbox, ...args)
    assert.equal(ran.code, 2)
    assert.match(ran.stderr, words)
  }
  const missing = await at.run(['token', '--provider', 'google', '--flow', 'jwt_bearer'])
  assert.deepEqual([missing.code, /Which service account\?/.test(missing.stderr)], [2, true])
  assert.equal(sandbox.journal.count({ endpoint: 'token' }), 0)
})

test('a service account tests the mailbox of each person whom it may act for, and of nobody else', async () => {
  await using at = await home()
  await using sandbox = await google()
  await using mail = await startSandboxMail(sandbox)
  const { imap, pop, smtp } = mail.ports
  const servers = Object.entries({ imap, pop, smtp }).flatMap(([name, port]) => [
    `--${name}`,
    `${name}://127.0.0.1:${port}?security=none`,
  ])
  await writeFile(join(at.folder, 'key.json'), file)
  const where = [
    '--provider',
    'google',
    '--token-endpoint',
    `${sandbox.url}/token`,
    '--service-account-file',
    'key.json',
  ]
  const test = (address: string, ...more: string[]) => at.run(['mail', 'test', address, ...where, ...servers, ...more])
  for (const person of ['alice@example.test', 'bob@example.test']) {
    const works = await test(person)
    assert.equal(works.code, 0, works.stderr + works.stdout)
    assert.match(works.stdout, /✓ IMAP .*\n✓ POP .*\n✓ SMTP .*takes mail from/)
  }
  const { code, stdout } = await test('alice@example.test', '--subject', 'bob@example.test')
  assert.equal(code, 1, 'one person’s token opens no other’s mailbox')
  assert.match(stdout, /✗ IMAP .*invalid_token/)
  const nobody = await test('nobody@example.test')
  assert.notEqual(nobody.code, 0)
  const narrow = await test('alice@example.test', '--scope', 'https://www.googleapis.com/auth/calendar')
  assert.notEqual(narrow.code, 0)
  assert.match(narrow.stderr + narrow.stdout, /Client is unauthorized/)
})
