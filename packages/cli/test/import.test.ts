import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmod, mkdir, readFile, readlink, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { type RunningSandbox, startSandbox } from '@evergrant/sandbox'
import { AuthorizationCode } from 'simple-oauth2'
import { type Home, home } from './command-line.ts'

const redirect_uri = 'http://127.0.0.1/callback'
const app = { client_id: 'app', client_secret: 'pLaNtEd-s3cr3t', redirect_uris: [redirect_uri] }

/** Another program, which had a person consent and kept the token in a file of its own. */
async function foreignFile(at: Home, sandbox: RunningSandbox, username = 'alice'): Promise<string> {
  const client = new AuthorizationCode({
    client: { id: app.client_id, secret: app.client_secret },
    auth: { tokenHost: sandbox.issuer, tokenPath: '/token', authorizePath: '/authorize' },
  })
  const url = client.authorizeURL({ redirect_uri, scope: 'openid mail offline_access', state: 'x' })
  const code = new URL(await sandbox.approve(url, { username })).searchParams.get('code') ?? ''
  const token = await client.getToken({ code, redirect_uri })
  const path = join(at.folder, `${username}.json`)
  await writeFile(path, JSON.stringify(token))
  return path
}

const secret = { EVERGRANT_CLIENT_SECRET: app.client_secret }

test('[#121] another program’s grant is shown first, then taken over, and refreshed without a person', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [app], pkce: 'optional' })
  const path = await foreignFile(at, sandbox)
  const before = await readFile(path, 'utf8')
  const named = ['--issuer', sandbox.issuer, '--client-id', 'app', '--store', 'file:./grants.json']
  const dry = await at.run(['import', path, ...named], { env: secret })
  assert.equal(dry.code, 0, dry.stderr)
  assert.match(dry.stdout, /^alice\S* +http\S+ +app +yes +would store$/m)
  assert.match(dry.stderr, /simple-oauth2\. Nothing was written; --write/)
  assert.equal((await at.run(['grants', 'list', '--store', 'file:./grants.json'])).stdout, '')

  const done = await at.run(['import', path, ...named, '--grant', 'work', '--write'], { env: secret })
  assert.equal(done.code, 0, done.stderr)
  assert.match(done.stdout, /^work .* stored$/m)
  assert.match(done.stderr, /Stop the other program now/)
  assert.equal(await readFile(path, 'utf8'), before, 'the file of the other program was touched')
  const token = ['token', '--store', 'file:./grants.json', '--grant', 'work']
  const held = await at.run(token, { env: secret })
  assert.equal(held.stdout.trim(), JSON.parse(before).access_token)
  assert.equal(sandbox.journal.count({ grant_type: 'refresh_token' }), 0)
  const renewed = await at.run([...token, '--force'], { env: secret })
  assert.equal(renewed.code, 0, renewed.stderr)
  assert.notEqual(renewed.stdout, held.stdout)
  assert.equal(sandbox.families()[0]?.alive, true)
  const { access_token, refresh_token } = JSON.parse(before)
  for (const secret of [access_token, refresh_token, app.client_secret]) {
    for (const { stdout, stderr } of [dry, done]) assert.ok(!(stdout + stderr).includes(secret))
  }
})

test('a grant that is there is kept, unless it is told to be replaced', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [app], pkce: 'optional' })
  const path = await foreignFile(at, sandbox)
  const command = [
    'import',
    path,
    '--issuer',
    sandbox.issuer,
    '--client-id',
    'app',
    '--grant',
    'a',
    '--write',
    '--json',
  ]
  assert.equal((await at.run(command, { env: secret })).code, 0)
  const other = await foreignFile(at, sandbox, 'bob')
  const again = await at.run([...command.with(1, other)], { env: secret })
  assert.equal(again.code, 1)
  assert.equal(JSON.parse(again.stdout)[0].outcome, 'kept: there already')
  const account = async () => JSON.parse((await at.run(['grants', 'show', 'a', '--json'])).stdout).subject.username
  assert.match(await account(), /alice/)
  const replaced = await at.run([...command.with(1, other), '--replace'], { env: secret })
  assert.equal(JSON.parse(replaced.stdout)[0].outcome, 'replaced')
  assert.match(await account(), /bob/)
})

