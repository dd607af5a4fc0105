/** The known name that is most like the given one, if any is like it at all. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  const wanted = given.trim().toLowerCase()
  const scored = known.map((name) => ({ name, distance: distance(wanted, name) }))
  const best = scored.sort((a, b) => a.distance - b.distance)[0]
  return best !== undefined && best.distance <= Math.max(2, wanted.length / 3) ? best.name : undefined
}

/** Edits that make one word of the other (Levenshtein); 0 when one begins with the other. */
function distance(a: string, b: string): number {
  if (a !== '' && (b.startsWith(a) || a.startsWith(b))) return 0
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
