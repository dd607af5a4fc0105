/** A pattern that must not stand in a committed file. */
export interface LeakRule {
  readonly name: string
  readonly pattern: RegExp
  readonly message: string
  /** Files it looks at; all text files when absent. */
  readonly files?: RegExp
}

const code = /\.([cm]?[jt]sx?|css|html|sql|sh)$|^\.ci\//

// The patterns are written so that none of them matches its own source.
export const leakRules: readonly LeakRule[] = [
  {
    name: 'machine-path',
    pattern: /(?<![\w.~\\/*-])\/(?:work|root|home\/[\w.-]+|Users\/[\w.-]+)(?=[/'"`\s),:;]|$)/,
    message: 'names a path of somebody’s machine',
  },
  {
    name: 'machine-path',
    pattern: /(?<![\w.~\\*-])\/tmp\/\w/,
    message: 'names a path under the system’s temporary folder: use mkdtemp',
  },
  {
    name: 'registry',
    pattern: /\bregistry\.[a-z0-9.-]*\.(?:org|com|net|io|dev|cn|internal|local)\b|\bregistry\s*=\s*["']?https?:/i,
    message: 'names a package registry: that is each machine’s own setting',
  },
  {
    name: 'registry',
    pattern: /"resolved":\s*"(?:https?|git|ssh|file)\b/,
    message: 'has a resolved address: lock without addresses (npm config omit-lockfile-registry-resolved)',
    files: /(^|\/)(package-lock|npm-shrinkwrap)\.json$/,
  },
  {
    name: 'unfinished',
    pattern: /\b(?:TO-?DO|FIX-?ME|X{3})\b/,
    message: 'is unfinished: do it, or open an issue',
    files: code,
  },
  {
    name: 'partial-run',
    pattern: /\b(?:test|it|describe|suite)\.(?:only|skip|todo)\(|\.only\(|\b(?:only|skip|todo): true\b/,
    message: 'runs a part of the tests only',
    files: /\.test\.ts$/,
  },
]

/** More lines than this need a reason, written in the file's first ten lines. */
export const longFile = {
  lines: 400,
  files: new RegExp(`^(?!examples/[^/]+/generated/).*(?:${code.source})`),
  reason: /^\s*(?:\/\/|\/?\*+|#|<!--)\s*Long because: \S/m,
} as const
