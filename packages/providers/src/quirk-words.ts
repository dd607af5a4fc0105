/** What each kind of deviation means, by the names that entries use in `quirks`. Reads one file. */
export async function quirkWords(): Promise<Readonly<Record<string, string>>> {
  return (await import('../quirks.json', { with: { type: 'json' } })).default
}
