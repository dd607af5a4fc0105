import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { home } from './command-line.ts'

const endpoint = ['--token-endpoint', 'http://127.0.0.1:9/token']

for (const [title, args, named] of [
  ['no provider', ['token', '--flow', 'client_credentials'], /--provider.*--issuer.*--token-endpoint/s],
  ['no client id', ['token', '--flow', 'client_credentials', ...endpoint], /--client-id/],
  [
    'no client secret',
    ['token', '--flow', 'client_credentials', ...endpoint, '--client-id', 'a', '--client-auth', 'basic'],
    /EVERGRANT_CLIENT_SECRET/,
  ],
  [
    '[#2] a secret for a public client',
    ['login', '--issuer', 'https://x.test', '--client-id', 'a', '--client-auth', 'none', '--client-secret', 's'],
    /public client/,
  ],
  [
    'plain http to another machine',
    ['token', '--flow', 'client_credentials', '--token-endpoint', 'http://login.test/token', '--client-id', 'a'],
    /plain http/,
  ],
  ['an unknown option', ['token', '--colour'], /--colour/],
  ['an unknown command', ['tokn'], /Did you mean token/],
  ['an unknown flow', ['token', '--flow', 'magic'], /"magic"/],
  ['a flow that is not there yet', ['token', '--flow', 'password'], /not in this version/],
  ['two ways to consent', ['login', '--device', '--paste'], /--device and --paste/],
  ['an unknown store', ['token', '--store', 'floppy:a'], /floppy/],
  [
    'an unknown provider',
    ['token', '--flow', 'client_credentials', '--provider', 'nosuch', '--client-id', 'a'],
    /nosuch/,
  ],
  ['an empty secret', ['token', '--client-secret', ''], /--client-secret.*empty/s],
  [
    'a misspelt parameter',
    ['login', '--issuer', 'https://x.test', '--client-id', 'a', '--set', 'tennant=b'],
    /"tennant"/,
  ],
  [
    'a store that forgets',
    ['login', '--issuer', 'https://x.test', '--client-id', 'a', '--store', 'memory:'],
    /memory:.*file:/s,
  ],
  ['a parameter without a value', ['token', '--param', 'audience'], /name=value/],
  [
    'a redirect URI elsewhere',
    ['login', '--issuer', 'https://x.test', '--client-id', 'a', '--redirect-uri', 'https://app.test/cb'],
    /--paste/,
  ],
  ['a missing secret file', ['token', '--client-secret-file', './nothing'], /nothing/],
  ['two secrets', ['token', '--client-secret-file', './nothing', '--client-secret', 's'], /both/],
  ['a grants command that does not exist', ['grants', 'burn'], /burn/],
  ['nothing to save', ['login', '--save-secret', '--issuer', 'https://x.test', '--client-id', 'a'], /no client secret/],
] as const) {
  test(`usage: ${title} exits with 2 and names it`, async () => {
    await using at = await home()
    const ran = await at.run(args)
    assert.equal(ran.code, 2, ran.stderr)
    assert.equal(ran.stdout, '')
    assert.match(ran.stderr, named)
    assert.match(ran.stderr, /^ {2}who +\S/m)
    const json = await at.run([...args, '--json'])
    assert.equal(JSON.parse(json.stderr).exit_code, 2)
    assert.ok(JSON.parse(json.stderr).who)
  })
}

for (const [args, code, who] of [
  [['token', '--flow', 'client_credentials', ...endpoint], 'MISSING_CLIENT_ID', /registered the client/],
  [['login', '--provider', 'nosuch', '--client-id', 'a'], 'UNKNOWN_PROVIDER', /wrote the command/],
  [['login', '--issuer', 'http://login.test', '--client-id', 'a'], 'INSECURE_URL', /wrote the command/],
  [['serve', '--port', 'eighty', '--data-dir', './data'], 'INVALID_SETTING', /runs this machine/],
  [['tokn'], 'USAGE', /wrote the command/],
] as const) {
  test(`who has to act: ${code} is for ${who.source}`, async () => {
    await using at = await home()
    const ran = await at.run(args)
    assert.equal(ran.code, 2, ran.stderr)
    assert.match(/^ {2}who +(.*)$/m.exec(ran.stderr)?.[1] ?? '', who)
    if (code !== 'USAGE') assert.match(ran.stderr, new RegExp(`^ {2}code +${code}$`, 'm'))
  })
}

test('a grant that is not there exits with 3 and names the command that makes one', async () => {
  await using at = await home()
  const ran = await at.run(['token', '--grant', 'mail'])
  assert.equal(ran.code, 3)
  assert.match(ran.stderr, /"mail".*evergrant login/)
})

