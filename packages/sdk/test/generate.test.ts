import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { startSandbox } from '@evergrant/sandbox'
import { type AnyPaths, type Auth, type Client, describeApi, optionsFromEnvironment } from '@evergrant/sdk'
import { generateClient, parseDocument } from '@evergrant/sdk/generate'
import { generated } from './generated.ts'
import { redirectUri, type World, world } from './world.ts'

const fixtures = join(import.meta.dirname, 'fixtures')
const root = join(import.meta.dirname, '../../..')
const run = promisify(execFile)

let folder = ''
let w: World
const names = (await readdir(fixtures)).map((file) => file.replace('.yaml', ''))

before(async () => {
  w = await world()
  folder = await mkdtemp(join(tmpdir(), 'sdk-generate-'))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  for (const name of names) {
    const text = (await readFile(join(fixtures, `${name}.yaml`), 'utf8'))
      .replaceAll('https://auth.example', w.sandbox.issuer)
      .replaceAll('https://{region}', 'http://{region}')
      .replaceAll('default: api.example', `default: '${new URL(w.api.url).host}'`)
      .replaceAll('https://api.example', w.api.url)
    for (const [path, content] of await generateClient(parseDocument(text), { allowUndeclaredScopes: true })) {
      await mkdir(dirname(join(folder, name, path)), { recursive: true })
      await writeFile(join(folder, name, path), content)
    }
  }
})

after(async () => {
  await rm(folder, { recursive: true, force: true })
  await w[Symbol.asyncDispose]()
})

/** The samples of the generated documents, as files beside the client that they import. */
async function writeSamples(name: string): Promise<number> {
  const documents = await readdir(join(folder, name, 'docs')).catch(() => [])
  let count = 0
  for (const file of ['README.md', ...documents.map((one) => `docs/${one}`)]) {
    const text = await readFile(join(folder, name, file), 'utf8')
    for (const [, sample = ''] of text.matchAll(/```ts\n(.*?)```/gs))
      await writeFile(join(folder, name, `sample-${count++}.ts`), `${sample}\nexport {}\n`)
  }
  return count
}

test('what is generated of every fixture, and every sample in its documents, compiles under strict rules', async () => {
  const samples = await Promise.all(names.map(writeSamples))
  assert.ok(names.length >= 10)
  assert.ok(samples.reduce((sum, count) => sum + count) > 20)
  const config = {
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: {
      noEmit: true,
      composite: false,
      declaration: false,
      isolatedDeclarations: false,
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
    },
    include: ['*/*.ts'],
  }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const tsc = join(root, 'node_modules/.bin/tsc')
  await run(tsc, ['-p', folder]).catch((error: { readonly stdout: string }) => assert.fail(error.stdout))
})

/** Credentials for every scheme; the first one that an operation needs and a program has on its own counts. */
const given: Auth = {
  personalToken: undefined,
  oauthApp: { clientId: 'OAuthClientId', clientSecret: 'OAuthClientSecret', redirectUri, scopes: ['repo'] },
  basicAuth: { username: 'sk_test' },
  slackAuth: { clientId: 'OAuthClientId', clientSecret: 'OAuthClientSecret', redirectUri },
  OAuth2Security: { flow: 'clientCredentials', clientId: 'OAuthClientId', clientSecret: 'OAuthClientSecret' },
  oauth: { clientId: 'OAuthClientId', clientSecret: 'OAuthClientSecret' },
  apiKey: { value: 'k' },
  appId: { value: 'an-app' },
  'key-header': { value: 'k' },
  deviceLogin: { clientId: 'public', redirectUri },
  key: { value: 'k' },
  token: { clientId: 'OAuthClientId', clientSecret: 'OAuthClientSecret', scopes: ['plans:write'] },
  certificate: { fetch },
  bank: { clientId: 'OAuthClientId', clientSecret: 'OAuthClientSecret', scopes: ['accounts'] },
  ['__proto__']: { clientId: 'OAuthClientId', clientSecret: 'OAuthClientSecret', scopes: ['constructor'] },
  toString: { value: 'k' },
}

