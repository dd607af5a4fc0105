/** What an object has under a name by itself: names come from documents, and may be `constructor` or `__proto__`. */
export function own<T>(of: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(of, name) ? of[name] : undefined
}
