import type { Finding } from '../finding.ts'
import type { SourceModule } from '../source/module.ts'
import { environmentReaders, isUnder, storePickers } from './table.ts'

/** Only a composition root reads the environment and the arguments; everybody else is handed values. */
export function environmentReads(modules: readonly SourceModule[]): Finding[] {
  return modules
    .filter(({ path }) => !isUnder(path, environmentReaders))
    .flatMap(({ path, processReads }) =>
      processReads.map(({ text, line }) => ({
        rule: 'environment',
        file: path,
        line,
        message: `${text} is read outside a composition root: take the value as a parameter`,
      })),
    )
}

/** Only a composition root picks a store; everybody else sees the GrantStore interface. Types may be imported. */
export function storePicks(modules: readonly SourceModule[]): Finding[] {
  return modules
    .filter(({ path }) => !isUnder(path, storePickers))
    .flatMap(({ path, imports }) =>
      imports
        .filter(({ specifier, typeOnly }) => !typeOnly && specifier?.startsWith('@evergrant/stores'))
        .map(({ specifier, line }) => ({
          rule: 'stores',
          file: path,
          line,
          message: `"${specifier}" is picked outside a composition root: use \`import type\`, or take the store as a parameter`,
        })),
    )
}
