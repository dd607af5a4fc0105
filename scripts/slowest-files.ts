/** A reporter of node's test runner that says at the end which files took longest: `--test-reporter=./scripts/slowest-files.ts`. */
import { relative } from 'node:path'
import type { TestEvent } from 'node:test/reporters'

/** How long the tests of a file took. */
export interface FileTime {
  readonly file: string
  readonly seconds: number
}

const SHOWN = 10

/** Nothing for a run of few files, whose times everybody sees. */
export default async function* slowestFiles(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const times: FileTime[] = []
  for await (const { type, data } of events) {
    // The one without a file is that of the whole run.
    if (type !== 'test:summary' || data.file === undefined) continue
    times.push({ file: relative(process.cwd(), data.file), seconds: data.duration_ms / 1000 })
  }
  if (times.length > SHOWN) yield table(times)
}

/** The slowest ones, a line for each, and what all files took together. */
export function table(times: readonly FileTime[]): string {
  const slowest = times.toSorted((one, other) => other.seconds - one.seconds).slice(0, SHOWN)
  const all = times.reduce((sum, { seconds }) => sum + seconds, 0)
  const lines = slowest.map(({ file, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${file}\n`)
  return `The slowest of ${times.length} files, which took ${all.toFixed(0)} s together:\n${lines.join('')}`
}
