/** `evergrant people`: who may sign in at a server, and the way back in, from its data. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { rename } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { newKeyText } from '@evergrant/stores/keyring'
import { SMTPServer } from 'smtp-server'
import { PASSWORD, Scene } from '../../server/test/support/scene.ts'
import { startPostgres } from '../../stores/test/servers/postgres.ts'
import { run } from './in-process.ts'

const postgres = await startPostgres()
after(() => postgres.stop())

const NEXT = 'another horse, another battery'
const PUBLIC = 'https://evergrant.example.test'

/** A server, and its command line from elsewhere. */
async function place(database: Readonly<Record<string, string>> = {}) {
  const scene = await Scene.begin({ env: database })
  const env = { ...database, EVERGRANT_DATA_DIR: join(scene.dir, 'data'), EVERGRANT_PUBLIC_URL: PUBLIC }
  return {
    scene,
    env,
    people: (args: readonly string[], change: Readonly<Record<string, string>> = {}) =>
      run(['people', ...args], { ...env, ...change }),
    verify: () => run(['audit', 'verify'], env),
    [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose](),
  }
}

const accept = (scene: Scene, link: string, password = NEXT) =>
  scene.browser().post('/v1/invitations/accept', { token: link.trim().split('#token=')[1], password })

const signIn = async (scene: Scene, password: string) =>
  (await scene.browser().post('/v1/session', { name: 'Ada', password })).status

for (const kind of ['SQLite', 'PostgreSQL'] as const) {
  test(`the only administrator comes back in by a link of the command line, with the server on ${kind} running or stopped`, async () => {
    await using on = await place(kind === 'PostgreSQL' ? { DATABASE_URL: await postgres.schema() } : {})
    const { scene, people } = on
    const admin = await scene.admin()

    const first = await people(['password-link', 'ada'])
    assert.equal(first.code, 0, first.stderr)
    assert.match(first.stdout, /^https:\/\/evergrant\.example\.test\/invitation#token=[\w-]{43}\n$/)
    assert.match(first.stderr, /Ada chooses a new password; it works once, until \d{4}-\d\d-\d\dT\S+Z \(in 7 d\)/)
    assert.match(first.stderr, /password of before works until/)
    const token = first.stdout.trim().split('#token=')[1] ?? ''
    assert.ok(!first.stderr.includes(token), 'the link is on stdout alone')
    assert.equal(await signIn(scene, PASSWORD), 200, 'the password of before stays until then')
    const [notice, ...more] = (await admin.get('/v1/notices')).json.notices
    assert.deepEqual([notice.kind, notice.by, more.length], ['password_link_made', undefined, 0])

    await scene.stop()
    const second = await people(['password-link', 'Ada', '--json'])
    assert.equal(second.code, 0, second.stderr)
    const made = JSON.parse(second.stdout)
    assert.deepEqual(Object.keys(made), ['user', 'link', 'expires_at'])
    assert.equal(made.user.name, 'Ada')
    await scene.start()
    assert.equal((await accept(scene, first.stdout)).json.code, 'INVITATION_INVALID', 'links of before have ended')
    assert.equal((await accept(scene, made.link)).status, 200)
    assert.deepEqual([await signIn(scene, PASSWORD), await signIn(scene, NEXT)], [401, 200])
    assert.equal((await admin.get('/v1/users')).status, 401, 'whoever was in is out')
    assert.equal((await accept(scene, made.link)).json.code, 'INVITATION_INVALID', 'it works once')

    const again = scene.browser()
    await again.post('/v1/session', { name: 'Ada', password: NEXT })
    const entries: { action: string; actor: object; subject: string; detail: object }[] = (await again.get('/v1/audit'))
      .json.entries
    const links = entries.filter(({ action }) => action === 'user.invite')
    assert.deepEqual(
      links.map(({ actor, subject, detail }) => [actor, subject, detail]),
      Array(2).fill([{ type: 'server', name: 'command line' }, made.user.id, { name: 'Ada' }]),
    )
    const chain = await on.verify()
    assert.equal(chain.code, 0, chain.stderr)
  })

  test(`where no administrator is left on ${kind}, one is made, and people are listed as the API lists them`, async () => {
    await using on = await place(kind === 'PostgreSQL' ? { DATABASE_URL: await postgres.schema() } : {})
    const { scene, people } = on
    const none = await people(['list'])
    assert.equal(none.code, 0, none.stderr)
    assert.equal(none.stdout, '')
    assert.match(none.stderr, /Nobody may sign in yet.*people invite <name> --role admin/s)

    const made = await people(['invite', 'Grace', '--role', 'admin', '--email', 'Grace@example.test'])
    assert.equal(made.code, 0, made.stderr)
    assert.match(made.stderr, /Grace is an administrator now/)
    const listed = await people(['list'])
    assert.match(listed.stdout, /^NAME +ROLE +E-MAIL +LAST SEEN\nGrace +admin +grace@example\.test +invited\n$/)
    const browser = scene.browser()
    const token = made.stdout.trim().split('#token=')[1]
    assert.equal((await browser.post('/v1/invitations/accept', { token, password: NEXT })).status, 200)
    const seen = (await browser.get('/v1/users')).json.users
    assert.deepEqual(JSON.parse((await people(['list', '--json'])).stdout), seen)
    assert.equal((await browser.get('/v1/session')).json.user.role, 'admin')
    // Who is a member unless it is said otherwise.
    const member = await people(['invite', 'Ben', '--json'])
    assert.equal(JSON.parse(member.stdout).user.role, 'member')
    const link = await people(['password-link', 'Ben'])
    assert.match(link.stderr, /by which Ben chooses a password/)
    const [entry] = (await browser.get('/v1/audit')).json.entries
    assert.deepEqual([entry.action, entry.actor.name, entry.detail], ['user.invite', 'command line', { name: 'Ben' }])
  })
}

test('a link that was made at the command line is told by mail too, without a name that nobody has', async () => {
  const got: string[] = []
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _, done) {
      text(stream).then((mail) => {
        got.push(mail)
        done()
      }, done)
    },
  })
  smtp.listen(0, '127.0.0.1')
  await once(smtp.server, 'listening')
  const { port } = smtp.server.address() as AddressInfo
  const mail = { EVERGRANT_SMTP_URL: `smtp://127.0.0.1:${port}`, EVERGRANT_MAIL_FROM: 'evergrant@example.test' }
  try {
    await using on = await place(mail)
    const { scene, people } = on
    const admin = await scene.admin()
    const { id } = (await admin.get('/v1/session')).json.user
    await admin.patch(`/v1/users/${id}`, { email: 'ada@example.test', password: PASSWORD })
    const made = await people(['password-link', 'ada@example.test'])
    assert.equal(made.code, 0, made.stderr)
    // The command's clock is the machine's; what it wrote down is due by that.
    scene.clock.advance(Math.max(0, Date.now() / 1000 - scene.clock.now()))
    while (got.length === 0) {
      scene.clock.advance(5)
      await new Promise((done) => setTimeout(done, 20))
    }
    const words = (got[0] ?? '').replace(/=\r?\n/g, '').replace(/\s+/g, ' ')
    assert.match(words, /Somebody at the computer on which this server runs made a link/)
    assert.match(words, /speak to whoever runs the server/)
  } finally {
    await new Promise<void>((done) => smtp.close(() => done()))
  }
})

