interface Item {
  readonly id: string
}

/** Replaces the item where it stands, or appends it; a list that was never loaded stays unloaded. */
export function withItem<T extends Item>(item: T): (list: T[] | undefined) => T[] | undefined {
  return (list) => {
    if (!list) return undefined
    return list.some((one) => one.id === item.id)
      ? list.map((one) => (one.id === item.id ? item : one))
      : [...list, item]
  }
}

export function withoutItem<T extends Item>(id: string): (list: T[] | undefined) => T[] | undefined {
  return (list) => list?.filter((one) => one.id !== id)
}
