import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { startSandbox } from '@evergrant/sandbox'
import { openStore } from '@evergrant/stores/open'
import { bin, consentUrl, type Home, home } from './command-line.ts'

const native = { client_id: 'native', redirect_uris: ['http://127.0.0.1/callback', 'http://127.0.0.1/custom/path?x=1'] }

function started(at: Home, issuer: string, args: readonly string[] = [], options = {}) {
  return at.start(['login', '--no-open', '--issuer', issuer, '--client-id', 'native', ...args], options)
}

async function stored(at: Home, id = 'default', file = '.local/share/evergrant/grants.json') {
  const store = await openStore(`file:${join(at.folder, file)}`)
  const found = await store.get(id)
  await store.close()
  return found
}

test('[#40] login opens the browser, catches the redirect on a free port, stores the grant, and stops listening', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [native] })
  // A browser that consents: it follows the sandbox's page and the redirect, as a person would.
  const browser = join(at.folder, 'browser')
  const person = new URL('../../sandbox/src/person.ts', import.meta.url).href
  await writeFile(
    browser,
    `#!${process.execPath}
import('node:fs').then(async ({ writeFileSync }) => {
  const { person } = await import(${JSON.stringify(person)})
  const callback = await person.approve(process.argv[2], { username: 'bob' })
  const page = await fetch(callback)
  writeFileSync(${JSON.stringify(join(at.folder, 'seen.json'))}, JSON.stringify({
    callback, status: page.status, headers: Object.fromEntries(page.headers), html: await page.text(),
  }))
})
`,
  )
  await chmod(browser, 0o755)
  const login = at.start(
    ['login', '--issuer', sandbox.issuer, '--client-id', 'native', '--scope', 'openid profile', '--grant', 'bob<i>'],
    { env: { BROWSER: browser } },
  )
  const ran = await login.ended
  assert.equal(ran.code, 0, ran.stderr)
  assert.equal(ran.stdout, '')
  assert.match(ran.stderr, /Grant "bob<i>" is stored/)
  assert.equal((await stored(at, 'bob<i>'))?.subject?.sub, 'bob')
  const seen = JSON.parse(await readFile(join(at.folder, 'seen.json'), 'utf8'))
  assert.equal(seen.status, 200)
  assert.match(seen.html, /You can close this window/)
  assert.match(seen.html, /bob&lt;i&gt;/)
  assert.doesNotMatch(seen.html, /<i>|https?:\/\/(?!127)/)
  assert.equal(seen.headers['cache-control'], 'no-store')
  assert.equal(seen.headers['referrer-policy'], 'no-referrer')
  assert.match(seen.headers['content-security-policy'], /^default-src 'none'/)
  const { host, port } = new URL(seen.callback)
  assert.match(host, /^127\.0\.0\.1:\d+$/)
  await assert.rejects(fetch(`http://127.0.0.1:${port}/callback`))
  const [asked] = sandbox.journal.where({ endpoint: 'authorize' })
  assert.equal(asked?.query['code_challenge_method'], 'S256')
  assert.equal((await at.run(['token', '--grant', 'bob<i>'])).code, 0)
})

test('login keeps what is needed to reach the client, and no secret unless it is asked to', async () => {
  await using at = await home()
  const app = { ...native, client_secret: 'app-secret-1' }
  await using sandbox = await startSandbox({ clients: [app] })
  const secret = ['--client-secret', app.client_secret]
  const login = started(at, sandbox.issuer, ['--scope', 'mail.read', ...secret])
  await fetch(await sandbox.approve(await consentUrl(login)))
  assert.equal((await login.ended).code, 0)
  const folder = join(at.folder, 'config/profiles')
  const [name = ''] = await readdir(folder)
  assert.doesNotMatch(await readFile(join(folder, name), 'utf8'), /app-secret-1/)
  const without = await at.run(['token', '--force'])
  assert.equal(without.code, 2)
  assert.match(without.stderr, /client secret.*EVERGRANT_CLIENT_SECRET/s)
  assert.equal((await at.run(['token', '--force'], { env: { EVERGRANT_CLIENT_SECRET: 'app-secret-1' } })).code, 0)

  const again = at.start(['login', '--no-open', '--save-secret', ...secret])
  const url = await consentUrl(again)
  assert.equal(new URL(url).searchParams.get('scope'), 'mail.read')
  await fetch(await sandbox.approve(url))
  assert.equal((await again.ended).code, 0)
  assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600)
  const saved = await at.run(['token', '--force'])
  assert.equal(saved.code, 0, saved.stderr)
})

