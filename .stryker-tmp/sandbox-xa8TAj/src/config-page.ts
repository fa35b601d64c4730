// @ts-nocheck
import { describeConfig } from './config.ts'

/** docs/configuration.md, from where the variables are declared. */
export function configurationPage(): string {
  const rows = describeConfig().map((row) => {
    const fallback = row.default === null ? '' : `\`${row.default}\``
    return `| \`${row.name}\` | ${fallback} | ${row.description.replaceAll('|', '\\|')} |`
  })
  return `# Configuration

rosie-guard reads its configuration from the environment, once, at start. An empty variable counts as one that is not
set. A wrong value stops the start with a message that names the variable and the fix.

| variable | default | meaning |
|---|---|---|
${rows.join('\n')}
`
}
