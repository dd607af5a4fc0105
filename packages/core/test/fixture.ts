import { readFileSync } from 'node:fs'

/** A key or certificate of test/fixtures, as text. */
export function fixture(name: string): string {
  return fixtureBytes(name).toString()
}

export function fixtureBytes(name: string): Buffer {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url))
}