test('a store that cannot keep the grant is told before anybody is asked to consent', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [native] })
  const opened = join(at.folder, 'opened')
  const browser = join(at.folder, 'browser')
  await writeFile(browser, `#!/bin/sh\ntouch '${opened}'\n`, { mode: 0o755 })
  await writeFile(join(at.folder, 'no-folder'), '')
  await writeFile(join(at.folder, 'damaged.json'), '{ damaged', { mode: 0o600 })
  const args = ['login', '--issuer', sandbox.issuer, '--client-id', 'native', '--timeout', '1', '--json']
  for (const [store, env, code] of [
    ['file:./no-folder/grants.json', {}, 'STORE_UNAVAILABLE'],
    ['sqlite:./no-folder/grants.db', {}, 'STORE_UNAVAILABLE'],
    ['file:./damaged.json', {}, 'STORE_CORRUPT'],
    ['sqlite:./damaged.json', {}, 'STORE_CORRUPT'],
    ['file:./grants.json', { EVERGRANT_CONFIG_DIR: join(at.folder, 'no-folder') }, 'FAILED'],
  ] as const) {
    for (const way of [[], ['--paste'], ['--device']]) {
      const ran = await at.run([...args, '--store', store, ...way], { env: { BROWSER: browser, ...env } })
      assert.equal(ran.code, 1, ran.stderr)
      // The error is all that was said: no address, no code to enter.
      const said = JSON.parse(ran.stderr)
      assert.deepEqual([said.code, said.who], [code, 'operator'], ran.stderr)
    }
  }
  assert.equal(existsSync(opened), false)
  assert.equal(sandbox.journal.count({}), 0)
  assert.equal(await readFile(join(at.folder, 'damaged.json'), 'utf8'), '{ damaged')
})

test('stray requests get a static error page, and the login goes on', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [native] })
  const login = started(at, sandbox.issuer)
  const url = new URL(await consentUrl(login))
  const redirect = url.searchParams.get('redirect_uri') ?? ''
  const state = url.searchParams.get('state') ?? ''
  const { origin, port } = new URL(redirect)
  const status = async (path: string, init: RequestInit = {}): Promise<number> =>
    (await fetch(`${origin}${path}`, init)).status
  assert.equal(await status('/favicon.ico'), 404)
  assert.equal(await status('/callback/more?code=1'), 404)
  assert.equal(await status('/callback'), 400)
  assert.equal(await status('/callback?code=stolen&state=guessed'), 400)
  assert.equal(await status(`/callback?code=x&state=${state}&state=${state}`), 400)
  assert.equal(await status(`/callback?code=x&state=${state}`, { method: 'POST' }), 405)
  assert.equal(await foreignHost(Number(port), `/callback?code=x&state=${state}`), 400)
  const page = await fetch(`${origin}/%3Cscript%3E?<script>alert(1)</script>`)
  assert.doesNotMatch(await page.text(), /alert/)
  const done = await fetch(await sandbox.approve(url))
  assert.equal(done.status, 200)
  assert.equal((await login.ended).code, 0)
})

/** The status of a request whose Host is another name that was made to resolve here. */
async function foreignHost(port: number, path: string): Promise<number> {
  const { request } = await import('node:http')
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, headers: { host: 'evil.test' } }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    sent.on('error', reject).end()
  })
}

