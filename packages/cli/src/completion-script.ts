/** What can be typed after a command. */
export interface Words {
  readonly name: string
  readonly about: string
  readonly options: readonly WordsOption[]
  /** What its argument can be, when that is known. */
  readonly values?: readonly string[] | undefined
  readonly commands: readonly Words[]
}

/** An option: what it takes, and which values there are when that is known. */
export interface WordsOption {
  readonly flag: string
  readonly about: string
  readonly takesValue: boolean
  readonly values?: readonly string[] | undefined
}

/** A command with the words that lead to it: `grants show`. */
interface Place {
  readonly path: string
  readonly words: Words
}

function places(words: Words, path = ''): Place[] {
  return [{ path, words }, ...words.commands.flatMap((child) => places(child, `${path} ${child.name}`.trim()))]
}

/** Options whose values are known, each once. */
function valued(root: Words): [flag: string, values: readonly string[]][] {
  const found = places(root).flatMap(({ words }) =>
    words.options.flatMap(({ flag, values }): [string, readonly string[]][] =>
      values === undefined ? [] : [[flag, values]],
    ),
  )
  return [...new Map(found)]
}

const deeper = (root: Words): string[] => places(root).flatMap(({ path }) => (path === '' ? [] : [path]))

/** A function for bash's programmable completion; where nothing fits, file names are offered. */
export function bashScript(root: Words): string {
  const cases = places(root).map(({ path, words }) => {
    const known = [
      ...words.commands.map(({ name }) => name),
      ...words.options.map(({ flag }) => flag),
      ...(words.values ?? []),
    ]
    return `    ${quoted(path)}) words=${quoted(known.join(' '))} ;;`
  })
  const values = valued(root).map(([flag, known]) => `    ${flag}) words=${quoted(known.join(' '))} ;;`)
  return `_${root.name}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" at="" words="" word
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
${values.join('\n')}
  esac
  if [ -n "$words" ]; then
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
    return
  fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${at:+$at }$word" in
      ${deeper(root).map(quoted).join('|')}) at="\${at:+$at }$word" ;;
    esac
  done
  case "$at" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _${root.name} ${root.name}`
}

/** A function for zsh's completion system, with a description beside each word. */
export function zshScript(root: Words): string {
  const described = (name: string, about: string): string => quoted(`${name.replaceAll(':', '\\:')}:${about}`)
  const cases = places(root).map(({ path, words }) => {
    const known = [
      ...words.commands.map(({ name, about }) => described(name, about)),
      ...words.options.map(({ flag, about }) => described(flag, about)),
      ...(words.values ?? []).map(quoted),
    ]
    return `    ${quoted(path)}) known=(${known.join(' ')}) ;;`
  })
  const values = valued(root).map(([flag, list]) => `    (${quoted(flag)}) known=(${list.map(quoted).join(' ')}) ;;`)
  return `#compdef ${root.name}
_${root.name}() {
  local at="" word
  local -a known
  case "\${words[CURRENT-1]}" in
${values.join('\n')}
  esac
  if (( \${#known} )); then
    _describe ${quoted(root.name)} known
    return
  fi
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${at:+$at }$word" in
      ${deeper(root)
        .map((path) => `(${quoted(path)})`)
        .join('|')}) at="\${at:+$at }$word" ;;
    esac
  done
  case "$at" in
${cases.join('\n')}
  esac
  _describe ${quoted(root.name)} known || _files
}
compdef _${root.name} ${root.name}`
}

/** Lines for fish. */
export function fishScript(root: Words): string {
  const lines = places(root).flatMap(({ path, words }) => {
    const seen = path.split(' ').filter((word) => word !== '')
    const children = words.commands.map(({ name }) => name)
    const here = seen.map((word) => `__fish_seen_subcommand_from ${word}`)
    const notDeeper = children.length === 0 ? [] : [`not __fish_seen_subcommand_from ${children.join(' ')}`]
    const condition = [...here, ...notDeeper].join('; and ')
    return [
      ...words.commands.map(
        ({ name, about }) =>
          `complete -c ${root.name} -f -n ${quoted(condition)} -a ${quoted(name)} -d ${quoted(about)}`,
      ),
      ...(words.values === undefined
        ? []
        : [`complete -c ${root.name} -f -n ${quoted(condition)} -a ${quoted(words.values.join(' '))}`]),
      ...words.options.map(({ flag, about, takesValue, values }) => {
        const name = flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`
        const takes = values === undefined ? (takesValue ? ' -r' : ' -f') : ` -x -a ${quoted(values.join(' '))}`
        return `complete -c ${root.name} -n ${quoted(condition)} ${name}${takes} -d ${quoted(about)}`
      }),
    ]
  })
  return lines.join('\n')
}

/** A single-quoted word, for all three shells. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
