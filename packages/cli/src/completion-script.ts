/** What can be typed after a command. */
export interface Words {
  readonly name: string
  readonly about: string
  readonly options: readonly OptionWord[]
  /** What its first argument may be, as far as that is known beforehand. */
  readonly values: readonly string[]
  readonly commands: readonly Words[]
}

export interface OptionWord {
  readonly flag: string
  readonly about: string
  readonly takesValue: boolean
  /** What its value may be, as far as that is known beforehand. One that ends in a colon is continued. */
  readonly values: readonly string[]
}

/** A command with the words that lead to it: `grants show`. */
interface Place {
  readonly path: string
  readonly words: Words
}

function places(words: Words, path = ''): Place[] {
  return [{ path, words }, ...words.commands.flatMap((child) => places(child, `${path} ${child.name}`.trim()))]
}

const deeper = (root: Words): string[] => places(root).flatMap(({ path }) => (path === '' ? [] : [path]))

/** The options that take a value, each once: the same name means the same everywhere. */
function valued(root: Words): OptionWord[] {
  const all = places(root).flatMap(({ words }) => words.options.filter(({ takesValue }) => takesValue))
  return [...new Map(all.map((option) => [option.flag, option])).values()]
}

const isOpen = ({ values }: OptionWord): boolean => values.some((value) => value.endsWith(':'))

/** A function for bash's programmable completion; where nothing fits, file names are offered. */
export function bashScript(root: Words): string {
  const cases = places(root).map(({ path, words }) => {
    const known = [...words.commands.map(({ name }) => name), ...words.values, ...words.options.map(({ flag }) => flag)]
    return `    ${quoted(path)}) words=${quoted(known.join(' '))} ;;`
  })
  const free = valued(root).filter((option) => option.values.length === 0)
  const bound = valued(root).filter((option) => option.values.length > 0)
  const values = bound.map((option) => {
    const { flag, values } = option
    const space = isOpen(option) ? ' compopt -o nospace 2>/dev/null;' : ''
    return `    ${flag}) COMPREPLY=($(compgen -W ${quoted(values.join(' '))} -- "$cur"));${space} return ;;`
  })
  return `_${root.name}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" at="" words="" word
  COMPREPLY=()
  # bash takes --option=value apart.
  if [[ $cur == = ]]; then cur=""
  elif [[ $prev == = ]]; then prev="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  case "$prev" in
${values.join('\n')}
    ${[':', ...free.map(({ flag }) => flag)].join('|')}) return ;;
  esac
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
      ...words.values.map(quoted),
      ...words.options.map(({ flag, about }) => described(flag, about)),
    ]
    return `    ${quoted(path)}) known=(${known.join(' ')}) ;;`
  })
  const free = valued(root).filter((option) => option.values.length === 0)
  const bound = valued(root).filter((option) => option.values.length > 0)
  const values = bound.map((option) => {
    const { flag, values } = option
    const [space, files] = isOpen(option) ? ["-S '' ", '_files; '] : ['', '']
    return `    ${flag}) compadd ${space}-- ${values.map(quoted).join(' ')}; ${files}return ;;`
  })
  return `#compdef ${root.name}
_${root.name}() {
  local at="" word
  local -a known
  case "\${words[CURRENT-1]}" in
${values.join('\n')}
    ${free.map(({ flag }) => flag).join('|')}) _files; return ;;
  esac
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
      ...(words.values.length === 0
        ? []
        : [`complete -c ${root.name} -f -n ${quoted(condition)} -a ${quoted(words.values.join(' '))}`]),
      ...words.options.map((option) => {
        const { flag, about, takesValue, values } = option
        const name = flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`
        const offered = values.length === 0 ? '' : ` -a ${quoted(values.join(' '))}`
        // Where the values are known, no file is one of them, unless a value goes on after its colon.
        const files = !takesValue ? '-f' : values.length === 0 || isOpen(option) ? '-r' : '-x'
        return `complete -c ${root.name} -n ${quoted(condition)} ${name} ${files}${offered} -d ${quoted(about)}`
      }),
    ]
  })
  return lines.join('\n')
}

/** A single-quoted word, for all three shells. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
