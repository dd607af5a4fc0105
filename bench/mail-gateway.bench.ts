import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { hashProgramPassword, startMailGateway } from '@evergrant/mail/gateway'
import { xoauth2 } from '@evergrant/mail/sasl'
import { startMailServers } from '../packages/mail/test/servers/mail-servers.ts'
import { emailOauth2Proxy } from './email-oauth2-proxy.ts'
import type { MailClientFigures, MailClientWork } from './mail-client.ts'
import { median } from './table.ts'

const address = 'alice@example.test'
const MAIL = 25_000_000
const SESSIONS = 1000
/** Turns in which each way fetches the mail once. */
const ROUNDS = 15

/**
 * The mail gateway beside a direct connection, both to the same Dovecot: the delay it adds to a command, the throughput of
 * one mail, and many sessions at once. The client runs in a thread of its own. Where another OAuth mail proxy is at hand
 * (`EMAIL_OAUTH2_PROXY`), it takes its turns too.
 */
export async function mailGateway(): Promise<string> {
  await using servers = await startMailServers()
  const source = await servers.source()
  const { access_token } = await source.token()
  const password = 'a-password-of-a-program'
  const host = '127.0.0.1'
  const programs = [{ name: 'bench', hash: await hashProgramPassword(password) }]
  const account = { mailbox: address, imap: { host, port: servers.imaps, security: 'tls' }, source, programs } as const
  await using gateway = await startMailGateway({
    listeners: [{ protocol: 'imap' }],
    account: () => account,
    upstream: { ca: servers.ca },
  })
  const [port = 0] = gateway.ports
  const requests = servers.tokenRequests()
  const direct = {
    port: servers.imaps,
    ca: servers.ca,
    login: `AUTHENTICATE XOAUTH2 ${xoauth2(address, access_token)}`,
  }
  const through = { port, login: `LOGIN ${address} ${password}` }
  await using peer = await emailOauth2Proxy(servers, password)
  const besides = peer === undefined ? [] : [{ ...through, port: peer.port }]
  // Once for what is only slow at first, then in turns, so that other work on the machine meets both.
  const turns = { ways: [direct, through, ...besides], sessions: 1, commands: 100, mail: MAIL }
  await run({ ...turns, rounds: 2 })
  const both = await run({ ...turns, rounds: ROUNDS })
  const [straight, passed, other] = both.ways
  if (straight === undefined || passed === undefined) throw new Error('no figures')
  const delay = (of: Way): number => median(of.commandMilliseconds)
  const speed = (of: Way): number => MAIL / 1e6 / median(of.fetchSeconds)
  const ratio = (of: Way): string =>
    `${median(straight.fetchSeconds.map((seconds, at) => seconds / (of.fetchSeconds[at] ?? seconds))).toFixed(2)}×`
  // The gateway works in this thread, the clients in another: what this one works is the gateway's.
  const before = process.threadCpuUsage()
  await run({ ways: [through], sessions: 1, commands: 0, mail: MAIL, rounds: ROUNDS })
  const { user, system } = process.threadCpuUsage(before)
  // The mail comes in once, and goes out in each round.
  const perMegabyte = (user + system) / 1000 / ((MAIL / 1e6) * (ROUNDS + 1))
  const many = await run({ ways: [through], sessions: SESSIONS, commands: 100, mail: 0, rounds: 1 })
  const ofPeer = servers.sandbox.journal.count({ grant_type: 'password' })
  const command = median(many.ways[0]?.commandMilliseconds ?? [])
  const row = (name: string, of: Way, times: string): string =>
    `| ${name} | ${delay(of).toFixed(3)} ms | ${Math.round(speed(of))} MB/s | ${times} |`
  return [
    '## The mail gateway beside a direct connection',
    '',
    `IMAP to one Dovecot: directly over TLS with XOAUTH2, and through the gateway (a password on loopback, TLS and XOAUTH2 behind it). In turns, ${ROUNDS} of each; the ratio is the median of those of each turn.`,
    '',
    '| | a command, median | a mail of 25 MB, median | throughput |',
    '| --- | ---: | ---: | ---: |',
    row('direct', straight, '1.00×'),
    row('**through the gateway**', passed, ratio(passed)),
    ...(other === undefined ? [] : [row('through email-oauth2-proxy', other, ratio(other))]),
    '',
    `Added to a command: ${(delay(passed) - delay(straight)).toFixed(3)} ms (median). CPU time of the gateway for one megabyte, TLS and tracking of the session included: ${perMegabyte.toFixed(2)} ms.`,
    '',
    `${SESSIONS.toLocaleString('en')} sessions at once: all logged in and in INBOX after ${many.loginSeconds.toFixed(1)} s, a command then takes ` +
      `${command.toFixed(3)} ms (median). Token requests for all of it, besides that of the consent: ${servers.tokenRequests() - requests - ofPeer}.`,
    '',
  ].join('\n')
}

type Way = MailClientFigures['ways'][number]

async function run(work: MailClientWork): Promise<MailClientFigures> {
  const worker = new Worker(new URL('./mail-client.ts', import.meta.url), { workerData: work })
  const [figures] = await once(worker, 'message')
  await worker.terminate()
  return figures as MailClientFigures
}
