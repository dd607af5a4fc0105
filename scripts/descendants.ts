import { readdirSync, readFileSync } from 'node:fs'

/** A process as /proc shows it. */
interface Process {
  readonly pid: number
  readonly parent: number
}

/**
 * The living processes below `pid`, and those whose environment carries `mark` (`NAME=value`): a child of a child that
 * died belongs to init, and only what it inherited still says where it came from. Empty where there is no /proc.
 */
export function descendants(pid: number, mark: string): number[] {
  const all = processes()
  const below = new Set([pid])
  // A parent may have a higher number than its child, so that one pass is not enough.
  for (let size = 0; size !== below.size; ) {
    size = below.size
    for (const each of all) if (below.has(each.parent)) below.add(each.pid)
  }
  below.delete(pid)
  const marked = all.filter((each) => each.pid !== process.pid && each.pid !== pid && isMarked(each.pid, mark))
  return [...new Set([...below, ...marked.map((each) => each.pid)])]
}

function processes(): Process[] {
  let names: string[]
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
  return names.flatMap((name) => {
    // The command's name, in parentheses, may hold anything; what follows it does not: state, parent, …
    const [state, parent] = (read(`/proc/${name}/stat`)?.split(')').at(-1) ?? '').trim().split(' ')
    return parent === undefined || state === 'Z' ? [] : [{ pid: Number(name), parent: Number(parent) }]
  })
}

function isMarked(pid: number, mark: string): boolean {
  return read(`/proc/${pid}/environ`)?.split('\0').includes(mark) ?? false
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined // gone meanwhile, or somebody else's
  }
}