const CALLS: Readonly<Record<string, string>> = {
  'code-hosting': '/user',
  payments: '/v1/charges',
  chat: '/users.list',
  files: '/folders',
  'machine-only': '/jobs',
  'all-of': '/weather',
  'any-of': '/things',
  elsewhere: '/profile',
  webhooks: '/events',
  'open-data': '/datasets',
  certificates: '/accounts',
  sloppy: '/plans',
  newest: '/shows',
  'inherited-names': '/records',
  recursive: '/trees',
}

for (const name of names) {
  test(`the generated client of ${name} is answered by an API that checks its credentials`, async () => {
    const { api } = await import(pathToFileURL(join(folder, name, 'api.ts')).href)
    const generated = await import(pathToFileURL(join(folder, name, 'client.ts')).href)
    const auth = Object.fromEntries(Object.entries(given).filter(([scheme]) => Object.hasOwn(api.schemes, scheme)))
    const client: Client<AnyPaths> = generated.createClient({ auth, clock: w.clock })
    for (const scheme of Object.keys(auth)) {
      const manager = client.auth[scheme]
      if (manager?.flow !== 'authorizationCode') continue
      const url = await manager.getAuthorizationUrl()
      await manager.fetchToken(await w.sandbox.approve(url, { username: 'alice' }))
    }
    const { response } = await client.GET(CALLS[name] ?? assert.fail(name))
    assert.equal(response.status, 200)
  })
}

test('schemes called constructor, toString and __proto__ take nothing from prototypes, and may be left out', async () => {
  const { createClient } = await import(pathToFileURL(join(folder, 'inherited-names/client.ts')).href)
  const client: Client<AnyPaths> = createClient({ auth: {}, clock: w.clock })
  assert.deepEqual(Object.keys(client.auth), ['__proto__', 'constructor'])
  const lacking = (message: RegExp) => ({ code: 'NOT_AUTHENTICATED', message })
  await assert.rejects(client.GET('/records'), lacking(/\[toString\] is not configured/))
  await assert.rejects(client.GET('/cars'), lacking(/\[constructor\] has no access token and nothing to get one with/))
  const keyed = client.cloneWith({ auth: { toString: { value: 'k' } } })
  assert.deepEqual(Object.keys(keyed.config.auth).sort(), ['__proto__', 'constructor', 'toString'])
  await assert.rejects(keyed.GET('/records'), lacking(/\[__proto__\] has no access token/))
  const { api } = await import(pathToFileURL(join(folder, 'inherited-names/api.ts')).href)
  const variables = [{ CONSTRUCTOR_CLIENT_ID: 'a', TO_STRING_VALUE: 'k', _PROTO__CLIENT_ID: 'b' }]
  const options = optionsFromEnvironment({ api }, { variables, auth: {} })
  const constructed = { constructor: { clientId: 'a' }, toString: { value: 'k' }, ['__proto__']: { clientId: 'b' } }
  assert.deepEqual(Object.entries(options.auth ?? {}).sort(), Object.entries(constructed).sort())
})

test('a generated client takes its credentials from the environment and from JSON, beside options of its own', async () => {
  const { createClient, optionsFromEnvironment, optionsFromJson } = await import(
    pathToFileURL(join(folder, 'machine-only/client.ts')).href
  )
  const variables = [{ API_OAUTH_CLIENT_ID: 'OAuthClientId', API_OAUTH_CLIENT_SECRET: 'OAuthClientSecret' }]
  const json = JSON.stringify({ auth: { oauth: { clientId: 'OAuthClientId', clientSecret: 'OAuthClientSecret' } } })
  for (const options of [
    optionsFromEnvironment({ variables, prefix: 'API_' }, { clock: w.clock, timeout: 9 }),
    optionsFromJson(json, { clock: w.clock, timeout: 9 }),
  ]) {
    assert.equal(options.timeout, 9)
    assert.equal((await createClient(options).GET('/jobs')).response.status, 200)
  }
})

test('the generated example asks for the scopes that its call needs', async () => {
  const example = await readFile(join(folder, 'chat/example.ts'), 'utf8')
  assert.match(example, /scopes: \[SlackAuthScope\.USERS_READ\],[\s\S]*client\.GET\('\/users\.list'\)/)
})

