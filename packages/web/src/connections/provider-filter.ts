import type { ProviderSummary } from '../api/types.ts'

/** How many are shown at once: more cannot be looked through, and more words are quicker typed. */
const MOST = 40

/** The providers that a person may mean by what they typed so far, the best first; with nothing typed, the best known. */
export function matching(providers: readonly ProviderSummary[], typed: string): ProviderSummary[] {
  const words = plain(typed)
  if (words === '') return providers.slice(0, MOST)
  const ranked = providers.map((one) => ({ one, rank: rank(one, words) })).filter(({ rank }) => rank < NONE)
  // Sorting keeps the order of equals, which is the server's: sure before single, well known first.
  return ranked
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MOST)
    .map(({ one }) => one)
}

const NONE = 6

function rank({ name, id, aliases, categories }: ProviderSummary, words: string): number {
  const names = [plain(name), plain(id), ...aliases.map(plain)]
  if (names.includes(words)) return 0
  if (names.some((one) => one.startsWith(words))) return 1
  if (names.some((one) => one.includes(` ${words}`))) return 2
  if (names.some((one) => one.includes(words))) return 3
  if (categories.map(plain).includes(words)) return 4
  return words.split(' ').every((word) => names.some((one) => one.includes(word))) ? 5 : NONE
}

function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}]+/gu, ' ')
    .trim()
}
