import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

/** Something that npm cannot install and that some tests run against. */
export interface SystemPackage {
  readonly name: string
  /** It is there when one of these is: a command on PATH, or a file. */
  readonly proof: readonly string[]
  /** The package of Debian and Ubuntu. */
  readonly debian: string
  readonly neededBy: string
  /** A test folder with an import that ends so needs it. */
  readonly mention: string
}

export const systemPackages: readonly SystemPackage[] = [
  {
    name: 'Chromium',
    proof: ['/usr/bin/chromium', 'chromium'],
    debian: 'chromium',
    neededBy: 'the tests of the web page',
    mention: 'playwright-core',
  },
  {
    name: 'PostgreSQL',
    // Debian keeps the server off PATH, in a folder for each version.
    proof: ['postgres', ...[18, 17, 16, 15, 14, 13].map((version) => `/usr/lib/postgresql/${version}/bin/postgres`)],
    debian: 'postgresql',
    neededBy: 'the tests of the PostgreSQL store',
    mention: 'servers/postgres.ts',
  },
  {
    name: 'Redis',
    proof: ['redis-server', '/usr/bin/redis-server'],
    debian: 'redis-server',
    neededBy: 'the tests of the Redis store',
    mention: 'servers/redis.ts',
  },
  ...['dovecot-imapd', 'dovecot-pop3d', 'dovecot-lmtpd'].map((debian) => ({
    name: `Dovecot (${debian.slice(8)})`,
    proof: [`/usr/lib/dovecot/${debian.slice(8).replace(/d$/, '')}`],
    debian,
    neededBy: 'the tests of mail',
    mention: 'servers/mail-servers.ts',
  })),
  ...(
    [
      ['mbsync', 'isync'],
      ['msmtp', 'msmtp'],
      ['neomutt', 'neomutt'],
      ['fetchmail', 'fetchmail'],
      ['offlineimap', 'offlineimap3'],
    ] as const
  ).map(([name, debian]) => ({
    name,
    proof: [`/usr/bin/${name}`],
    debian,
    neededBy: 'the tests of mail',
    mention: 'servers/mail-servers.ts',
  })),
  {
    name: 'the SASL plug-in for XOAUTH2',
    proof: ['x86_64', 'aarch64'].map((machine) => `/usr/lib/${machine}-linux-gnu/sasl2/libkdexoauth2.so`),
    debian: 'libsasl2-modules-kdexoauth2',
    neededBy: 'the test of mbsync with a token',
    mention: 'servers/mail-servers.ts',
  },
  {
    name: 'Postfix',
    proof: ['/usr/sbin/postfix'],
    debian: 'postfix',
    neededBy: 'the tests of mail',
    mention: 'servers/mail-servers.ts',
  },
]

/** Where it is, or undefined. */
export function locate({ proof }: SystemPackage, path: string = process.env.PATH ?? ''): string | undefined {
  const folders = path.split(delimiter).filter(Boolean)
  const candidates = proof.flatMap((each) => (isAbsolute(each) ? [each] : folders.map((folder) => join(folder, each))))
  return candidates.find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    // A plug-in is loaded, not run.
    accessSync(file, file.endsWith('.so') ? constants.R_OK : constants.X_OK)
    return existsSync(file)
  } catch {
    return false
  }
}
