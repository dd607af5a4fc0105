import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { Refusal } from '../problem.ts'

/** The cost of one password hash. */
export interface PasswordCost {
  readonly N: number
  readonly r: number
  readonly p: number
}

/** OWASP's first choice for scrypt: 128 MiB and some tenths of a second. */
export const DEFAULT_COST: PasswordCost = { N: 2 ** 17, r: 8, p: 1 }

const KEY_LENGTH = 32

/** So many may wait; more is a flood, and each of them would wait for longer than anybody does. */
const MOST_WAITING = 30

/** Hashes and checks passwords, one at a time: each takes 128 MiB, and sign-ins can come in a crowd. */
export class Passwords {
  readonly #cost: PasswordCost
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0
  /** Hash of nobody's password: random bytes that no password yields. There from the start, and made without work. */
  readonly #decoy: string

  constructor(cost: PasswordCost = DEFAULT_COST) {
    this.#cost = cost
    this.#decoy = written(cost, randomBytes(16), randomBytes(KEY_LENGTH))
  }

  /** `scrypt$N$r$p$salt$hash` */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(16)
    return written(this.#cost, salt, await this.#derive(password, salt, this.#cost))
  }

  /** Whether the password is the one of the hash. Takes as long when there is no hash, so that names cannot be probed. */
  async matches(password: string, hash: string | undefined): Promise<boolean> {
    const stored = hash ?? this.#decoy
    const [, N, r, p, salt = '', key = ''] = stored.split('$')
    const expected = Buffer.from(key, 'base64url')
    const cost = { N: Number(N), r: Number(r), p: Number(p) }
    const found = await this.#derive(password, Buffer.from(salt, 'base64url'), cost)
    return found.length === expected.length && timingSafeEqual(found, expected) && hash !== undefined
  }

  async #derive(password: string, salt: Buffer, { N, r, p }: PasswordCost): Promise<Buffer> {
    if (this.#waiting >= MOST_WAITING) {
      throw new Refusal('TOO_MANY_ATTEMPTS', 'Too many people sign in at this moment.', { retryAfter: 10 })
    }
    const options: ScryptOptions = { N, r, p, maxmem: 256 * N * r }
    // NFKC, so that the same characters typed on another keyboard are the same password.
    const work = this.#last.then(() => derived(password.normalize('NFKC'), salt, options))
    this.#last = work.catch(() => undefined)
    this.#waiting++
    return work.finally(() => this.#waiting--)
  }
}

function written({ N, r, p }: PasswordCost, salt: Buffer, key: Buffer): string {
  return ['scrypt', N, r, p, salt.toString('base64url'), key.toString('base64url')].join('$')
}

function derived(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, KEY_LENGTH, options, (error, key) => (error === null ? resolve(key) : reject(error)))
  })
}