test('a file from stdin, and one that says itself where its provider is, with its secret kept when that is wanted', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [app], pkce: 'optional' })
  const { refresh_token } = JSON.parse(await readFile(await foreignFile(at, sandbox), 'utf8'))
  const credentials = {
    type: 'authorized_user',
    ...app,
    refresh_token,
    token_uri: `${sandbox.issuer}/token`,
    account: 'alice@example.com',
  }
  const ran = await at.run(['import', '-', '--write', '--save-secret'], { input: JSON.stringify(credentials) })
  assert.equal(ran.code, 0, ran.stderr)
  const token = await at.run(['token', '--grant', 'alice@example.com'])
  assert.equal(token.code, 0, token.stderr)
  assert.equal(sandbox.journal.count({ grant_type: 'refresh_token' }), 1)
})

test('what is missing is named, and nothing is written', async () => {
  await using at = await home()
  const file = async (name: string, value: unknown): Promise<string> => {
    await writeFile(join(at.folder, name), JSON.stringify(value))
    return name
  }
  const bare = await file('bare.json', { refresh_token: 'rt-very-secret' })
  const two = await file('two.json', {
    RefreshToken: {
      a: { home_account_id: 'u1', environment: 'login.example', client_id: 'app', secret: 'rt-very-secret' },
      b: { home_account_id: 'u2', environment: 'login.example', client_id: 'app', secret: 'rt-very-secret' },
    },
  })
  const where = ['--issuer', 'https://login.example']
  for (const [args, words] of [
    [['missing.json'], /missing\.json cannot be read/],
    [[bare, ...where], /--client-id <id>/],
    [[bare, '--client-id', 'app'], /--provider <id>, --issuer <url> or --token-endpoint/],
    [[two, ...where, '--grant', 'a'], /holds 2 grants: imported, imported/],
    [[two, ...where], /several grants that would be called "imported"/],
    [[bare, ...where, '--client-id', 'app', '--store', 'memory:'], /would forget the grants/],
    [[await file('none.json', { RefreshToken: {} }), ...where], /no grant is in it/],
    [[await file('odd.json', { hello: 'rt-very-secret' }), ...where], /no token was found/],
  ] as const) {
    const { code, stdout, stderr } = await at.run(['import', ...args, '--write'])
    assert.deepEqual([code, stdout], [2, ''], stderr)
    assert.match(stderr, words)
    assert.doesNotMatch(stderr, /rt-very-secret/)
  }
  assert.equal((await at.run(['grants', 'list'])).stdout, '')
})

test('a file that cannot be what it should be is named, whatever is wrong with it, and nothing is written', async (t) => {
  await using at = await home()
  const where = ['--issuer', 'https://login.example', '--client-id', 'app', '--write']
  await mkdir(join(at.folder, 'a-folder'))
  await writeFile(join(at.folder, 'cut-off.json'), '{"refresh_token":"rt-very-secret"')
  await writeFile(join(at.folder, 'empty.json'), '')
  await writeFile(join(at.folder, 'latin1.json'), Buffer.from('{"refresh_token":"rt-very-secret-\xe4"}', 'latin1'))
  await writeFile(join(at.folder, 'huge.json'), '')
  await truncate(join(at.folder, 'huge.json'), 3 * 1024 ** 3)
  await symlink('nowhere', join(at.folder, 'dangling'))
  const cases: [string, RegExp][] = [
    ['a-folder', /a-folder is a folder\.\s+who .*\s+advice +Give a file, or - and the content on stdin/],
    ['dangling', /dangling cannot be read .*ENOENT/],
    ['cut-off.json', /cut-off\.json: .*cut off or damaged/],
    ['empty.json', /empty\.json: .*is empty/],
    ['latin1.json', /latin1\.json: .*no known kind/],
    ['huge.json', /huge\.json has more than 64 MiB/],
  ]
  if (process.platform !== 'win32') {
    // Nobody writes into it: opening it would wait for ever.
    execFileSync('mkfifo', [join(at.folder, 'pipe')])
    cases.push(['/dev/zero', /\/dev\/zero is no file/], ['pipe', /pipe is a named pipe/])
  }
  for (const [file, words] of cases) {
    const { code, stdout, stderr } = await at.run(['import', file, ...where])
    assert.deepEqual([code, stdout], [2, ''], stderr)
    assert.match(stderr, words)
    assert.doesNotMatch(stderr, /rt-very-secret/)
  }
  const piped = await at.run(['import', '-', ...where], { input: '{"refresh_token":"rt-very-secret"' })
  assert.match(piped.stderr, /stdin: .*cut off/)
  assert.equal((await at.run(['grants', 'list'])).stdout, '')
  if (process.getuid?.() === 0) return t.diagnostic('an administrator may read every file')
  await chmod(join(at.folder, 'cut-off.json'), 0)
  assert.match((await at.run(['import', 'cut-off.json', ...where])).stderr, /cut-off\.json cannot be read .*EACCES/)
})

