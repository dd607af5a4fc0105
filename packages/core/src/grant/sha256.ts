/**
 * SHA-256 (FIPS 180-4 §6.2) of a short text, at once. WebCrypto's digest is a task of another thread: for the one block
 * of a PKCE challenge the way there and back costs more than all the rest of an authorization request. Only for values
 * that the other side gets to see anyway; not for anything whose timing could tell a secret.
 */
export function sha256(text: string): Uint8Array<ArrayBuffer> {
  const input = new TextEncoder().encode(text)
  const size = (input.length + 72) & ~63
  const padded = new Uint8Array(size)
  padded.set(input)
  padded[input.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(size - 4, input.length * 8)
  const hash = Uint32Array.from(INITIAL)
  for (let block = 0; block < size; block += 64) compress(hash, view, block)
  const output = new DataView(new ArrayBuffer(32))
  for (let index = 0; index < 8; index++) output.setUint32(index * 4, hash[index] ?? 0)
  return new Uint8Array(output.buffer)
}

function compress(hash: Uint32Array, view: DataView, block: number): void {
  const w = new Uint32Array(64)
  for (let t = 0; t < 64; t++) w[t] = t < 16 ? view.getUint32(block + t * 4) : scheduled(w, t)
  const at = (index: number): number => hash[index] ?? 0
  let [a, b, c, d, e, f, g, h] = [at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7)]
  for (let t = 0; t < 64; t++) {
    const sum1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)
    const first = (h + sum1 + ((e & f) ^ (~e & g)) + (ROUND[t] ?? 0) + (w[t] ?? 0)) | 0
    const sum0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)
    const second = (sum0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + first) | 0
    d = c
    c = b
    b = a
    a = (first + second) | 0
  }
  hash.set([at(0) + a, at(1) + b, at(2) + c, at(3) + d, at(4) + e, at(5) + f, at(6) + g, at(7) + h])
}

function scheduled(w: Uint32Array, t: number): number {
  const x = w[t - 15] ?? 0
  const y = w[t - 2] ?? 0
  const small0 = turned(x, 7) ^ turned(x, 18) ^ (x >>> 3)
  const small1 = turned(y, 17) ^ turned(y, 19) ^ (y >>> 10)
  return small1 + (w[t - 7] ?? 0) + small0 + (w[t - 16] ?? 0)
}

function turned(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by))
}

/** §5.3.3: from the square roots of the first eight primes. */
const INITIAL = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
] as const

/** §4.2.2: from the cube roots of the first sixty-four primes. */
// biome-ignore format: a table
const ROUND: readonly number[] = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]