test('a link without a public address says where it leads, and --public-url says otherwise', async () => {
  await using on = await place()
  await on.scene.admin()
  const unknown = await on.people(['password-link', 'Ada'], { EVERGRANT_PUBLIC_URL: '', EVERGRANT_PORT: '8123' })
  assert.match(unknown.stdout, /^http:\/\/127\.0\.0\.1:8123\/invitation#token=/)
  assert.match(unknown.stderr, /http:\/\/127\.0\.0\.1:8123 was taken/)
  const told = await on.people(['password-link', 'Ada', '--public-url', 'https://other.test/evergrant/', '--quiet'])
  assert.match(told.stdout, /^https:\/\/other\.test\/evergrant\/invitation#token=/)
  assert.equal(told.stderr, '')
})

test('what cannot be meant changes nothing, and another sealing key is refused before anything is done', async () => {
  await using on = await place()
  const { scene, people } = on
  await scene.admin()
  const link = (await people(['password-link', 'Ada'])).stdout
  const cases: [string[], Record<string, string>, RegExp, number][] = [
    [['password-link'], {}, /missing required argument/, 2],
    [['password-link', 'Nobody'], {}, /Nobody at the server is called "Nobody".*people list/s, 2],
    [['invite', 'ADA'], {}, /Somebody else has this name/, 2],
    [['invite', 'Eve\u202e'], {}, /"name" has to be one line/, 2],
    [['invite', 'Eve', '--email', 'nowhere'], {}, /"email" has to be an e-mail address/, 2],
    [['invite', 'Eve', '--role', 'boss'], {}, /--role.*admin, member/, 2],
    [['list'], { EVERGRANT_DATA_DIR: '/nowhere' }, /there is no \/nowhere/, 2],
    [['invite', 'Eve', '--public-url', 'http://other.test'], {}, /plain http works on this machine only/, 2],
    [['password-link', 'Ada'], { EVERGRANT_KEY: newKeyText() }, /UNSEAL_FAILED/, 1],
  ]
  for (const [args, change, words, code] of cases) {
    const ran = await people(args, change)
    assert.equal(ran.code, code, `${args.join(' ')}: ${ran.stderr}`)
    assert.match(ran.stderr, words)
    assert.equal(ran.stdout, '')
  }
  assert.deepEqual(
    JSON.parse((await people(['list', '--json'])).stdout).map(({ name }: { name: string }) => name),
    ['Ada'],
  )
  assert.equal((await accept(scene, link)).status, 200, 'the link of before is still good')
})

test('a data folder without its key: which file is missing is said, and that no other key opens what it sealed', async () => {
  await using on = await place()
  await on.scene.stop()
  const key = join(on.scene.dir, 'data', 'key')
  await rename(key, `${key}.away`)
  const refused = await on.people(['list', '--json'])
  assert.deepEqual([refused.code, refused.stdout], [1, ''])
  const { code, message, advice } = JSON.parse(refused.stderr)
  assert.deepEqual([code, message], ['KEY_UNAVAILABLE', `There is no sealing key at ${key}.`])
  assert.match(advice, /from a backup.*--key-file.*nothing that it sealed can be opened/)
  const named = await on.people(['list', '--key-file', `${key}.away`])
  assert.equal(named.code, 0, named.stderr)
})

test('somebody who is called by the id or the address of another hides nobody', async () => {
  await using on = await place()
  const link = async (named: string) => {
    const { stdout, stderr } = await on.people(['password-link', '--json', '--', named])
    return stdout === '' ? stderr : JSON.parse(stdout).user.id
  }
  const { user } = JSON.parse((await on.people(['invite', 'Grace', '--email', 'grace@example.test', '--json'])).stdout)
  for (const name of [user.id, 'Grace@example.test']) {
    const { code, stderr } = await on.people(['invite', '--', name])
    assert.equal(code, 0, stderr)
  }
  for (const named of [user.id, 'grace@example.test', 'Grace@Example.test ', 'grace']) {
    assert.equal(await link(named), user.id, named)
  }
  assert.match(await link('Nobody'), /Nobody at the server is called/)
})
