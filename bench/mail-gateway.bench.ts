import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { hashProgramPassword, startMailGateway } from '@evergrant/mail/gateway'
import { xoauth2 } from '@evergrant/mail/sasl'
import { startMailServers } from '../packages/mail/test/servers/mail-servers.ts'
import type { MailClientFigures, MailClientWork } from './mail-client.ts'
import { median } from './table.ts'

const address = 'alice@example.test'
const MAIL = 25_000_000
const SESSIONS = 1000

/**
 * The mail gateway beside a direct connection, both to the same Dovecot: the delay it adds to a command, the throughput of
 * one mail, and many sessions at once. The client runs in a thread of its own.
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
  const one = { sessions: 1, commands: 500, mail: MAIL }
  const rounds: { direct: MailClientFigures; through: MailClientFigures }[] = []
  for (let round = 0; round < 5; round++) {
    rounds.push({ direct: await run({ ...direct, ...one }), through: await run({ ...through, ...one }) })
  }
  const middle = (way: 'direct' | 'through', figure: (of: MailClientFigures) => number): number =>
    median(rounds.map((each) => figure(each[way])))
  const delay = (way: 'direct' | 'through'): number => middle(way, (of) => median(of.commandMilliseconds))
  const speed = (way: 'direct' | 'through'): number => MAIL / 1e6 / middle(way, (of) => of.fetchSeconds)
  const many = await run({ ...through, sessions: SESSIONS, commands: 100, mail: 0 })
  const row = (name: string, way: 'direct' | 'through', ratio: string): string =>
    `| ${name} | ${delay(way).toFixed(3)} ms | ${Math.round(speed(way))} MB/s | ${ratio} |`
  return [
    '## The mail gateway beside a direct connection',
    '',
    'IMAP to one Dovecot: directly over TLS with XOAUTH2, and through the gateway (a password on loopback, TLS and XOAUTH2 behind it).',
    '',
    '| | a command, median | a mail of 25 MB | throughput |',
    '| --- | ---: | ---: | ---: |',
    row('direct', 'direct', '1.00×'),
    row('**through the gateway**', 'through', `${(speed('through') / speed('direct')).toFixed(2)}×`),
    '',
    `${SESSIONS.toLocaleString('en')} sessions at once: all logged in and in INBOX after ${many.loginSeconds.toFixed(1)} s, a command then takes ` +
      `${median(many.commandMilliseconds).toFixed(3)} ms (median). Token requests for all of it, besides that of the consent: ${servers.tokenRequests() - requests}.`,
    '',
  ].join('\n')
}

async function run(work: MailClientWork): Promise<MailClientFigures> {
  const worker = new Worker(new URL('./mail-client.ts', import.meta.url), { workerData: work })
  const [figures] = await once(worker, 'message')
  await worker.terminate()
  return figures as MailClientFigures
}
