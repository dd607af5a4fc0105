import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import {
  defineClient,
  memoryStore,
  resolveProvider,
  serviceAccount,
  serviceAccountFlow,
  tokenSource,
} from '@evergrant/core'
import { imapMailbox, smtpSender } from '@evergrant/mail/clients'
import { hashProgramPassword, startMailGateway } from '@evergrant/mail/gateway'
import { openPop, verifyMail } from '@evergrant/mail/sign-in'
import { manualClock, startSandbox, startSandboxMail } from '@evergrant/sandbox'
import { talk } from '../gateway/program.ts'

const MAIL = 'https://mail.google.com/'
const ROBOT = 'robot@project.iam.gserviceaccount.com'
const host = '127.0.0.1'
const alice = 'alice@example.test'
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

/** A service account that an administrator lets act for people, and the practice mailboxes. */
async function domain() {
  const clock = manualClock()
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k1' }
  const sandbox = await startSandbox({ clients: [{ client_id: ROBOT, jwk, delegated_scope: MAIL }], clock })
  const mail = await startSandboxMail(sandbox)
  const account = serviceAccount(
    JSON.stringify({
      type: 'service_account',
      private_key_id: 'k1',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      client_email: ROBOT,
    }),
  )
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: sandbox.issuer })
  const client = defineClient({ provider, client_id: ROBOT, client_auth: 'none', http: { clock } })
  const of = (subject: string, scope = MAIL) => {
    const flow = serviceAccountFlow(account, { subject, scope: [scope] })
    return tokenSource(`robot for ${subject}`, { client, store: memoryStore(), flow, clock })
  }
  const { imap, pop, smtp } = mail.ports
  const at = (port: number) => ({ host, port, security: 'none' }) as const
  return {
    clock,
    sandbox,
    of,
    servers: { imap: at(imap), pop: at(pop), smtp: at(smtp) },
    async [Symbol.asyncDispose]() {
      await mail.close()
      await sandbox.close()
    },
  }
}

test('a service account opens the mailbox of a person: read, sent and fetched, beyond the end of its tokens', async () => {
  await using world = await domain()
  const { clock, servers, sandbox } = world
  const source = world.of(alice)
  const checks = await verifyMail(source, { mailbox: alice, ...servers }, { clock })
  assert.deepEqual(
    checks.map(({ protocol, ok }) => [protocol, ok]),
    [
      ['imap', true],
      ['pop', true],
      ['smtp', true],
    ],
  )
  await using mailbox = imapMailbox(source, { mailbox: alice, imap: servers.imap }, { clock, random: () => 0 })
  await using sender = smtpSender(source, { mailbox: alice, smtp: servers.smtp }, { clock, random: () => 0 })
  for (let life = 1; life <= 2; life++) {
    await sender.send({ to: alice, subject: `life ${life}`, text: 'x' })
    const status = await mailbox.use((client) => client.status('INBOX', { messages: true }))
    assert.ok(status)
    assert.equal(status.messages, life + 1)
    clock.advance(4000)
  }
  assert.equal(sandbox.journal.count({ endpoint: 'token' }), 2, 'one token for each hour')
  await using pop = await openPop(source, { mailbox: alice, pop: servers.pop })
  assert.equal((await pop.stat()).messages, 3)
})

test('a program reads through the gateway what a service account opens', async () => {
  await using world = await domain()
  const password = 'a-password-of-a-program'
  const programs = [{ name: 'test', hash: await hashProgramPassword(password) }]
  const account = { mailbox: alice, ...world.servers, source: world.of(alice), programs }
  await using gateway = await startMailGateway({ listeners: [{ protocol: 'imap' }], account: () => account })
  const program = talk(gateway.ports[0] ?? 0)
  program.say(`a LOGIN ${alice} ${password}\r\nb STATUS INBOX (MESSAGES)\r\n`)
  await program.hears(/MESSAGES 1\)\r\nb OK/)
  program.socket.destroy()
})

test('a service account has no mailbox of its own, no other person’s with one person’s token, and no scope that nobody delegated', async () => {
  await using world = await domain()
  const { servers, clock } = world
  const [own] = await verifyMail(world.of('bob@example.test'), { mailbox: alice, imap: servers.imap }, { clock })
  assert.deepEqual([own?.ok, own?.error?.code], [false, 'MAIL_LOGIN_REFUSED'])
  const [unknown] = await verifyMail(world.of('nobody@example.test'), { mailbox: alice, imap: servers.imap }, { clock })
  assert.equal(unknown?.ok, false)
  const calendar = world.of(alice, 'https://www.googleapis.com/auth/calendar')
  const [narrow] = await verifyMail(calendar, { mailbox: alice, imap: servers.imap }, { clock })
  assert.equal(narrow?.error?.error, 'unauthorized_client')
})
