import { InvalidArgumentError } from 'commander'

/** Readers of option values, for commander. What they refuse is a usage error that names the option. */

/** `--scope a --scope "b c"`: every name, in order. */
export function words(value: string, before: readonly string[] = []): string[] {
  return [...before, ...value.split(/\s+/).filter((word) => word !== '')]
}

/** `--param k=v`, repeatable. The value may hold more equals signs. */
export function pairs(value: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = value.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('Expected name=value.')
  return { ...before, [value.slice(0, at)]: value.slice(at + 1) }
}

/** Seconds, zero allowed. */
export function seconds(value: string): number {
  const number = Number(value)
  if (value.trim() === '' || !Number.isFinite(number) || number < 0) {
    throw new InvalidArgumentError('Expected a number of seconds.')
  }
  return number
}

/** Seconds, more than zero. */
export function duration(value: string): number {
  const number = seconds(value)
  if (number === 0) throw new InvalidArgumentError('Expected more than zero seconds.')
  return number
}

/** A value that must not be empty: an unset shell variable should not pass for a choice. */
export function present(value: string): string {
  if (value.trim() === '') throw new InvalidArgumentError('It is empty.')
  return value
}