test('help is a result on stdout, and every command has it', async () => {
  await using at = await home()
  const top = await at.run(['--help'])
  const commands = [...top.stdout.matchAll(/^ {2}([a-z]+) +(?:\[|<|[a-z])/gm)].map(([, name = '']) => name)
  assert.deepEqual(commands, [
    'token',
    'login',
    'grants',
    'import',
    'keys',
    'providers',
    'mail',
    'generate',
    'doctor',
    'connections',
    'people',
    'audit',
    'serve',
    'backup',
    'restore',
    'completion',
  ])
  for (const name of commands) {
    const { code, stdout, stderr } = await at.run([name, '--help'])
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, new RegExp(`^Usage: evergrant ${name} `))
    assert.ok(
      stdout.split('\n').every((line) => line.length <= 120),
      name,
    )
  }
  const { version } = JSON.parse(
    (await import('node:fs')).readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  )
  assert.equal((await at.run(['--version'])).stdout, `${version}\n`)
})

test('the completion scripts complete commands, options, providers and kinds of stores', async (context) => {
  await using at = await home()
  const bash = await at.run(['completion', 'bash'])
  assert.equal(bash.code, 0, bash.stderr)
  execFileSync('bash', ['-n'], { input: bash.stdout })
  const complete = (line: string): string[] => {
    const words = line.split(' ')
    const script = `${bash.stdout}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _evergrant; printf '%s\\n' "\${COMPREPLY[@]}"`
    return execFileSync('bash', { input: script, encoding: 'utf8' }).trim().split('\n')
  }
  assert.deepEqual(complete('evergrant to'), ['token'])
  assert.deepEqual(complete('evergrant login --provider goo'), ['google'])
  assert.deepEqual(complete('evergrant login --provider = goo'), ['google'])
  assert.deepEqual(complete('evergrant token --store fi'), ['file:', 'firestore:'])
  assert.deepEqual(complete('evergrant token --client-auth priv'), ['private_key_jwt'])
  assert.deepEqual(complete('evergrant providers show quickb'), ['quickbooks'])
  assert.deepEqual(complete('evergrant completion z'), ['zsh'])
  // A value that nobody can know is no option either; the shell offers files.
  assert.deepEqual(complete('evergrant login --client-secret-file '), [''])
  assert.deepEqual(complete('evergrant grants re'), ['refresh', 'revoke'])
  assert.deepEqual(complete('evergrant --json token --min'), ['--min-ttl'])
  for (const shell of ['zsh', 'fish']) {
    const script = await at.run(['completion', shell])
    assert.equal(script.code, 0)
    if (spawnSync(shell, ['--version']).error !== undefined) {
      context.diagnostic(`${shell} is not installed: its script was not parsed`)
      continue
    }
    const tried = shell === 'zsh' ? zshCompletions(script.stdout) : fishCompletions(script.stdout)
    assert.deepEqual(tried('evergrant to'), ['token'])
    assert.deepEqual(tried('evergrant grants re'), ['refresh', 'revoke'])
    assert.deepEqual(tried('evergrant token --min'), ['--min-ttl'])
    assert.deepEqual(tried('evergrant login --provider goo'), ['google'])
    assert.ok(tried('evergrant token --store fi').includes('file:'))
    assert.deepEqual(tried('evergrant completion ba'), ['bash'])
  }
})

/** What fish itself would offer for a line. */
function fishCompletions(script: string): (line: string) => string[] {
  return (line) => {
    const asked = `${script}\ncomplete --do-complete '${line}'`
    const lines = execFileSync('fish', ['--no-config', '-c', asked], { encoding: 'utf8' })
    const words = lines.split('\n').map((one) => one.split('\t')[0] ?? '')
    return words.filter((word) => word !== '').sort()
  }
}

/** What the function hands to zsh's completion system, which only an interactive shell has. */
function zshCompletions(script: string): (line: string) => string[] {
  return (line) => {
    const typed = line.split(' ')
    const zsh = `compdef() { : }; _files() { : }
compadd() { [[ $1 == -S ]] && shift 2; shift; print -l -- "$@" }
_describe() { local name; for name in "\${(@P)2}"; do print -r -- "\${name%%:*}"; done }
${script}
words=(${typed.map((word) => `'${word}'`).join(' ')}); CURRENT=${typed.length}; _evergrant`
    const lines = execFileSync('zsh', ['-f'], { input: zsh, encoding: 'utf8' })
    return lines.split('\n').filter((word) => word !== '' && word.startsWith(typed.at(-1) ?? ''))
  }
}