test("[#36] denied consent exits with 3 in the provider's words, tells the browser, and changes nothing", async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [native] })
  const login = started(at, sandbox.issuer)
  const page = await fetch(await sandbox.deny(await consentUrl(login)))
  assert.match(await page.text(), /Not connected/)
  const ran = await login.ended
  assert.equal(ran.code, 3)
  assert.equal(ran.stdout, '')
  assert.match(ran.stderr, /access_denied/)
  assert.match(ran.stderr, /ACCESS_DENIED/)
  assert.equal(await stored(at), undefined)
  const json = started(at, sandbox.issuer, ['--json'])
  await fetch(await sandbox.deny(await consentUrl(json)))
  const last = (await json.ended).stderr.trim().split('\n').at(-1) ?? ''
  const { code, error, error_description, exit_code } = JSON.parse(last)
  assert.deepEqual([code, error, exit_code], ['ACCESS_DENIED', 'access_denied', 3])
  assert.ok(error_description)
})

test('a code that the provider refuses reaches the terminal and the browser', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [native] })
  const login = started(at, sandbox.issuer)
  const callback = new URL(await sandbox.approve(await consentUrl(login)))
  callback.searchParams.set('code', 'another-code-than-given')
  const page = await fetch(callback)
  assert.equal(page.status, 400)
  assert.doesNotMatch(await page.text(), /another-code-than-given/)
  const ran = await login.ended
  assert.equal(ran.code, 3)
  assert.match(ran.stderr, /CODE_REFUSED/)
  assert.doesNotMatch(ran.stderr, /another-code-than-given/)
})

test('nobody consents: the wait ends with 3 and the port is free again', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [native] })
  const ran = await started(at, sandbox.issuer, ['--timeout', '0.2']).ended
  assert.equal(ran.code, 3)
  assert.match(ran.stderr, /within 0\.2 s\./)
  assert.match(ran.stderr, /AUTHORIZATION_EXPIRED/)
})

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal} ends a waiting login with ${code}`, async () => {
    await using at = await home()
    await using sandbox = await startSandbox({ clients: [native] })
    const login = started(at, sandbox.issuer)
    await consentUrl(login)
    login.kill(signal)
    const ran = await login.ended
    assert.equal(ran.code, code)
    assert.match(ran.stderr, /Stopped/)
  })
}

test('--redirect-uri decides port and path byte for byte, and a port that is taken is named', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [native] })
  const login = started(at, sandbox.issuer, ['--redirect-uri', 'http://127.0.0.1/custom/path?x=1'])
  const url = new URL(await consentUrl(login))
  assert.match(url.searchParams.get('redirect_uri') ?? '', /^http:\/\/127\.0\.0\.1:\d+\/custom\/path\?x=1$/)
  await fetch(await sandbox.approve(url))
  assert.equal((await login.ended).code, 0)

  const taken = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => taken.once('listening', resolve))
  const { port } = taken.address() as { port: number }
  const ran = await started(at, sandbox.issuer, ['--redirect-uri', `http://127.0.0.1:${port}/callback`]).ended
  taken.close()
  assert.equal(ran.code, 2)
  assert.match(ran.stderr, new RegExp(`Port ${port}.*in use`))
})

test("another person's consent does not replace a grant unless that is asked for", async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [native] })
  const login = async (username: string, args: readonly string[] = []) => {
    const run = started(at, sandbox.issuer, ['--scope', 'openid', ...args])
    await fetch(await sandbox.approve(await consentUrl(run), { username }))
    return run.ended
  }
  assert.equal((await login('alice')).code, 0)
  const refused = await login('bob')
  assert.equal(refused.code, 3)
  assert.match(refused.stderr, /WRONG_ACCOUNT/)
  assert.equal((await stored(at))?.subject?.sub, 'alice')
  assert.equal((await login('bob', ['--switch-account'])).code, 0)
  assert.equal((await stored(at))?.subject?.sub, 'bob')
})