test('many grants are taken over with a word about how far it is, through a link, in a store for many', async () => {
  await using at = await home()
  const count = 1500
  const each = Array.from({ length: count }, (_, n) => `u${n}`)
  const cache = {
    Account: Object.fromEntries(
      each.map((id) => [id, { home_account_id: id, environment: 'login.example', username: `${id}@example.com` }]),
    ),
    RefreshToken: Object.fromEntries(
      each.map((id) => [
        id,
        { home_account_id: id, environment: 'login.example', client_id: 'app', secret: `rt-${id}` },
      ]),
    ),
  }
  await writeFile(join(at.folder, 'real.json'), JSON.stringify(cache))
  await symlink('real.json', join(at.folder, 'cache.json'))
  const where = ['--issuer', 'https://login.example', '--store', 'file:./grants.json']
  const dry = await at.run(['import', 'cache.json', ...where])
  assert.equal(dry.code, 0, dry.stderr)
  assert.equal(dry.stdout.match(/would store/g)?.length, count)
  assert.match(dry.stderr, /Looked at 900 of 1500/)
  const { code, stderr } = await at.run(['import', 'cache.json', ...where, '--write'])
  assert.equal(code, 0, stderr)
  assert.match(stderr, /Stored 1500 of 1500/)
  assert.equal(Object.keys(JSON.parse(await readFile(join(at.folder, 'grants.json'), 'utf8')).grants).length, count)
  assert.equal(await readlink(join(at.folder, 'cache.json')), 'real.json')
})

test('names in a foreign file neither steer the terminal nor forge a line, in the table, in JSON and in errors', async () => {
  await using at = await home()
  const name = 'ali\u001b[2J\u001b[31mce\u009b1m\nmallory  stored\u202e\u0007\r'
  const claims = { iss: 'https://login.example', sub: '1', preferred_username: name }
  const id_token = `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`
  const file = join(at.folder, 'token.json')
  await writeFile(file, JSON.stringify({ refresh_token: 'rt', access_token: 'at', id_token }))
  const command = ['import', file, '--issuer', 'https://login.example', '--store', 'file:./grants.json']
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  const steering = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/
  const table = await at.run([...command, '--client-id', 'app', '--write'])
  assert.equal(table.code, 0, table.stderr)
  assert.match(table.stdout, /^ali \[2J \[31mce 1m mallory {2}stored +https:\S+ +app +yes +stored$/m)
  assert.equal(table.stdout.trimEnd().split('\n').length, 2)
  const json = await at.run([...command, '--client-id', 'app', '--json'])
  assert.equal(JSON.parse(json.stdout)[0].grant, name)
  const listed = await at.run(['grants', 'list', '--store', 'file:./grants.json'])
  assert.match(listed.stdout, /^ali .*mallory.*$/m)
  const shown = await at.run(['grants', 'show', name, '--store', 'file:./grants.json'])
  assert.match(shown.stdout, /^grant +ali .*mallory.*$/m)
  const failed = await at.run(command)
  assert.match(failed.stderr, /which client ali .*mallory.*consented to/)
  for (const { stdout, stderr } of [table, json, listed, shown, failed]) {
    assert.doesNotMatch(stdout, steering)
    assert.doesNotMatch(stderr, steering)
  }
})