test('scopes become an enumeration: name, wire text, and the description kept', async () => {
  const { SlackAuthScope } = await import(pathToFileURL(join(folder, 'chat/client.ts')).href)
  assert.deepEqual(SlackAuthScope, { CHAT_WRITE_USER: 'chat:write:user', USERS_READ: 'users:read', ALL: '*' })
  const { DeviceLoginScope } = await import(pathToFileURL(join(folder, 'elsewhere/client.ts')).href)
  assert.deepEqual(DeviceLoginScope, { AUTH_PROFILE: 'https://scopes.example/auth/profile' })
  const text = await readFile(join(folder, 'chat/client.ts'), 'utf8')
  assert.match(text, /\/\*\* Post as the person \*\//)
})

test('the generated example runs', async () => {
  const env = { ...process.env, OAUTH_CLIENT_ID: 'OAuthClientId', OAUTH_CLIENT_SECRET: 'OAuthClientSecret' }
  // On the machine's clock: the sandbox of the other tests stands still, and its tokens look ended here.
  const { stdout } = await run(process.execPath, ['--conditions=source', join(folder, 'open-data/example.ts')], { env })
  assert.match(stdout, /^200 /)
})

test('the generated example of a scheme with a person asks for consent, and then calls', async () => {
  const redirect = 'https://program.example/callback'
  await using sandbox = await startSandbox({
    clients: [{ client_id: 'web', client_secret: 's', redirect_uris: [redirect] }],
  })
  const flow = {
    authorizationUrl: `${sandbox.issuer}/authorize`,
    tokenUrl: `${sandbox.issuer}/token`,
    scopes: { read: '' },
  }
  await using at = await generated({
    openapi: '3.0.3',
    info: { title: 'Echo', version: '1' },
    servers: [{ url: `${sandbox.issuer}/api` }],
    security: [{ petAuth: ['read'] }],
    paths: { '/echo': { get: { responses: { '200': { description: 'OK' } } } } },
    components: { securitySchemes: { petAuth: { type: 'oauth2', flows: { authorizationCode: flow } } } },
  })
  const given = { PET_AUTH_CLIENT_ID: 'web', PET_AUTH_CLIENT_SECRET: 's', PET_AUTH_REDIRECT_URI: redirect }
  const child = spawn(process.execPath, ['--conditions=source', join(at.folder, 'example.ts')], {
    env: { ...process.env, ...given },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const url = /^Open (\S+)$/.exec((await lines.next()).value ?? '')?.[1] ?? assert.fail('no address')
  child.stdin.end(`${await sandbox.approve(url, { username: 'alice' })}\n`)
  let said = ''
  for await (const line of lines) said += line
  assert.match(said, /^200 .*alice/)
})

test('the document of a scheme has the shape of requirements 003 and 004', async () => {
  const acg = await readFile(join(folder, 'chat/docs/SlackAuth.md'), 'utf8')
  for (const heading of [
    '# OAuth 2 Authorization Code Grant',
    '## Auth Credentials',
    '### 1. Client Initialization',
    '### 2. Obtain user consent',
    '### 3. Handle the answer of the OAuth server',
    '### 4. Authorize the client using the code',
    '### Scopes',
    '### Refreshing the token',
    '### Storing an access token for reuse',
    '### Creating a client from a stored token',
    '### Complete example',
  ])
    assert.ok(acg.includes(`${heading}\n`), heading)
  const ccg = await readFile(join(folder, 'machine-only/docs/Oauth.md'), 'utf8')
  for (const heading of [
    '# OAuth 2 Client Credentials Grant',
    '### Adding OAuth Token Update Callback',
    '### Adding Custom OAuth Token Provider',
  ])
    assert.ok(ccg.includes(`${heading}\n`), heading)
  assert.match(ccg, /\| `JOBS_READ` \| Read jobs \|/)
})

test('the same description comes from the document at run time as the generated code carries', async () => {
  const text = await readFile(join(fixtures, 'machine-only.yaml'), 'utf8')
  const files = await generateClient(parseDocument(text), { extension: '.js' })
  assert.ok(files.get('api.ts')?.includes(JSON.stringify(describeApi(parseDocument(text)), null, 2)))
  assert.match(files.get('client.ts') ?? '', /from '\.\/api\.js'/)
})
