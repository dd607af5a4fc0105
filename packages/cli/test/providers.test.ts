import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { main } from '../src/main.ts'
import { home } from './command-line.ts'

/** The command in this process, with a terminal for its output when `isTTY` says so. */
async function said(args: readonly string[], isTTY = false): Promise<{ code: number; stdout: string; stderr: string }> {
  const stream = (): PassThrough & { isTTY?: boolean; text: string } => {
    const through = Object.assign(new PassThrough(), { isTTY, text: '' })
    through.on('data', (chunk: Buffer) => {
      through.text += chunk.toString()
    })
    return through
  }
  const [stdin, stdout, stderr] = [stream(), stream(), stream()]
  const code = await main(args, {}, { stdin, stdout, stderr })
  return { code, stdout: stdout.text, stderr: stderr.text }
}

test('all providers are listed but those that are gone, which a flag adds', async () => {
  const listed = JSON.parse((await said(['providers', 'list', '--json'])).stdout) as { id: string; status?: string }[]
  const all = JSON.parse((await said(['providers', 'list', '--json', '--defunct'])).stdout) as { id: string }[]
  assert.ok(all.length > 950)
  assert.ok(listed.length < all.length && listed.every(({ status }) => status !== 'defunct'))
  const { stdout, code } = await said(['providers', 'list'])
  assert.equal(code, 0)
  assert.equal(stdout.trim().split('\n').length, listed.length + 1)
})

test('the list is narrowed by category, certainty, PKCE and rotation', async () => {
  const args = ['providers', 'list', '--json', '--category', 'accounting', '--verified', '--rotation', 'always']
  const found = JSON.parse((await said(args)).stdout) as { id: string; confidence: string }[]
  assert.ok(found.some(({ id }) => id === 'xero'))
  assert.ok(found.every(({ confidence }) => confidence === 'verified'))
  const known = JSON.parse((await said(['providers', 'list', '--json', '--pkce', 'known'])).stdout) as {
    pkce: string
  }[]
  assert.ok(known.length > 50 && known.every(({ pkce }) => pkce === 'required' || pkce === 'supported'))
  assert.equal((await said(['providers', 'list', '--pkce', 'perhaps'])).code, 2)
})

test('a search finds by another name in use; what is not found is said, and is no success', async () => {
  const { stdout } = await said(['providers', 'search', 'gmail'])
  assert.match(stdout, /^google +Google +verified/m)
  const nothing = await said(['providers', 'search', 'no', 'such', 'thing'])
  assert.deepEqual([nothing.code, nothing.stdout], [1, ''])
  assert.match(nothing.stderr, /--issuer/)
})

test('one is shown with addresses, parameters, scopes, lifetimes and deviations in words', async () => {
  const { stdout } = await said(['providers', 'show', 'shopify'])
  assert.match(stdout, /^token +https:\/\/\{shop\}\.myshopify\.com\/admin\/oauth\/access_token$/m)
  assert.match(stdout, /^--set shop +Shop, for example my-shop\. .*myshopify\.com/m)
  assert.match(stdout, /^unused ends +after 90 days$/m)
  assert.match(stdout, /callback-signature: the callback is signed and must be verified/)
  assert.match(stdout, /^how sure +verified: at least two of 12 sources agree/m)
  assert.match(stdout, /^sources +.*nango/m)
  const slack = (await said(['providers', 'show', 'slack'])).stdout
  assert.match(slack, /^scope +chat:write {2}Post messages as the app$/m)
  assert.doesNotMatch(slack, /redacted/)
})

test('what only one source says is said to be one source’s word', async () => {
  const { stdout } = await said(['providers', 'show', 'acumatica'])
  assert.match(
    stdout,
    /^how sure +single: one source’s word \(nango, read by \d{4}-\d\d-\d\d\); nothing else was found/m,
  )
  assert.match(stdout, /^client auth +client_secret_post$/m)
})

test('colours are for a terminal, and columns stay aligned under them', async () => {
  const args = ['providers', 'search', 'salesforce']
  const coloured = (await said(args, true)).stdout
  const plain = (await said(args)).stdout
  assert.notEqual(coloured, plain)
  assert.equal(stripVTControlCharacters(coloured), plain)
})

test('an id that is misspelt is answered with the nearest one', async () => {
  const { code, stderr } = await said(['providers', 'show', 'gmial'])
  assert.equal(code, 2)
  assert.match(stderr, /Did you mean google\?/)
})

test('a shell completes provider ids, after --provider and after show', async () => {
  await using at = await home()
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout } = await at.run(['completion', shell])
    assert.ok(stdout.includes('quickbooks'), shell)
  }
  const script = (await at.run(['completion', 'bash'])).stdout
  const complete = (...words: string[]): string[] => {
    const line = words.map((word) => `'${word}'`).join(' ')
    const ask = `${script}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _evergrant; printf '%s\\n' "\${COMPREPLY[@]}"`
    return spawnSync('bash', ['-c', ask], { encoding: 'utf8' }).stdout.trim().split('\n')
  }
  assert.deepEqual(complete('evergrant', 'token', '--provider', 'quickb'), ['quickbooks'])
  assert.deepEqual(complete('evergrant', 'providers', 'show', 'salesforce-'), [
    'salesforce-experience-cloud',
    'salesforce-marketing',
    'salesforce-sandbox',
  ])
  assert.ok(complete('evergrant', 'providers', '').includes('search'))
})

test('[#148] a guide shows the steps with the redirect URI and the scopes to enter, and the provider’s own page', async () => {
  const redirect = 'https://evergrant.example.com/oauth/callback/1'
  const args = ['providers', 'guide', 'google', '--redirect-uri', redirect, '--scope', 'https://mail.google.com/']
  const { stdout, code } = await said(args)
  assert.equal(code, 0)
  assert.match(stdout, /^Google: Google Cloud console\n\n 1\. /)
  assert.ok(stdout.includes(`\n      ${redirect}\n`), stdout)
  assert.match(stdout, /^ {6}openid email profile https:\/\/mail\.google\.com\/$/m)
  const { steps } = JSON.parse((await said([...args, '--json'])).stdout) as { steps: { copy?: string }[] }
  assert.ok(steps.some(({ copy }) => copy === redirect))
  const general = (await said(['providers', 'guide', 'xero'])).stdout
  assert.match(general, /^Xero: Client registration\n/)
  assert.match(general, /→ https:\/\/developer\.xero\.com\/app\/manage\n/)
  assert.match(general, /^More: https:\/\/developer\.xero\.com\//m)
  const unknown = await said(['providers', 'guide', 'gogle'])
  assert.deepEqual([unknown.code === 0, unknown.stdout], [false, ''])
  assert.match(unknown.stderr, /Did you mean google\?/)
})