/** Consents for a login that waits for a paste, through a pipe that stays open until then. */
async function pasted(at: Home, issuer: string, paste: (url: string) => Promise<string> | string) {
  const child = spawn(process.execPath, [bin, 'login', '--paste', '--issuer', issuer, '--client-id', 'native'], {
    cwd: at.folder,
    env: { HOME: at.folder },
  })
  let stderr = ''
  let answered = false
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk
    const url = /^(http:\/\/127\.0\.0\.1:\d+\/\S+)$/m.exec(stderr)?.[1]
    if (url === undefined || answered) return
    answered = true
    void Promise.resolve(paste(url)).then((line) => child.stdin.end(line))
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, stderr }
}

test('[#38] --paste reads a callback of any length from a pipe, with quotes and spaces around it', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [native] })
  const { code, stderr } = await pasted(at, sandbox.issuer, async (url) => {
    const callback = new URL(await sandbox.approve(url))
    callback.searchParams.set('session_state', 'x'.repeat(20_000))
    return `  "${callback.href}" \n`
  })
  assert.equal(code, 0, stderr)
  assert.match(stderr, /is stored/)
  assert.ok(await stored(at))
})

test('--paste: an empty line, the end of the input and a foreign address exit with 3', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [native] })
  assert.equal((await pasted(at, sandbox.issuer, () => '\n')).code, 3)
  assert.equal((await pasted(at, sandbox.issuer, () => '')).code, 3)
  const foreign = await pasted(at, sandbox.issuer, () => 'http://127.0.0.1/callback?code=1&state=other\n')
  assert.equal(foreign.code, 3)
  assert.match(foreign.stderr, /STATE_MISMATCH/)
  const junk = await pasted(at, sandbox.issuer, () => 'hello\n')
  assert.equal(junk.code, 3)
  assert.match(junk.stderr, /CALLBACK_INVALID/)
  assert.equal(await stored(at), undefined)
})

const hasScript = spawnSync('script', ['--version']).status === 0

test('[#38] --paste on a terminal takes more than 4,096 characters, and asks again after a wrong address', {
  skip: hasScript ? false : 'NOT TESTED: `script` (util-linux) is not installed, so there is no pseudo-terminal',
}, async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [native] })
  const command = `${process.execPath} ${bin} login --paste --issuer ${sandbox.issuer} --client-id native`
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd: at.folder,
    env: { HOME: at.folder, PATH: process.env['PATH'], TERM: 'dumb' },
  })
  let shown = ''
  let step = 0
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk
    const url = /^(http:\/\/127\.0\.0\.1:\d+\/\S+)\r?$/m.exec(shown)?.[1]
    if (url === undefined) return
    if (step === 0 && shown.includes('Callback address:')) {
      step = 1
      child.stdin.write('http://127.0.0.1/callback?code=1&state=other\r')
    } else if (step === 1 && shown.includes('its state differs')) {
      step = 2
      void sandbox.approve(url).then((href) => {
        const callback = new URL(href)
        callback.searchParams.set('session_state', 'x'.repeat(6_000))
        child.stdin.write(`${callback.href}\r`)
      })
    }
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  assert.equal(code, 0, shown.slice(-600))
  assert.match(shown, /is stored/)
  assert.ok(await stored(at))
})

test('Ctrl-C at the prompt of --paste stops with 130', {
  skip: hasScript ? false : 'NOT TESTED: `script` (util-linux) is not installed, so there is no pseudo-terminal',
}, async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [native] })
  const command = `${process.execPath} ${bin} login --paste --issuer ${sandbox.issuer} --client-id native`
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd: at.folder,
    env: { HOME: at.folder, PATH: process.env['PATH'], TERM: 'dumb' },
  })
  let shown = ''
  let pressed = false
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk
    if (pressed || !shown.includes('Callback address:')) return
    pressed = true
    child.stdin.write('\u0003')
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  assert.equal(code, 130, shown)
  assert.match(shown, /Stopped before it was done/)
})
