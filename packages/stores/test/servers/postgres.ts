import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, globSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { ServerProgram, serverUser } from './program.ts'

/** A real PostgreSQL server with an empty database, reached through a socket in its folder. */
export interface PostgresServer {
  /** The folder of its socket. */
  readonly folder: string
  /** A connection string to a new, empty schema. */
  schema(): Promise<string>
  /** Runs statements as the server's owner. */
  run(text: string): Promise<void>
  stop(): Promise<void>
}

export async function startPostgres(): Promise<PostgresServer> {
  const user = serverUser('postgres')
  const bin = dirname(binary())
  const folder = await ServerProgram.folder(user)
  const data = join(folder, 'data')
  const settings = ['-A', 'trust', '-U', 'postgres', '--no-sync', '-E', 'UTF8', '--locale=C.UTF-8']
  // Not in the way of what else the test's process does: it may be somebody's authorization server meanwhile.
  await promisify(execFile)(join(bin, 'initdb'), ['-D', data, ...settings], { cwd: folder, ...user })
  const url = `postgresql://postgres@localhost/postgres?host=${encodeURIComponent(folder)}`
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  pool.on('error', () => undefined)
  const args = ['-D', data, '-k', folder, '-c', 'listen_addresses=', '-c', 'fsync=off', '-c', 'max_connections=200']
  const program = await ServerProgram.start(join(bin, 'postgres'), args, folder, {
    user,
    signal: 'SIGINT',
    ready: () => pool.query('SELECT 1'),
  })
  return {
    folder,
    async schema() {
      const name = `s${randomUUID().replaceAll('-', '')}`
      await pool.query(`CREATE SCHEMA ${name}`)
      return `${url}&options=${encodeURIComponent(`-csearch_path=${name}`)}`
    },
    async run(text) {
      await pool.query(text)
    },
    async stop() {
      await pool.end()
      await program.stop()
    },
  }
}

/** The newest of Debian's versions, else the one on PATH. */
function binary(): string {
  const debian = globSync('/usr/lib/postgresql/*/bin/postgres').sort(byVersion).at(-1)
  const onPath = (process.env['PATH'] ?? '').split(':').map((folder) => join(folder, 'postgres'))
  const found = debian ?? onPath.find((file) => existsSync(file))
  if (found === undefined) throw new Error('PostgreSQL is not installed: apt-get install postgresql')
  return found
}

const byVersion = (a: string, b: string): number => version(a) - version(b)
const version = (path: string): number => Number(path.split('/')[4])
